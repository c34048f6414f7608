"""The archive of these tests is founded once and copied for each: founding takes a second, a copy hardly any."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive import bootstrap
from archive.config import Config
from archive.crypto import kdf
from tests.archives import Standing, found


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Standing:
    """The archive that is copied; closed, so that its files are whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kdf, "FLOOR", kdf.Cost(32, 1, 4))
        with found(tmp_path_factory.mktemp("founded") / "instance") as made:
            return made


@pytest.fixture
def standing(founded: Standing, tmp_path: Path, cheap_kdf: None) -> Iterator[Standing]:
    """As `tests.archives.standing`."""
    instance = tmp_path / "instance"
    shutil.copytree(founded.instance, instance)
    with bootstrap.opened(Config(instance=instance)) as archive:
        people = dict(founded.people)
        yield replace(founded, instance=instance, archive=archive, people=people, _unlocked={})
