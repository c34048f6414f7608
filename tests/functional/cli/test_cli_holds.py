"""Holds, hand-overs and recalls by the command: two sign-ins for the law, nothing secret on the command line."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from archive.cli.refusals import REFUSED, WRONG
from archive.domain.identifiers import code_of
from tests.functional.cli.conftest import SOLO, Cli

OTHER = "omar"


@pytest.fixture
def two(cli: Cli) -> tuple[Cli, str, str]:
    """The archive with a second officer; the passphrases as they come on standard input."""
    admitted = cli.acting("member", "admit", OTHER, "--officer", said="Omar Example\n")
    return cli, f"{cli.passphrase}\n{admitted['passphrase']}\n", first(cli)


def first(cli: Cli) -> str:
    return str(cli.acting("search", "--room", "custody", said="\n")["hits"][0]["id"])


def officers(cli: Cli, passphrases: str, *words: str, said: str = "") -> Any:
    return cli.json(*words, "--as", SOLO, "--second", OTHER, said=f"{passphrases}{said}")


def test_a_legal_hold_takes_two_sign_ins(two: tuple[Cli, str, str]) -> None:
    cli, passphrases, record = two
    alone = cli.refused(WRONG, "hold", "set", record, "--as", SOLO, said=f"{cli.passphrase}\nOrder 12\n")
    assert "two officers" in alone
    twice = ("hold", "set", record, "--as", SOLO, "--second", SOLO)
    said = f"{cli.passphrase}\n{cli.passphrase}\nOrder 12\n"
    assert "one cannot act as both" in cli.refused(REFUSED, *twice, said=said)
    hold = officers(cli, passphrases, "hold", "set", record, said="Order 12\n")["hold"]
    [held] = cli.acting("hold", "list")["holds"]
    assert (held["id"], held["basis"], held["ended"]) == (hold, "Order 12", None)
    assert "Order 12" in cli("hold", "list", "--as", SOLO, said=cli.passphrase).stdout
    assert officers(cli, passphrases, "hold", "lift", hold)["lifted"]
    assert cli.acting("hold", "list")["holds"] == []
    assert cli.acting("hold", "list", "--all")["holds"][0]["ended"]
    assert cli.acting("fsck") == {"findings": []}


def test_two_officers_bring_back_what_was_withdrawn_under_their_hold(two: tuple[Cli, str, str]) -> None:
    cli, passphrases, record = two
    hold = officers(cli, passphrases, "hold", "set", record, said="Order 12\n")["hold"]
    cli.acting("consent", "withdraw", record)
    officers(cli, passphrases, "hold", "lift", hold)
    alone = f"{cli.passphrase}\nThe wrong record.\n"
    assert "two officers" in cli.refused(WRONG, "hold", "undo", record, "--as", SOLO, said=alone)
    assert officers(cli, passphrases, "hold", "undo", record, said="The wrong record.\n")["stored"]
    assert first(cli) == record
    assert cli.acting("fsck") == {"findings": []}


def test_a_risk_hold_is_set_and_released_with_a_reason(two: tuple[Cli, str, str]) -> None:
    cli, passphrases, record = two
    hold = cli.acting("hold", "risk", record, said="Their brother was asked.\n")["hold"]
    cli.refused(
        REFUSED, "hold", "risk", record, "--as", OTHER, said=f"{passphrases.splitlines()[1]}\nWhy not.\n"
    )
    assert cli.acting("hold", "release", record, "--hold", hold, said="He is abroad.\n")["released"]
    assert cli.acting("fsck") == {"findings": []}


def test_hand_overs_are_recalled_and_settled(two: tuple[Cli, str, str]) -> None:
    cli, _passphrases, record = two
    words = ("recall", "record", record, "--purpose", "media", "--day", "2026-03-01", "--lang", "ru")
    said = "Example Journal\nThe whole statement\nletters@example.org\n"
    handed = cli.acting(*words, said=said)["hand-over"]
    assert cli.acting("recall", "list")["recalls"] == []
    cli.acting("consent", "withdraw", record)
    [due] = cli.acting("recall", "list")["recalls"]
    assert (due["id"], due["state"], due["handover"]["recipient"]) == (handed, "due", "Example Journal")
    assert "Example Journal" in cli("recall", "list", "--as", SOLO, said=cli.passphrase).stdout
    notice = cli.acting("recall", "notice", handed)
    assert (notice["recipient"], notice["notice"]["lang"]) == ("Example Journal", "ru")
    assert code_of(UUID(record)) in " ".join(notice["notice"]["paragraphs"])
    assert "whole statement" not in " ".join(notice["notice"]["paragraphs"])
    cli.acting("recall", "state", handed, "refused")
    assert cli.acting("recall", "list")["recalls"] == []
    assert cli.acting("recall", "list", "--all")["recalls"][0]["state"] == "refused"
