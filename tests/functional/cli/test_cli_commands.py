"""The everyday commands, over three invented records: rooms, members, search, reading, tags, log, checks."""

import json
from pathlib import Path

import pytest

from archive.cli.refusals import DAMAGED, REFUSED, WRONG
from archive.cli.saying import safe
from tests.functional.cli.conftest import RECORDS, SOLO, Cli

NO_SCOPE = "\n" * 8


def first(cli: Cli) -> str:
    return str(cli.acting("search", "--room", "custody", said="\n")["hits"][0]["id"])


def test_rooms_are_listed_with_what_one_may_do_there(lasting: Cli) -> None:
    held = {room["purpose"]: room for room in lasting.acting("room", "list")["rooms"]}
    assert held["custody"]["records"] == RECORDS
    assert held["custody"]["capabilities"] == ["grant", "place", "read"]
    done = lasting("room", "list", "--as", SOLO, said=lasting.passphrase)
    assert "Only you can open" in done.stderr
    assert lasting.room["custody"] in done.stdout


def test_a_search_counts_and_shows(lasting: Cli) -> None:
    found = lasting.acting("search", "--room", "custody", said="\n")
    assert found["total"] == RECORDS == len(found["hits"])
    assert {count["id"] for count in found["facets"]["place"]} >= {"xj"}
    place = max(found["facets"]["place"], key=lambda count: count["count"])
    assert (
        lasting.acting("search", "--room", "custody", said=f"place:{place['id']}\n")["total"]
        == place["count"]
    )
    done = lasting("search", "--room", "custody", "--as", SOLO, said=f"{lasting.passphrase}\n\n")
    assert f"{RECORDS} found" in done.stdout
    assert safe(found["hits"][0]["title"]) in done.stdout


def test_a_room_is_named_by_id_beginning_or_purpose_or_not_at_all(lasting: Cli) -> None:
    custody = lasting.room["custody"]
    for word in (custody, custody[:8], custody.replace("-", "")[:12].upper(), "custody"):
        assert lasting.acting("search", "--room", word, said="\n")["room"] == custody
    said = lasting.refused(WRONG, "search", "--as", SOLO, said=f"{lasting.passphrase}\n\n")
    assert "Several rooms can be meant" in said
    assert custody in said


@pytest.mark.parametrize("room", ["ffff0000", "Custody", "audit", "cus", ""])
def test_a_room_that_is_not_held_is_not_there(lasting: Cli, room: str) -> None:
    said = lasting.refused(REFUSED, "search", "--room", room, "--as", SOLO, said=f"{lasting.passphrase}\n\n")
    assert said == "guwah: There is nothing here that you can open.\n"


def test_a_record_is_shown_whole(lasting: Cli) -> None:
    record = first(lasting)
    shown = lasting.acting("show", record, "--room", "custody")["shown"]
    assert shown["record"]["id"] == record
    done = lasting("show", record, "--room", "custody", "--as", SOLO, said=lasting.passphrase)
    assert shown["code"] in done.stdout
    assert shown["identity"]["people"][0]["name"] in done.stdout
    assert shown["record"]["texts"][0]["body"][:20] in done.stdout


def test_what_is_no_record_is_said_and_what_is_not_there_is_not_there(lasting: Cli) -> None:
    words = ("--room", "custody", "--as", SOLO)
    assert "by its id" in lasting.refused(WRONG, "show", "7K2MP-4XQ9T", *words, said=lasting.passphrase)
    absent = lasting.refused(REFUSED, "show", "0" * 32, *words, said=lasting.passphrase)
    assert "nothing here" in absent


def test_tags_are_put_on_and_taken_off_and_rooms_follow(cli: Cli) -> None:
    record = first(cli)
    made = cli.acting("room", "create", "reading", said="Turpan\nxj-turpan\n" + NO_SCOPE)
    assert made["records"] == 0
    cli.acting("tag", record, said="+ place=xj-turpan\n")
    after = cli.acting("tag", record, said="+ place=xj-turpan\n\n")
    assert [tag["term"] for tag in after["tags"]].count("xj-turpan") == 1
    cli.acting("tag", record, said="- place=xj-turpan\n- place=xj-kashgar\n")
    shown = cli.acting("show", record, "--room", "custody")["shown"]["record"]
    assert "xj-turpan" not in {tag["term"] for tag in shown["tags"]}


@pytest.mark.parametrize("change", ["place=xj", "+ nothing=xj", "+ place", "* place=xj", "+ place="])
def test_a_change_that_cannot_be_read_is_said(lasting: Cli, change: str) -> None:
    record = first(lasting)
    said = lasting.refused(WRONG, "tag", record, "--as", SOLO, said=f"{lasting.passphrase}\n{change}\n")
    assert "could not be read" in said
    assert "No change was given" in lasting.refused(
        WRONG, "tag", record, "--as", SOLO, said=lasting.passphrase
    )


def test_a_room_is_made_and_its_scope_is_set(cli: Cli) -> None:
    made = cli.acting("room", "create", "reading", said="Everything\n" + NO_SCOPE)
    narrow = cli.acting("room", "scope", made["room"], said="tr\n\n\n\n\n\n2001-01-01\n\n")
    assert narrow["records"] <= made["records"]
    [room] = [room for room in cli.acting("room", "list")["rooms"] if room["id"] == made["room"]]
    assert (room["name"], room["scope"]["places"], room["scope"]["since"]) == (
        "Everything",
        ["tr"],
        "2001-01-01",
    )


@pytest.mark.parametrize(
    ("scope", "remedy"),
    [
        ("xj-turpann\n", "no places term"),
        ("\n\n\n\n\n\n1.1.2001\n\n", "year-month-day"),
        ("xj\n", "scope: not places"),
    ],
)
def test_a_scope_that_cannot_be_read_makes_no_room(cli: Cli, scope: str, remedy: str) -> None:
    said = f"{cli.passphrase}\nName\n{scope}"
    assert remedy in cli.refused(WRONG, "room", "create", "reading", "--as", SOLO, said=said)
    assert len(cli.acting("room", "list")["rooms"]) == len(cli.room)


def test_a_member_is_admitted_granted_and_listed(cli: Cli) -> None:
    told = cli.acting("member", "admit", "omar", "--role", "researcher", said="Omar Example\n")
    assert cli.json("room", "list", "--as", "omar", said=told["passphrase"])["rooms"] == []
    cli.acting("grant", "reading", "omar", "--until", "2999-12-31")
    [room] = cli.json("room", "list", "--as", "omar", said=told["passphrase"])["rooms"]
    assert (room["purpose"], room["capabilities"], room["not_after"]) == ("reading", ["read"], "2999-12-31")
    names = {one["profile"]["name"] for one in cli.acting("member", "list")["members"]}
    assert names == {"Aygul Example", "Omar Example"}
    refused = cli("member", "list", "--as", "omar", said=told["passphrase"])
    assert refused.exit_code == REFUSED


def test_a_room_is_taken_back(cli: Cli) -> None:
    told = cli.acting("member", "admit", "omar", said="Omar Example\n")
    cli.acting("grant", "reading", "omar")
    assert cli.acting("room", "remove", "reading", "omar")["removed"]
    assert cli.json("room", "list", "--as", "omar", said=told["passphrase"])["rooms"] == []
    cli.refused(REFUSED, "room", "remove", "reading", "omar", "--as", SOLO, said=cli.passphrase)
    assert cli.acting("fsck")["findings"] == []


def test_a_login_that_is_taken_is_refused(cli: Cli) -> None:
    said = cli.refused(WRONG, "member", "admit", SOLO, "--as", SOLO, said=f"{cli.passphrase}\nOther\n")
    assert "taken" in said


def test_a_grant_to_nobody_is_not_there(lasting: Cli) -> None:
    lasting.refused(REFUSED, "grant", "reading", "nobody", "--as", SOLO, said=lasting.passphrase)


def test_a_new_passphrase_takes_the_place_of_the_old(cli: Cli) -> None:
    new = cli.acting("member", "passphrase")
    cli.refused(REFUSED, "room", "list", "--as", SOLO, said=cli.passphrase)
    assert cli.json("room", "list", "--as", SOLO, said=new["passphrase"])["rooms"]


def test_every_passphrase_lost(cli: Cli, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    kit.write_text(cli.secrets["people"][0]["kit"])
    kit.chmod(0o600)
    told = cli.json("member", "recover", SOLO, "--kit-file", str(kit))
    rooms = cli.json("room", "list", "--as", SOLO, said=told["passphrase"])["rooms"]
    assert {room["purpose"]: room["records"] for room in rooms}["custody"] == RECORDS
    assert cli("member", "recover", SOLO, "--kit-file", str(kit)).exit_code == REFUSED
    assert cli("member", "recover", SOLO, said="not a kit\n").exit_code == REFUSED


def test_rooms_are_given_again_with_the_archive_kit(cli: Cli) -> None:
    told = cli.acting("member", "admit", "omar", said="Omar Example\n")
    assert cli.acting("member", "regrant", "omar", said=cli.secrets["archive_kit"])["rooms"] == len(cli.room)
    assert len(cli.json("room", "list", "--as", "omar", said=told["passphrase"])["rooms"]) == len(cli.room)


def test_two_officers_act_together(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "instance")
    words = ("--officer", "one", "--officer", "two", "--custodian", "one", "--name", "One", "--name", "Two")
    one, two = cli.json("init", *words, "--no-check")["people"]
    said = f"{one['passphrase']}\n"
    alone = cli.refused(REFUSED, "member", "admit", "omar", "--as", "one", said=f"{said}Omar\n")
    assert "two officers" in alone
    together = ("member", "admit", "omar", "--as", "one", "--second", "two")
    assert cli.json(*together, said=f"{said}{two['passphrase']}\nOmar\n")["passphrase"]


def test_the_log_tells_who_holds_the_audit_room_everything(cli: Cli) -> None:
    record = first(cli)
    cli.acting("show", record, "--room", "custody")
    entries = cli.acting("log", "show", "--count", "1000")["entries"]
    assert [entry["number"] for entry in entries] == list(range(len(entries)))
    opened = [entry for entry in entries if entry["action"] == "open"]
    assert opened[-1]["detail"]["record"].replace("-", "") == record.replace("-", "")
    assert "log-read" in cli("log", "show", "--as", SOLO, said=cli.passphrase).stdout


def test_an_index_is_made_anew(cli: Cli) -> None:
    assert cli.acting("reindex", "--room", "custody")["records"] == RECORDS


def test_fsck_finds_nothing_in_a_good_archive_and_says_so(lasting: Cli) -> None:
    assert lasting.json("fsck") == {"findings": []}
    assert lasting.acting("fsck") == {"findings": []}
    assert "All is well" in lasting("fsck").stdout


def test_fsck_finds_lost_shares(cli: Cli) -> None:
    import sqlite3

    with sqlite3.connect(cli.instance / "shares" / "shares.db") as opened:
        opened.execute("DELETE FROM shares")
    opened.close()
    done = cli("fsck", "--json")
    assert done.exit_code == DAMAGED
    assert {finding["what"] for finding in json.loads(done.stdout)["findings"]} >= {"share"}


def test_an_upgrade_of_the_present_version_changes_nothing(cli: Cli) -> None:
    assert cli.json("upgrade") == {"upgraded": True}
    assert cli.json("fsck") == {"findings": []}


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x07", " [31mred "),
        ("گۇۋاھ", "\u2068گۇۋاھ\u2069"),
        ("a\u202eb", "a b"),
        ("one\nئىككى", "one\n\u2068ئىككى\u2069"),
    ],
)
def test_nothing_shown_can_steer_a_terminal(raw: str, shown: str) -> None:
    assert safe(raw) == shown
