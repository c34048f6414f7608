"""Consent from the command line: shown, foreseen, widened, limited and withdrawn, by custody, desk and receipt."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from archive import bootstrap
from archive.cli.refusals import BUSY, REFUSED, WRONG
from archive.config import load
from archive.domain.identifiers import code_of
from archive.domain.rooms import RoomPurpose
from archive.services import admitting, signing_in
from tests.functional.cli.conftest import SOLO, Cli

RESEARCH = ("--purpose", "research", "--audience", "vetted-researchers")


@pytest.fixture
def record(cli: Cli) -> str:
    """One that lies in every room."""
    matter = {hit["id"] for hit in cli.acting("search", "--room", "matter", said="\n")["hits"]}
    hits = cli.acting("search", "--room", "reading", said="\n")["hits"]
    return next(str(hit["id"]) for hit in hits if hit["id"] in matter)


def code(cli: Cli, record: str) -> str:
    return str(cli.acting("consent", "show", record)["consent"]["code"])


def desk(cli: Cli) -> str:
    """Admit somebody, and put them on the consent desk; return their passphrase."""
    with bootstrap.opened(load(cli.instance, {})) as archive:
        acting = signing_in.unlock(archive, SOLO, cli.passphrase)
        admitted = admitting.admit(archive, [acting], admitting.Newcomer(login="desk", name="Example Desk"))
    assert cli.acting("consent", "appoint", "desk")["appointed"]
    return str(admitted.passphrase)


def total(cli: Cli, room: str) -> int:
    return int(cli.acting("search", "--room", room, said="\n")["total"])


def test_what_is_agreed_is_shown(cli: Cli, record: str) -> None:
    found = cli.acting("consent", "show", record)["consent"]
    assert (found["state"], found["kept"], found["receipt"]) == ("active", True, False)
    assert {room["purpose"] for room in found["rooms"]} == {"identity", "reading", "matter"}
    done = cli("consent", "show", record, "--as", SOLO, said=cli.passphrase)
    assert f"{found['code']}: active" in done.stdout
    assert "vetted-researchers" in done.stdout


def test_a_code_is_asked_for_and_never_taken_from_the_command_line(cli: Cli, record: str) -> None:
    spoken = code(cli, record)
    for words in (("consent", "show"), ("consent", "show", "-")):
        assert cli.acting(*words, said=f"{spoken.lower()}\n")["consent"]["record"] == record
    said = cli.refused(WRONG, "consent", "show", spoken, "--as", SOLO, said=cli.passphrase)
    assert "for demo archives only" in said
    assert spoken not in said
    absent = cli.refused(REFUSED, "consent", "show", "--as", SOLO, said=f"{cli.passphrase}\n00000-00000\n")
    assert "nothing here" in absent


def test_a_preview_stores_nothing_and_the_deed_does_what_it_said(cli: Cli, record: str) -> None:
    before = total(cli, "reading")
    limit = ("consent", "limit", record, "--purpose", "research")
    foreseen = cli.acting(*limit, "--preview")
    assert foreseen["stored"] is False
    assert [room["purpose"] for room in foreseen["effect"]["lost"]] == ["reading"]
    assert total(cli, "reading") == before
    said = cli(
        "consent", "limit", record, "--purpose", "research", "--preview", "--as", SOLO, said=cli.passphrase
    )
    assert "stays: matter" in said.stdout
    done = cli.acting(*limit)
    assert done["effect"] == foreseen["effect"]
    assert total(cli, "reading") == before - 1
    back = cli.acting("consent", "grant", record, *RESEARCH, "--until", "2999-12-31")
    assert [room["until"] for room in back["effect"]["gained"]] == ["2999-12-31"]
    assert total(cli, "reading") == before


def test_a_no_wins_until_everything_is_replaced(cli: Cli, record: str) -> None:
    cli.acting("consent", "limit", record, "--purpose", "research", "--decision", "no")
    again = cli.acting("consent", "grant", record, *RESEARCH, "--preview")
    assert again["effect"]["gained"] == []
    keeping = ("--purpose", "store", "--purpose", "catalogue", "--audience", "custodian")
    replaced = cli.acting(
        "consent", "grant", record, *keeping, "--replace", "--reason", said="Asked again.\n"
    )
    assert replaced["effect"]["kept"]
    assert cli.acting("consent", "grant", record, *RESEARCH)["effect"]["gained"]


def test_a_limit_from_a_later_day_ends_it_then(cli: Cli, record: str) -> None:
    done = cli.acting("consent", "limit", record, "--purpose", "research", "--until", "2999-01-01")
    [[_old, new]] = done["effect"]["changed"]
    assert (new["purpose"], new["until"]) == ("reading", "2999-01-01")


def test_it_rests_and_goes_on(cli: Cli, record: str) -> None:
    before = total(cli, "reading")
    assert cli.acting("consent", "suspend", record)["effect"]["state"] == "suspended"
    assert total(cli, "reading") == before - 1
    assert cli.acting("consent", "resume", record, "--preview")["effect"]["state"] != "suspended"
    assert cli.acting("consent", "resume", record)["effect"]["gained"]
    assert total(cli, "reading") == before


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("grant",), "--purpose and --audience"),
        (("grant", "--purpose", "research"), "--purpose and --audience"),
        (("limit", "--purpose", "media", "--audience", "court"), "nothing would end"),
    ],
)
def test_what_cannot_be_done_is_said(cli: Cli, record: str, words: tuple[str, ...], remedy: str) -> None:
    command, *flags = words
    said = cli.refused(WRONG, "consent", command, record, *flags, "--as", SOLO, said=cli.passphrase)
    assert remedy in said


def test_the_desk_closes_what_it_cannot_read(cli: Cli, record: str) -> None:
    words, spoken = desk(cli), code(cli, record)
    refused = cli.refused(REFUSED, "consent", "show", "--as", "desk", said=f"{words}\n{spoken}\n")
    assert "nothing here" in refused

    def at_desk(*given: str) -> dict[str, object]:
        return dict(cli.json("consent", *given, "--as", "desk", said=f"{words}\n{spoken}\n"))

    before = total(cli, "reading")
    assert at_desk("limit", "--purpose", "research", "--preview")["closes"] == {"reading": 1}
    assert total(cli, "reading") == before
    at_desk("limit", "--purpose", "research")
    assert total(cli, "reading") == before - 1
    assert cli.acting("consent", "place")["waiting"] == 0
    whole = cli.refused(
        WRONG, "consent", "limit", "--purpose", "research", "--class", "medical", "--as", "desk",
        said=f"{words}\n{spoken}\n",
    )  # fmt: skip
    assert "only --purpose" in whole
    assert set(at_desk("withdraw", "--preview")["closes"]) == {"custody", "identity", "matter"}  # type: ignore[call-overload]
    assert at_desk("withdraw")["stored"] is True
    assert "withdrawn already" in cli.refused(
        BUSY, "consent", "withdraw", "--as", "desk", said=f"{words}\n{spoken}\n"
    )
    own = cli.refused(REFUSED, "consent", "confirm", "--as", "desk", said=f"{words}\n{spoken}\n")
    assert "Somebody else must confirm" in own
    assert cli.acting("consent", "confirm", record)["destroyed"]


def test_a_mistake_is_undone_with_the_archive_kit(cli: Cli, record: str) -> None:
    before = total(cli, "custody")
    cli.acting("consent", "withdraw", record, "--reason", said="The wrong one was named.\n")
    assert total(cli, "custody") == before - 1
    kit = cli.secrets["archive_kit"]
    assert cli.acting("consent", "undo", record, said=f"A mistake.\n{kit}\n")["stored"]
    assert total(cli, "custody") == before
    found = cli.acting("consent", "show", record)["consent"]
    assert [room["purpose"] for room in found["rooms"]] == [RoomPurpose.IDENTITY.value]
    assert found["entries"][-1]["reason"] == "A mistake."


def test_a_receipt_withdraws_with_nobody_signed_in(cli: Cli, record: str) -> None:
    before = total(cli, "custody")
    given = str(cli.acting("consent", "receipt", record)["receipt"])
    wrong = cli.refused(WRONG, "consent", "by-receipt", "--yes", said=f"{given[:-1]}\n")
    assert "closes nothing" in wrong
    stopped = cli("consent", "by-receipt", said=f"{given}\nn\n")
    assert stopped.exit_code != 0
    assert total(cli, "custody") == before
    done = json.loads(cli("consent", "by-receipt", "--yes", "--json", said=f"{given}\n").stdout)
    assert done["closed"] == 4
    assert total(cli, "custody") == before - 1
    assert code_of(UUID(record)) not in str(done)
    assert cli.acting("consent", "show", record)["consent"]["state"] == "withdrawn"
