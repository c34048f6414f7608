"""The log on the command line: read with filters, signed, proven, checked without an archive."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.cli.main import guwah
from archive.cli.refusals import DAMAGED, REFUSED, WRONG
from tests.functional.cli.conftest import SOLO, Cli


def alone(*words: str) -> Any:
    """The command as somebody runs it who has no archive."""
    return CliRunner().invoke(guwah, [*words, "--instance", "/nowhere/at/all"])


@pytest.fixture
def record(cli: Cli) -> str:
    found = cli.acting("search", "--room", "custody", said="\n")["hits"][0]["id"]
    cli.acting("show", found, "--room", "custody")
    return str(found)


def numbers(cli: Cli, *words: str) -> list[int]:
    return [entry["number"] for entry in cli.acting("log", "show", *words)["entries"]]


def test_it_is_read_by_member_record_action_and_day(cli: Cli, record: str) -> None:
    everything = cli.acting("log", "show", "--count", "1000")["entries"]
    [opened] = cli.acting("log", "show", "--record", record)["entries"]
    assert (opened["action"], opened["about"].replace("-", "")) == ("open", record.replace("-", ""))
    member = opened["actor"]
    assert numbers(cli, "--member", member, "--action", "open") == [opened["number"]]
    assert numbers(cli, "--member", SOLO, "--action", "open") == [opened["number"]]
    assert numbers(cli, "--start", "2", "--count", "2") == [2, 3]
    assert numbers(cli, "--start", "2", "--newest") == [2, 1, 0]
    assert numbers(cli, "--count", "1", "--newest")[0] > len(everything)
    today = opened["day"]
    assert numbers(cli, "--since", today, "--until", today, "--count", "3") == [0, 1, 2]
    assert numbers(cli, "--until", "2001-01-01") == []
    assert cli.refused(REFUSED, "log", "show", "--member", "nobody", "--as", SOLO, said=cli.passphrase)
    assert cli.refused(WRONG, "log", "show", "--record", "x", "--as", SOLO, said=cli.passphrase)
    for wrong in (("--since", "yesterday"), ("--action", "opened"), ("--count", "1001"), ("--start", "-1")):
        cli.refused(WRONG, "log", "show", *wrong, "--as", SOLO, said=cli.passphrase)


def test_what_was_searched_for_is_not_shown(cli: Cli) -> None:
    cli.acting("search", "--room", "custody", said="counted\n")
    cli.acting("search", "--room", "custody", said="zzyzx\n")
    shown = cli("log", "show", "--as", SOLO, said=cli.passphrase).stdout
    assert "zzyzx" not in shown
    assert "search" in shown


def test_the_whole_way_of_a_checkpoint_that_is_kept_elsewhere(cli: Cli, tmp_path: Path) -> None:
    kept = {name: tmp_path / name for name in ("key", "checkpoint", "entry", "growth")}
    kept["key"].write_text(cli("log", "key").stdout)
    kept["checkpoint"].write_text(cli("log", "checkpoint").stdout)
    cli.acting("search", "--room", "custody", said="counted\n")
    kept["entry"].write_text(cli("log", "proof", "0").stdout)
    kept["growth"].write_text(cli("log", "proof", "--since", str(kept["checkpoint"])).stdout)
    assert cli.json("fsck", "--since", str(kept["checkpoint"])) == {"findings": []}
    assert "All is well" in cli("fsck", "--since", str(kept["checkpoint"])).stdout
    key = ("--key", str(kept["key"]))
    signed = alone("log", "verify", str(kept["checkpoint"]), *key)
    assert (signed.exit_code, "signed it" in signed.stdout) == (0, True), signed.output
    entry = alone("log", "verify", str(kept["entry"]), *key)
    assert "Entry 0 stands in it" in entry.stdout
    assert "init" in entry.stdout
    grown = alone("log", "verify", str(kept["checkpoint"]), "--proof", str(kept["growth"]), *key)
    assert "only grew" in grown.stdout
    fingerprint = cli.json("log", "key")["fingerprint"]
    assert fingerprint in grown.stderr
    assert "own key" not in grown.stderr
    own = cli("log", "verify", str(kept["checkpoint"]))
    assert "own key" in own.stderr
    for wrong in (("checkpoint", "entry"), ("growth", ""), ("key", ""), ("checkpoint", "key")):
        proof = ("--proof", str(kept[wrong[1]])) if wrong[1] else ()
        refused = alone("log", "verify", str(kept[wrong[0]]), *proof, *key)
        assert (refused.exit_code, "proves nothing" in refused.stderr) == (WRONG, True)


def test_json_of_each(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "checkpoint"
    said = cli.json("log", "checkpoint", "--out", str(out))
    assert out.read_text() == said["checkpoint"]
    assert out.stat().st_mode & 0o777 == 0o600
    proven = cli.json("log", "verify", str(out))["proven"]
    assert proven["size"] > 0
    assert proven["entry"] is None
    proof = tmp_path / "proof"
    cli.json("log", "proof", "1", "--out", str(proof))
    assert cli.json("log", "verify", str(proof))["proven"]["index"] == 1
    kept = cli.json("log", "proof", "--since", str(out))["proof"]
    assert kept.startswith(f"old {proven['size']}\n")
    for words in (("log", "checkpoint", "--out", str(out)), ("log", "proof", "1", "--out", str(proof))):
        assert "already" in cli.refused(WRONG, *words)


def test_what_was_given_wrongly(cli: Cli, tmp_path: Path) -> None:
    assert "not both" in cli.refused(WRONG, "log", "proof")
    assert "not both" in cli.refused(WRONG, "log", "proof", "1", "--since", str(tmp_path / "x"))
    assert "cannot be read" in cli.refused(WRONG, "log", "verify", str(tmp_path / "x"))
    assert "cannot be read" in cli.refused(WRONG, "fsck", "--since", str(tmp_path / "x"))
    (tmp_path / "large").write_bytes(bytes(200_000))
    assert "larger" in cli.refused(WRONG, "log", "verify", str(tmp_path / "large"))
    cli.refused(REFUSED, "log", "proof", "99999")
    (tmp_path / "any").write_bytes(b"\xff\xfe\x00")
    assert "proves nothing" in cli.refused(WRONG, "log", "verify", str(tmp_path / "any"))


def test_a_checkpoint_kept_by_a_program_with_other_line_ends(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    path.write_bytes(cli.json("log", "checkpoint")["checkpoint"].replace("\n", "\r\n").encode())
    assert cli.json("fsck", "--since", str(path)) == {"findings": []}


def test_fsck_names_a_rollback_of_everything_against_a_checkpoint_kept_elsewhere(
    cli: Cli, tmp_path: Path
) -> None:
    shutil.copytree(cli.instance, tmp_path / "yesterday")
    cli.acting("search", "--room", "custody", said="counted\n")
    path = tmp_path / "checkpoint"
    cli.json("log", "checkpoint", "--out", str(path))
    shutil.rmtree(cli.instance)
    shutil.copytree(tmp_path / "yesterday", cli.instance)
    assert cli.json("fsck") == {"findings": []}, "from inside, nothing shows"
    said = cli("fsck", "--since", str(path))
    assert said.exit_code == DAMAGED
    assert "shorter" in said.stdout
    assert "given" in said.stdout


def test_the_host_does_not_sign_what_contradicts_what_it_signed(cli: Cli) -> None:
    shutil.copytree(cli.instance / "main", cli.instance.parent / "main")
    cli.acting("search", "--room", "custody", said="counted\n")
    cli.json("log", "checkpoint")
    shutil.rmtree(cli.instance / "main")
    shutil.move(cli.instance.parent / "main", cli.instance / "main")
    assert "--anew" in cli.refused(DAMAGED, "log", "checkpoint")
    assert "signed last" in cli("fsck").stdout
    cli.json("log", "checkpoint", "--anew")
    assert cli.json("fsck") == {"findings": []}


def test_a_log_that_was_changed_is_not_proven(cli: Cli) -> None:
    with sqlite3.connect(cli.instance / "main" / "archive.db") as database:
        database.execute("DROP TRIGGER log_no_update")
        database.execute("UPDATE log SET action = 'fsck' WHERE number = 1")
    database.close()
    assert "guwah fsck" in cli.refused(DAMAGED, "log", "proof", "1")
