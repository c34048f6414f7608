"""Knows the ground of the canary test: one folder that is searched whole, one beside it for what is given from outside.
Must not know the journeys. Only Argon2id is made cheap and one-time codes reusable; all else is as in use."""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp
import pytest
from click.testing import CliRunner
from flask import Flask

from archive import bootstrap
from archive.app import create_app
from archive.cli.main import guwah
from archive.config import Config
from archive.crypto import kdf
from archive.sealing import kits
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.storage.sessions import Sessions
from tests.archives import secret_of
from tests.functional.canary.planting import Aviary
from tests.functional.canary.watching import Watch, watching

CHEAP = kdf.Cost(32, 1, 4)


@dataclass(frozen=True)
class Person:
    """A member and the secrets they were given once."""

    login: str
    passphrase: str
    totp: str
    kit: str

    def code(self, ahead: int = 0) -> str:
        return pyotp.TOTP(self.totp).at(int(datetime.now(UTC).timestamp()) + 30 * ahead)


@dataclass
class Stage:
    """``root`` is searched; ``given`` holds the files that are handed in, which are not the archive's to hide."""

    root: Path
    given: Path
    aviary: Aviary
    watch: Watch
    people: dict[str, Person] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)

    @property
    def instance(self) -> Path:
        return self.root / "instance"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def config(self) -> Config:
        return Config(instance=self.instance)

    def enrolled(self, name: str, said: dict[str, Any]) -> Person:
        """Remember a member's secrets, and search for them from now on."""
        person = Person(said["login"], said["passphrase"], said["totp"], said["kit"])
        self.people[name] = person
        plant = self.aviary.secret
        plant("passphrase", person.passphrase)
        plant("one-time code secret", person.totp, secret_of(person.totp))
        for written in (person.kit, person.kit.replace(" ", "")):
            plant("recovery kit", written, kits.read(written))
        return person

    def command(self, *words: str, said: str = "", code: int = 0) -> str:
        """What `guwah` answers on standard output; standard error counts as a log."""
        done = CliRunner().invoke(guwah, [*words, "--instance", str(self.instance)], input=said)
        with (self.logs / "guwah.err").open("a") as log:
            log.write(f"{words[0]}: {done.stderr}\n")
        assert done.exit_code == code, (words[0], done.exit_code, done.output)
        return done.stdout

    def acting(self, name: str, *words: str, said: str = "", code: int = 0) -> Any:
        """The JSON answer to a member, whose passphrase comes first on standard input."""
        person = self.people[name]
        given = f"{person.passphrase}\n{said}"
        answer = self.command(*words, "--as", person.login, "--json", said=given, code=code)
        self.answers.append(answer)
        return json.loads(answer) if answer else None

    def note_keys(self, acting: Acting) -> None:
        """Search for the very keys that open content: none of them may outlive a session in the clear."""
        keys, plant = acting.keys, self.aviary.secret
        for room in keys.held():
            for kind, key in (
                ("room's seed", keys.room_seed(room, 1)),
                ("index key", keys.index_key(room, 1)),
            ):
                plant(kind, key.hex(), key)
        plant("member's seed", bytes(keys._seed).hex(), bytes(keys._seed))

    def file(self, name: str, content: str | bytes) -> str:
        """A file from outside the archive, with its path."""
        path = self.given / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(0o600)
        return str(path)


@contextmanager
def raised(folder: Path, seed: int) -> Iterator[Stage]:
    """An empty stage: temporary files, home, working folder and every log lie where they are searched."""
    root, given = folder / "searched", folder / "given"
    for path in (given, root / "logs", root / "tmp", root / "home", root / "work", root / "removed"):
        path.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch, _logged(root / "logs"):
        for name in [name for name in os.environ if name.startswith("GUWAH_")]:
            patch.delenv(name)
        for name in ("TMPDIR", "TMP", "TEMP", "SQLITE_TMPDIR"):
            patch.setenv(name, str(root / "tmp"))
        for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
            patch.setenv(name, str(root / "home"))
        patch.setattr(tempfile, "tempdir", str(root / "tmp"))
        patch.chdir(root / "work")
        patch.setattr(kdf, "FLOOR", CHEAP)
        patch.setattr(Sessions, "take_step", lambda *_: True)
        with watching(root, given, root / "removed") as watch:
            yield Stage(root, given, Aviary(seed), watch)


@contextmanager
def opened(stage: Stage) -> Iterator[tuple[Archive, Flask]]:
    """The archive in this process, as a worker opens it, and its pages."""
    with bootstrap.opened(stage.config) as archive:
        yield archive, create_app(stage.config, archive)


@contextmanager
def _logged(logs: Path) -> Iterator[None]:
    """Every logger, from DEBUG up, and whatever is printed besides, goes into files that are searched."""
    root, handler = logging.getLogger(), logging.FileHandler(logs / "python.log")
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    with (logs / "printed").open("w") as printed, redirect_stdout(printed), redirect_stderr(printed):
        try:
            yield
        finally:
            root.removeHandler(handler)
            root.setLevel(before)
            handler.close()


def binary() -> Path:
    """The installed command."""
    return Path(sys.executable).with_name("guwah")
