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
from archive.domain.consent import Event
from archive.services import accessioning, cataloguing, checking, rooms
from tests.archives import Standing, account, draft, found, place
from tests.services.services_cast import Scene, append, entry


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


@pytest.fixture
def scene(standing: Standing) -> Scene:
    """Whole before anybody tampers with it."""
    archive, keeper = standing.archive, standing.acting("keeper")
    one, two = accessioning.accession(
        archive, keeper, standing.custody, [draft(account(tags=(place("xj-hotan"),))) for _ in range(2)]
    )
    cataloguing.retag(archive, keeper, standing.custody, two, [place("xj-urumqi")])
    append(standing, entry(two, Event.SUSPEND))
    append(standing, entry(two, Event.RESUME))
    scene = Scene(standing, archive, one, two)
    assert scene.found() == set()
    assert checking.fsck(archive, keeper) == ()
    return scene


@pytest.fixture
def desk(standing: Standing) -> Standing:
    """The outsider, who holds no room, is put on the consent desk."""
    outsider = standing.people["outsider"].member
    rooms.appoint(standing.archive, standing.acting("keeper"), standing.custody, outsider)
    standing._unlocked.clear()
    return standing
