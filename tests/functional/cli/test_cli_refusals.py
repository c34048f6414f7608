"""Every way in which an archive cannot be opened is a sentence of its own; a defect says nothing of what it met."""

import errno
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from archive import bootstrap
from archive.bootstrap import Places
from archive.cli.refusals import DAMAGED, DEFECT, FULL, MEANINGS, STOPPED, WRONG
from archive.crypto import selftest
from archive.crypto.errors import Unsupported
from archive.services import rooms
from tests.functional.cli.conftest import SOLO, Cli

ROOT = Path(__file__).parents[3]
FSCK = ("fsck",)


def schema(places: Places, version: str) -> None:
    with sqlite3.connect(places.main) as opened:
        opened.execute("UPDATE alembic_version SET version_num = ?", [version])
    opened.close()


def scribble(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\x00" * 64)


def forget_founding(places: Places) -> None:
    with sqlite3.connect(places.main) as opened:
        opened.execute("DELETE FROM instance")
    opened.close()


def empty(places: Places) -> None:
    for folder in places.folders:
        shutil.rmtree(folder)


# what is done to a good instance -> the exit code, words of the one sentence
BROKEN: dict[str, tuple[Callable[[Places], object], int, str]] = {
    "nothing there": (lambda places: shutil.rmtree(places.root), WRONG, "guwah init"),
    "an empty folder": (empty, WRONG, "guwah init"),
    "no database": (lambda places: places.main.unlink(), DAMAGED, "no database"),
    "a damaged database": (lambda places: scribble(places.main), DAMAGED, "damaged"),
    "an empty database": (lambda places: places.main.write_bytes(b""), DAMAGED, "not a database of this"),
    "an older schema": (lambda places: schema(places, "0000"), DAMAGED, "older version"),
    "a newer schema": (lambda places: schema(places, "9999"), DAMAGED, "newer version"),
    "never founded": (forget_founding, DAMAGED, "names no archive"),
    "no shred store": (lambda places: places.shares.unlink(), DAMAGED, "shred store is not at"),
    "a damaged shred store": (lambda places: scribble(places.shares), DAMAGED, "shares.db is damaged"),
    "no host key": (lambda places: (places.host / "host.key").unlink(), DAMAGED, "host.key is missing or damaged"),
    "a cut host key": (lambda places: os.truncate(places.host / "host.key", 31), DAMAGED, "host.key is missing or"),
    "no epoch key": (lambda places: (places.host / "shares-1.key").unlink(), DAMAGED, "shred store's key is missing"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_wrong_with_an_instance_is_said(cli: Cli, what: str) -> None:
    spoil, code, words = BROKEN[what]
    spoil(Places(cli.instance))
    said = cli.refused(code, *FSCK)
    assert words in said
    assert said.count("\n") == 1


def test_each_of_these_sentences_is_another(cli: Cli, tmp_path: Path) -> None:
    said = set()
    for number, (spoil, code, _) in enumerate(BROKEN.values()):
        copy = Cli(tmp_path / str(number))
        shutil.copytree(cli.instance, copy.instance)
        spoil(Places(copy.instance))
        said.add(re.sub(r"/\S+", "", copy.refused(code, *FSCK)))
    assert (
        len(said) == len(BROKEN) - 3
    )  # two folders without an archive, host.key gone or cut, two files damaged


def test_a_folder_that_may_not_be_written_to_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path).name != "shares")
    assert f"may not write to {cli.instance / 'shares'}" in cli.refused(WRONG, *FSCK)


def test_a_machine_that_cannot_do_the_cryptography_is_refused(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise Unsupported("This machine cannot do X-Wing. Install another.")

    monkeypatch.setattr(selftest, "run", fail)
    assert "cannot do X-Wing" in cli.refused(DAMAGED, *FSCK)
    assert "cannot do X-Wing" in cli.refused(DAMAGED, "serve")


def test_a_lost_sessions_file_and_index_are_made_anew(cli: Cli) -> None:
    places = Places(cli.instance)
    shutil.rmtree(places.sessions.parent)
    shutil.rmtree(places.index)
    assert cli.acting("search", "--room", "custody", said="\n")["total"] == 3


def test_a_wrong_setting_is_named(cli: Cli) -> None:
    (cli.instance / "guwah.toml").write_text("idle_minutes = 90\n")
    assert "idle_minutes must be" in cli.refused(WRONG, *FSCK)


@pytest.mark.parametrize("words", [(), ("room", "list", "--as", SOLO)])
def test_a_defect_says_its_kind_and_place_and_nothing_it_met(
    lasting: Cli, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("canary name of a person")

    monkeypatch.setattr(rooms, "rooms", fail)
    monkeypatch.setattr(bootstrap, "opened", bootstrap.opened if words else fail)
    said = lasting.refused(DEFECT, *(words or FSCK), said=lasting.passphrase)
    assert re.fullmatch(
        r"guwah: Something failed .*error [0-9a-f]{8}: ValueError at archive\.\S+:\d+.*\n", said
    )
    assert "canary" not in said


@pytest.mark.parametrize(("error", "code"), [(errno.ENOSPC, FULL), (errno.EDQUOT, FULL), (errno.EIO, DEFECT)])
def test_a_full_disk_has_a_code_of_its_own(
    lasting: Cli, monkeypatch: pytest.MonkeyPatch, error: int, code: int
) -> None:
    def fail(*_: object) -> None:
        raise OSError(error, "canary")

    monkeypatch.setattr(bootstrap, "opened", fail)
    assert "canary" not in lasting.refused(code, *FSCK)


def test_a_stop_from_the_keyboard_has_a_code_of_its_own(
    lasting: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "opened", stop)
    assert "Stopped" in lasting.refused(STOPPED, *FSCK)


def test_with_json_a_refusal_is_an_object_on_standard_error(lasting: Cli, tmp_path: Path) -> None:
    for words, kind in ((FSCK, "NotAnInstance"), (("fsck", "--nonsense"), "Usage")):
        done = Cli(tmp_path / "none")(*words, "--json")
        assert done.stdout == ""
        said = json.loads(done.stderr)
        assert (said["error"], said["exit"]) == (kind, WRONG)
        assert said["message"]


def test_with_json_every_problem_is_listed(cli: Cli) -> None:
    record = cli.acting("search", "--room", "custody", said="\n")["hits"][0]["id"]
    said = f"{cli.passphrase}\n+ place=xj-nowhere\n"
    done = cli("tag", record, "--as", SOLO, "--json", said=said)
    assert done.exit_code == WRONG
    [problem] = json.loads(done.stderr)["problems"]
    assert problem["where"].startswith("tags.")
    assert "xj-nowhere" in problem["text"]


def test_help_and_handbook_tell_every_exit_code(lasting: Cli) -> None:
    told = lasting("--help").stdout
    handbook = (ROOT / "docs" / "deploy.md").read_text()
    for code, meaning in MEANINGS.items():
        assert re.search(rf"^\s+{code}\s+{re.escape(meaning)}$", told, re.MULTILINE)
        assert f"| {code} | {meaning} |" in handbook
