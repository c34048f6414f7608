"""`guwah backup`, `restore` and `shredlist`: what an operator is told, asked and refused."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest

from archive import bootstrap
from archive.cli.refusals import BUSY, DAMAGED, REFUSED, WRONG
from archive.config import load
from archive.services import signing_in
from tests.functional.cli.conftest import RECORDS, SOLO, Cli


@pytest.fixture
def backup(cli: Cli, tmp_path: Path) -> Path:
    cli.json("backup", str(tmp_path / "backup"))
    return tmp_path / "backup"


@pytest.fixture
def new(cli: Cli, tmp_path: Path) -> Cli:
    """A new machine, on which the host's secrets were put."""
    shutil.copytree(cli.instance / "host", tmp_path / "new" / "host")
    return Cli(tmp_path / "new", cli.secrets)


def listed(cli: Cli, to: Path) -> str:
    cli.json("shredlist", "--out", str(to))
    return str(to)


def test_a_backup_says_how_it_is_to_be_kept(cli: Cli, tmp_path: Path) -> None:
    done = cli("backup", str(tmp_path / "a"), "--shares", str(tmp_path / "b"))
    assert done.exit_code == 0
    assert "Backed up" in done.stdout
    for said in (
        "with the key of a room",
        "after 30 days",
        "secrets (host/) are in no backup",
        "guwah shredlist",
    ):
        assert said in done.stderr
    assert "lie in one folder" not in done.stderr
    assert "lie in one folder" in cli("backup", str(tmp_path / "c")).stderr
    assert "not empty" in cli.refused(WRONG, "backup", str(tmp_path / "c"))
    assert "not empty" in cli.refused(WRONG, "backup", str(tmp_path / "d"), "--shares", str(tmp_path / "a"))
    (tmp_path / "file").touch()
    assert "Name another folder" in cli.refused(WRONG, "backup", str(tmp_path / "file" / "in"))


def test_the_shred_list_is_written_whole_for_its_owner_alone(cli: Cli, tmp_path: Path) -> None:
    said = cli("shredlist").stdout
    out = Path(listed(cli, tmp_path / "list"))
    assert out.read_text().splitlines()[:3] == said.splitlines()[:3]
    assert said.startswith("guwah shred list 1\n")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    listed(cli, out)
    assert "cannot be written" in cli.refused(WRONG, "shredlist", "--out", str(tmp_path / "no" / "list"))


def test_a_restore_on_a_new_machine(cli: Cli, backup: Path, new: Cli, tmp_path: Path) -> None:
    assert "Name the newest with --shred-list" in new.refused(REFUSED, "restore", str(backup))
    done = new("restore", str(backup), "--shred-list", listed(cli, tmp_path / "list"))
    assert done.exit_code == 0, done.output
    assert "guwah fsck: all is well." in done.stdout
    assert new.acting("search", "--room", "custody", said="\n")["total"] == RECORDS
    assert "--replace" in new.refused(WRONG, "restore", str(backup), "--shred-list", str(tmp_path / "list"))


def test_a_restore_over_what_is_there(cli: Cli, backup: Path) -> None:
    said = cli.json("restore", str(backup), "--replace")
    assert said["findings"] == []
    assert [Path(path).parent.name for path in said["aside"]] == ["main", "shares"]
    assert all(Path(path).is_dir() for path in said["aside"])
    assert cli.acting("search", "--room", "custody", said="\n")["total"] == RECORDS


def test_what_fsck_finds_after_a_restore_is_said(cli: Cli, backup: Path, new: Cli, tmp_path: Path) -> None:
    with bootstrap.opened(load(cli.instance, {})) as archive, archive.read() as unit:
        owners = unit.records.owners()
        rooms = [room.id for room in unit.rooms.all()]
        present = [body.id for room in rooms for body in unit.records.present(room).values()]
        archive.shares.discard(sorted(owners & set(present))[:1])
    gone = tmp_path / "gone"
    cli.json("backup", str(gone))
    done = new("restore", str(gone), "--shred-list", listed(cli, tmp_path / "list"))
    assert done.exit_code == DAMAGED
    assert "1 findings" in done.stdout
    assert "share is missing" in done.stdout


def test_a_file_that_is_no_list_is_refused(cli: Cli, backup: Path, new: Cli, tmp_path: Path) -> None:
    path = Path(listed(cli, tmp_path / "list"))
    path.write_text(path.read_text() + "2026-01-01 " + "0" * 32 + "\n")
    assert "no shred list of this archive" in new.refused(
        DAMAGED, "restore", str(backup), "--shred-list", str(path)
    )
    assert "no shred list" in new.refused(
        DAMAGED, "restore", str(backup), "--shred-list", str(cli.instance / "host/host.key")
    )


def test_one_person_overrides_in_an_archive_of_one(backup: Path, new: Cli) -> None:
    wrong = new.refused(REFUSED, "restore", str(backup), "--without-list", said=f"{SOLO}\nsome other words\n")
    assert "not right" in wrong
    assert [path.name for path in new.instance.iterdir()] == ["host"]
    done = new("restore", str(backup), "--without-list", said=f"{SOLO}\n{new.passphrase}\n")
    assert done.exit_code == 0, done.output
    last = [entry for entry in new.acting("log", "show")["entries"] if entry["action"] == "restore"]
    assert len(last[0]["detail"]["overridden by"]) == 1


@pytest.fixture
def two(tmp_path: Path) -> Cli:
    """An archive of two officers and a custodian."""
    cli = Cli(tmp_path / "two")
    people = (
        "--officer",
        "anna",
        "--officer",
        "omar",
        "--custodian",
        "nur",
        "--name",
        "A",
        "--name",
        "O",
        "--name",
        "N",
    )
    return Cli(cli.instance, cli.json("init", *people, "--no-check"))


def test_two_officers_override_and_it_is_logged(two: Cli, tmp_path: Path) -> None:
    words = {person["login"]: person["passphrase"] for person in two.secrets["people"]}
    two.json("backup", str(tmp_path / "backup"))
    shutil.copytree(two.instance / "host", tmp_path / "new" / "host")
    new = Cli(tmp_path / "new")

    def typed(*logins: str) -> str:
        return "".join(f"{login}\n{words[login]}\n" for login in logins)

    flags = ("restore", str(tmp_path / "backup"), "--without-list")
    assert "two officers" in new.refused(REFUSED, *flags, said=typed("anna", "anna"))
    assert "Only officers" in new.refused(REFUSED, *flags, said=typed("anna", "nur"))
    assert "at its end" in new.refused(WRONG, *flags, said=typed("anna"))
    assert new("restore", str(tmp_path / "backup"), said=typed("anna", "omar")).exit_code == REFUSED
    assert [path.name for path in new.instance.iterdir()] == ["host"]
    done = new(*flags, "--json", said=typed("anna", "omar"))
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["findings"] == []
    with bootstrap.opened(load(new.instance, {})) as archive:
        nur = signing_in.unlock(archive, "nur", words["nur"])
        with archive.read() as unit:
            actions = [row.action for row in unit.log.entries(0, 100)]
        signing_in.lock(archive, nur)
    assert actions[-4:-1] == ["sign-in", "sign-in", "restore"]


def test_a_new_epoch_leaves_older_copies_of_the_shares_without_a_key(
    cli: Cli, backup: Path, tmp_path: Path
) -> None:
    before = shutil.copytree(cli.instance / "host", tmp_path / "then" / "host")
    said = cli("newepoch")
    assert "shares-2.key" in said.stdout
    assert "copy host/" in said.stderr
    assert sorted(path.name for path in (cli.instance / "host").glob("shares-*")) == ["shares-2.key"]
    assert cli.acting("fsck") == {"findings": []}
    assert cli.acting("search", "--room", "custody", said="\n")["total"] == RECORDS
    newest = listed(cli, tmp_path / "list")
    shutil.copytree(cli.instance / "host", tmp_path / "now" / "host")
    words = ("restore", str(backup), "--shred-list", newest)
    refused = Cli(tmp_path / "now", cli.secrets).refused(DAMAGED, *words)
    assert "shares-1.key" in refused
    assert "from that time" in refused
    assert not (tmp_path / "now" / "main").exists()
    shutil.copy(cli.instance / "host" / "shares-2.key", before)
    assert Cli(tmp_path / "then", cli.secrets)(*words).exit_code == 0


def test_a_new_epoch_is_begun_by_one_who_is_alone(cli: Cli) -> None:
    with bootstrap.opened(load(cli.instance)):
        assert "in use" in cli.refused(BUSY, "newepoch")
    assert [path.name for path in (cli.instance / "host").glob("shares-*")] == ["shares-1.key"]
