"""Exhibit sheets from the command line: two files for the owner alone, and a check that needs no archive."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.cli.main import guwah
from archive.cli.refusals import DAMAGED, IN_PART, REFUSED, WRONG
from tests.functional.cli.conftest import SOLO, Cli

ABSENT = "0" * 32


def found(cli: Cli) -> list[str]:
    hits = cli.acting("search", "--room", "matter", said="\n")["hits"]
    return [str(hit["id"]) for hit in hits]


def checked(*words: str, code: int = 0) -> Any:
    """The verdict of the command, far from any archive."""
    done = CliRunner().invoke(guwah, ["exhibit", "verify", *words, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_a_sheet_is_two_files_for_the_owner_alone(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "new" / "exhibits"
    record = found(cli)[0]
    told = cli.acting("exhibit", "sheet", record, "--out", str(out))
    [one] = told["exhibits"]
    assert {path.name for path in out.iterdir()} == {one["sheet"], one["signed"]}
    assert [stat.S_IMODE(path.stat().st_mode) for path in (out, *out.iterdir())] == [0o700, 0o600, 0o600]
    shown = cli.acting("show", record, "--room", "matter")["shown"]
    page, signed = (out / one["sheet"]).read_text(), json.loads((out / one["signed"]).read_text())
    for text in shown["record"]["texts"]:
        assert text["body"].split("\n")[0][:20] in page
        assert f'lang="{text["lang"]}" dir="{text["direction"]}"' in page
    for said in (one["code"], one["sha256"], told["fingerprint"], "Aygul Example", "Signature of counsel"):
        assert said in page
    assert signed["sheet"]["code"] == one["code"] == shown["code"]
    assert one["code"] not in one["sheet"] + one["signed"]
    key = tmp_path / "log.key"
    key.write_text(cli.json("log", "key")["key"])
    known = ("--fingerprint", told["fingerprint"], "--log-key", str(key))
    verdict = checked(str(out / one["signed"]), *known)
    assert verdict["holds"]
    assert all(check["holds"] for check in verdict["exhibits"][0]["checks"])
    assert cli.json("exhibit", "fingerprint")["fingerprint"] == told["fingerprint"]


def test_a_person_is_told_that_the_files_are_plain(cli: Cli, tmp_path: Path) -> None:
    done = cli(
        "exhibit", "sheet", found(cli)[0], "--out", str(tmp_path / "o"), "--as", SOLO, said=cli.passphrase
    )
    assert done.exit_code == 0, done.output
    assert "plain text now" in done.stderr
    [file] = (tmp_path / "o").glob("*.json")
    done = CliRunner().invoke(guwah, ["exhibit", "verify", str(file)])
    assert done.exit_code == 0
    for said in ("not checked", "Not proven", "That what it says is true."):
        assert said in done.stdout


def test_what_is_not_available_stops_no_other(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("exhibit", "sheet", ABSENT, found(cli)[0], "--out", str(out), "--as", SOLO)
    done = cli(*words, said=cli.passphrase)
    assert done.exit_code == IN_PART, done.output
    assert "not available" in done.stdout
    assert len(list(out.iterdir())) == 2
    said = cli.refused(
        REFUSED, "exhibit", "sheet", ABSENT, "--out", str(out), "--as", SOLO, said=cli.passphrase
    )
    assert "nothing here" in said
    assert len(list(out.iterdir())) == 2


@pytest.mark.parametrize("room", ["custody", "reading", "audit", "ffff0000"])
def test_no_room_but_a_matter(lasting: Cli, tmp_path: Path, room: str) -> None:
    words = ("exhibit", "sheet", ABSENT, "--room", room, "--out", str(tmp_path / "o"), "--as", SOLO)
    assert "nothing here" in lasting.refused(REFUSED, *words, said=lasting.passphrase)


def test_nothing_is_overwritten(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.cli.exhibits._called", lambda _found: "exhibit-one")
    words = ("exhibit", "sheet", found(cli)[0], "--out", str(tmp_path), "--as", SOLO)
    assert cli(*words, said=cli.passphrase).exit_code == 0
    before = (tmp_path / "exhibit-one.html").read_bytes()
    assert "cannot be written" in cli.refused(WRONG, *words, said=cli.passphrase)
    assert (tmp_path / "exhibit-one.html").read_bytes() == before


def test_a_changed_file_is_not_relied_on(cli: Cli, tmp_path: Path) -> None:
    told = cli.acting("exhibit", "sheet", found(cli)[0], "--out", str(tmp_path / "o"))
    file = tmp_path / "o" / told["exhibits"][0]["signed"]
    said = json.loads(file.read_text())
    said["sheet"]["title"] = "Another"
    file.write_text(json.dumps(said))
    assert not checked(str(file), code=DAMAGED)["holds"]
    (tmp_path / "no.json").write_text("{}")
    assert not checked(str(tmp_path / "no.json"), code=DAMAGED)["holds"]
    done = CliRunner().invoke(guwah, ["exhibit", "verify", str(file)])
    assert done.exit_code == DAMAGED
    assert "Do not rely on this file." in done.stdout
    done = CliRunner().invoke(guwah, ["exhibit", "verify", str(tmp_path / "absent.json")])
    assert (done.exit_code, "cannot be read" in done.stderr) == (WRONG, True)
    key = tmp_path / "wrong.key"
    key.write_text("not a key")
    assert not checked(str(file), "--log-key", str(key), code=DAMAGED)["holds"]
