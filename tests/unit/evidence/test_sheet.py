"""What leaves on a sheet is named field by field: whatever a record gains stays inside."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from archive.domain import testimony as accounts
from archive.domain.consent import DataClass
from archive.domain.family_report import FamilyReport, FollowUp, MissingPerson, Statement
from archive.domain.identifiers import new_id
from archive.domain.licence import Licence
from archive.domain.log import LogPlace
from archive.domain.records import Identity, KnownPerson, Present, Source, Text
from archive.domain.rooms import RoomPurpose, Scope
from archive.domain.showing import HeldRoom, Shown
from archive.domain.tags import Facet, Tag
from archive.evidence.sheet import Facts, Sheet, digest, logged, sheet, statement, wrong_digests

ROOM, RECORD = new_id(), new_id()
PLACE = LogPlace(number=7, leaf=b"\1" * 32, size=8, root=b"\2" * 32, path=(b"\3" * 32,), checkpoint="note")
NAMED = {"title", "kind", "collected", "collected_where", "content_note", "texts", "present", "source"}
"""The fields of a testimony of which something leaves."""
INSIDE = "INSIDE"


def text(name: str, role: str, body: str) -> Text:
    return Text(
        id=f"{INSIDE} {name}",
        role=role,
        lang="en",
        direction="ltr",
        body=body,
        translator="Example Translator" if role == "translation" else "",
        method="by hand",
        contains=(DataClass.MEDICAL,),
        reviewed=(DataClass.CONTACT,),
    )


def told() -> accounts.Testimony:
    return accounts.Testimony(
        id=RECORD,
        title="A title",
        kind="survivor",
        texts=(text("b", "translation", "Second."), text("a", "original", "First.")),
        narrator=UUID(int=5 << 64),
        present=(Present(role="interviewer", name="Example Interviewer", organisation="Example Office"),),
        tags=(Tag(facet=Facet.SUBJECT, term=INSIDE, labels={"en": INSIDE}),),
        collected="2019-03",
        collected_where="tr-istanbul",
        channel=INSIDE,
        period="1901",
        content_note=("death",),
        title_contains=(DataClass.PERPETRATORS,),
        source=Source(citation="Example Press", licence="CC-BY-4.0", identifier=INSIDE),
        note=INSIDE,
    )


def report() -> FamilyReport:
    return FamilyReport(
        id=RECORD,
        title="A title",
        reporter=UUID(int=5 << 64),
        missing=(MissingPerson(id=new_id(), name=INSIDE, statements=(Statement(text=INSIDE),)),),
        texts=(text("a", "original", "First."),),
        statements=(Statement(text=INSIDE),),
        sought=INSIDE,
        safety=INSIDE,
        objections=INSIDE,
        when_freed=INSIDE,
        follow_ups=(FollowUp(on="2024", note=INSIDE),),
        note=INSIDE,
    )


def shown(record: accounts.Testimony | FamilyReport) -> Shown:
    return Shown(
        record=record,
        code="7K2MP-4XQ9T",
        room=HeldRoom(
            id=ROOM,
            collection=new_id(),
            purpose=RoomPurpose.MATTER,
            name=INSIDE,
            scope=Scope(places=(INSIDE,)),
            capabilities=frozenset({INSIDE}),
            not_after=None,
        ),
        revision=3,
        day=date(2026, 3, 21),
        licence=Licence(
            room=ROOM,
            record=RECORD,
            rendition=new_id(),
            items=(new_id(),),
            head=b"h" * 32,
            not_after=date(2031, 12, 31),
        ),
        identity=Identity(record=RECORD, people=(KnownPerson(id=new_id(), role="narrator", name=INSIDE),)),
        placed=(new_id(),),
    )


def facts() -> Facts:
    return Facts(
        exhibit=new_id(),
        archive=new_id(),
        by=new_id(),
        at=datetime(2026, 11, 24, 18, 5, 7, 99, UTC),
        log=logged(PLACE),
    )


def made(record: accounts.Testimony | FamilyReport) -> Sheet:
    return sheet(shown(record), facts())


@dataclass(frozen=True, slots=True, kw_only=True)
class Later(accounts.Testimony):
    """A testimony as a later version has it."""

    fingerprints: str = INSIDE


def later() -> Later:
    old = told()
    return Later(**{one.name: getattr(old, one.name) for one in fields(old)})


@pytest.mark.parametrize("record", [told(), report(), later()], ids=["testimony", "report", "later"])
def test_what_is_not_named_stays_inside(record: accounts.Testimony | FamilyReport) -> None:
    said = json.dumps(statement(made(record)))
    assert INSIDE not in said
    assert RECORD.hex not in said
    assert UUID(int=5 << 64).hex not in said
    for word in ("medical", "contact", "perpetrators", "1901"):
        assert word not in said


def test_every_field_of_a_record_is_decided_on() -> None:
    """A field that changes nothing on the sheet is one that was left inside on purpose."""
    before = statement(made(told()))
    leaves = {
        "title": "Other",
        "kind": "witness",
        "collected": "2020",
        "collected_where": "tr",
        "content_note": (),
        "texts": (),
        "present": (),
        "source": None,
    }
    assert leaves.keys() == NAMED
    for name, value in leaves.items():
        after = statement(made(replace(told(), **{name: value})))  # type: ignore[arg-type]
        assert {key for key in before if before[key] != after[key]} - {
            "exhibit",
            "archive",
            "consent",
            "made",
        }, name


def test_a_sheet_says_what_the_page_says_it_does() -> None:
    said = statement(made(told()))
    assert [text["role"] for text in said["texts"]] == ["original", "translation"]  # type: ignore[attr-defined]
    assert said["version"] == {"revision": 3, "day": "2026-03-21"}
    assert said["given"] == {"when": "2019-03", "where": "tr-istanbul"}
    assert said["made"]["at"] == "2026-11-24T18:05:07Z"  # type: ignore[index]
    assert said["consent"]["until"] == "2031-12-31"  # type: ignore[index]
    assert said["log"] == {
        "number": 7, "leaf": "01" * 32, "size": 8, "root": "02" * 32, "path": ("03" * 32,), "checkpoint": "note",
    }  # fmt: skip
    assert statement(made(report()))["kind"] == "family-report"
    assert statement(made(report()))["source"] is None


def test_a_digest_is_over_the_very_words_that_are_shown() -> None:
    whole = made(replace(told(), texts=(text("a", "original", "[withheld]"), text("b", "summary", "ئا"))))
    assert whole.texts[0].sha256 == digest("[withheld]")
    assert list(wrong_digests(whole)) == []
    changed = replace(whole, texts=(whole.texts[0], replace(whole.texts[1], text="ئا ")))
    assert list(wrong_digests(changed)) == [2]


def test_the_same_input_gives_the_same_sheet() -> None:
    one, known = shown(told()), facts()
    assert sheet(one, known) == sheet(one, known)
