"""What the tests of the command share: an archive with three records, and a way to run the command in it.

Key stretching is made cheap here, and only while these tests run: insecure but fast.
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive import bootstrap
from archive.cli.demo.content import drafts, facilities
from archive.cli.main import guwah
from archive.config import load
from archive.crypto import kdf
from archive.services import accessioning, registering, signing_in

RECORDS = 3
SOLO = "aygul"


@dataclass(frozen=True)
class Cli:
    """The command in one instance folder; ``secrets`` is what `guwah init` printed."""

    instance: Path
    secrets: dict[str, Any] = field(default_factory=dict)

    def __call__(self, *words: str, said: str = "") -> Result:
        return CliRunner().invoke(guwah, [*words, "--instance", str(self.instance)], input=said)

    def json(self, *words: str, said: str = "") -> Any:
        done = self(*words, "--json", said=said)
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    def refused(self, code: int, *words: str, said: str = "") -> str:
        """The one sentence on standard error of a command that must fail with this code."""
        done = self(*words, said=said)
        assert done.exit_code == code, done.output
        assert "Traceback" not in done.output
        return done.stderr

    @property
    def passphrase(self) -> str:
        return str(self.secrets["people"][0]["passphrase"])

    @property
    def room(self) -> dict[str, str]:
        return dict(self.secrets["rooms"])

    def acting(self, *words: str, said: str = "") -> Any:
        """The JSON answer to the one member, whose passphrase comes first on standard input."""
        return self.json(*words, "--as", SOLO, said=f"{self.passphrase}\n{said}")


@pytest.fixture(scope="module", autouse=True)
def cheap_stretching() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kdf, "FLOOR", kdf.Cost(64, 1, 1))
        for name in [name for name in os.environ if name.startswith("GUWAH_")]:
            patch.delenv(name)
        yield


def founded(folder: Path) -> Cli:
    cli = Cli(folder)
    return Cli(folder, cli.json("init", "--solo", SOLO, "--name", "Aygul Example", "--no-check"))


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """An archive of one person with three invented records; for tests that leave it as it is."""
    cli = founded(tmp_path_factory.mktemp("archive") / "instance")
    with bootstrap.opened(load(cli.instance, {})) as archive:
        acting = signing_in.unlock(archive, SOLO, cli.passphrase)
        custody = next(room for room in acting.keys.held() if str(room) == cli.room["custody"])
        registering.add(archive, acting, custody, facilities())
        told = [record.draft for record in drafts(date(2026, 1, 1))[:RECORDS]]
        accessioning.accession(archive, acting, custody, told)
    return cli


@pytest.fixture
def cli(lasting: Cli, tmp_path: Path) -> Cli:
    """A copy of that archive, to be changed or broken."""
    shutil.copytree(lasting.instance, tmp_path / "instance")
    return Cli(tmp_path / "instance", lasting.secrets)


@pytest.fixture
def kept(lasting: Cli, tmp_path: Path) -> Path:
    """A file with the passphrase that only its owner reads."""
    path = tmp_path / "passphrase"
    path.write_text(lasting.passphrase + "\n")
    path.chmod(0o600)
    return path
