"""Exhibit sheets: only from a matter room, only what may be read now, and logged before the bytes leave."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from archive.domain.consent import DataClass, Event
from archive.domain.errors import NotFound
from archive.domain.records import Text
from archive.domain.rooms import RoomPurpose
from archive.sealing import exhibits, trust
from archive.services import (
    checkpoints,
    disclosing,
    exhibiting,
    rooms,
    transparency,
    verifying,
    withdrawing,
)
from archive.services.exhibiting import Exhibit
from tests.archives import Standing, account, consent, draft
from tests.services.services_cast import append, entry, store


@pytest.fixture
def records(standing: Standing) -> tuple[UUID, UUID]:
    """One with a translation, one of which nobody may read a word beyond its title."""
    both = account("بىزنى تاڭ ئاتقاندا ئېلىپ كەتتى.", title="Dawn", lang="ug-Arab")
    english = Text(
        id="english",
        role="translation",
        lang="en",
        direction="ltr",
        body="They took us away at dawn.",
        translator="Example Translator",
        reviewed=tuple(DataClass),
    )
    both = replace(both, texts=(english, *both.texts), content_note=("death",))
    closed = account("What the guard did.", title="Hidden")
    told = replace(closed.texts[0], contains=(DataClass.NARRATIVE, DataClass.SEXUAL_VIOLENCE))
    closed = replace(closed, texts=(told,))
    first, second = store(
        standing,
        draft(both),
        draft(closed, consent(closed.id, refused=(DataClass.SEXUAL_VIOLENCE,))),
    )
    return first, second


def matter(standing: Standing) -> UUID:
    return standing.rooms[RoomPurpose.MATTER]


def made(standing: Standing, *records: UUID) -> list[Exhibit | None]:
    acting = standing.acting("counsel")
    return [one.exhibit for one in exhibiting.make(standing.archive, acting, matter(standing), records)]


def logged(standing: Standing, action: str) -> list[transparency.Entry]:
    entries = transparency.entries(standing.archive, standing.acting("keeper"), 0, 1000)
    return [one for one in entries if one.action == action]


def test_a_sheet_says_what_the_room_shows_and_the_log_has_its_digest(
    standing: Standing, records: tuple[UUID, UUID]
) -> None:
    first, second = records
    exhibit, closed = made(standing, first, second)
    assert exhibit is not None
    assert closed is not None
    sheet = exhibit.sheet
    assert [(text.role, text.lang) for text in sheet.texts] == [
        ("original", "ug-Arab"),
        ("translation", "en"),
    ]
    assert sheet.texts[1].text == "They took us away at dawn."
    shown = disclosing.show(standing.archive, standing.acting("counsel"), matter(standing), first)
    assert sheet.code == shown.code
    assert sheet.consent.items == tuple(item.hex for item in shown.licence.items)
    assert sheet.consent.ledger == shown.licence.head.hex()
    assert [text.text for text in closed.sheet.texts] == ["[withheld]"]
    assert "guard" not in closed.raw.decode()
    said = [entry.detail for entry in logged(standing, "exhibit")]
    assert [one["sha256"] for one in said if one] == [exhibit.digest, closed.digest]
    [opening] = [one for one in logged(standing, "open") if one.number == sheet.log.number]
    assert opening.detail is not None
    assert opening.detail["record"] == first.hex
    assert opening.number < logged(standing, "exhibit")[0].number


def test_what_cannot_be_read_gives_no_sheet_and_stops_no_other(
    standing: Standing, records: tuple[UUID, UUID]
) -> None:
    first, second = records
    absent = uuid4()
    append(standing, entry(second, Event.SUSPEND))
    one, gone, nothing = made(standing, first, second, absent)
    assert one is not None
    assert (gone, nothing) == (None, None)
    refused = [str(entry.detail) for entry in logged(standing, "refused")]
    assert [asked.hex in said for asked, said in zip((second, absent), refused, strict=True)] == [True, True]


def test_a_record_withdrawn_while_its_sheet_is_made_gives_none(
    standing: Standing, records: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = records
    sign = exhibits.sign

    def withdrawn(*args: Any) -> bytes:
        if not logged(standing, "consent"):
            append(standing, entry(first, Event.SUSPEND))
        return sign(*args)

    monkeypatch.setattr(exhibits, "sign", withdrawn)
    gone, other = made(standing, first, second)
    assert gone is None
    assert other is not None
    assert len(logged(standing, "exhibit")) == 1


@pytest.mark.parametrize("login", ["reader", "outsider"])
def test_no_member_without_the_room(standing: Standing, records: tuple[UUID, UUID], login: str) -> None:
    with pytest.raises(NotFound):
        exhibiting.make(standing.archive, standing.acting(login), matter(standing), records)
    assert [one.detail["what"] for one in logged(standing, "refused") if one.detail] == ["exhibit"]


@pytest.mark.parametrize("purpose", [RoomPurpose.CUSTODY, RoomPurpose.READING, RoomPurpose.AUDIT])
def test_no_room_but_a_matter(standing: Standing, records: tuple[UUID, UUID], purpose: RoomPurpose) -> None:
    with pytest.raises(NotFound):
        exhibiting.make(standing.archive, standing.acting("keeper"), standing.rooms[purpose], records)


def test_each_record_once_and_no_more_than_the_most(standing: Standing, records: tuple[UUID, UUID]) -> None:
    assert len(made(standing, *records, *records)) == 2
    asked = [uuid4() for _ in range(exhibiting.MOST + 5)]
    assert made(standing, *asked) == [None] * exhibiting.MOST


def test_the_signed_bytes_come_again_until_the_record_changes(
    standing: Standing, records: tuple[UUID, UUID]
) -> None:
    archive, counsel, room = standing.archive, standing.acting("counsel"), matter(standing)
    whole = exhibiting.make(archive, counsel, room, records)
    known = [exhibiting._kept(one.record, one.exhibit) for one in whole]
    before = len(logged(standing, "open"))
    for one, kept in zip(whole, known, strict=True):
        assert one.exhibit is not None
        again = exhibiting.again(archive, counsel, room, kept)
        assert again is not None
        assert again.raw == one.exhibit.raw
    assert len(logged(standing, "open")) == before + 2
    append(standing, entry(records[0], Event.SUSPEND))
    assert exhibiting.again(archive, counsel, room, known[0]) is None
    append(standing, entry(records[0], Event.RESUME))
    assert exhibiting.again(archive, counsel, room, known[0]) is None, "it rests on another ledger now"
    assert exhibiting.again(archive, counsel, room, exhibiting.Kept(record=records[1])) is None


def test_what_is_kept_of_exhibits_says_nothing_of_them(
    standing: Standing, records: tuple[UUID, UUID]
) -> None:
    [exhibit, _closed] = made(standing, *records)
    assert exhibit is not None
    said = json.dumps(asdict(exhibiting._kept(records[0], exhibit)), default=str, ensure_ascii=False)
    for word in ("dawn", "Dawn", "Example", "ئاتقاندا", exhibit.sheet.texts[0].sha256):
        assert word not in said


def test_what_was_made_is_verified_without_the_archive(
    standing: Standing, records: tuple[UUID, UUID]
) -> None:
    fingerprint, key = trust.fingerprint(standing.archive.row).hex(), checkpoints.key(standing.archive).lines
    for exhibit in made(standing, *records):
        assert exhibit is not None
        [found] = verifying.verify(exhibit.raw, fingerprint, key)
        assert found.checks
        assert [check.name for check in found.checks if not check.holds] == []


def test_a_withdrawal_by_the_desk_ends_every_sheet(standing: Standing, records: tuple[UUID, UUID]) -> None:
    """Whether it comes before the sheet, while it is made, or after."""
    archive, keeper, counsel = standing.archive, standing.acting("keeper"), standing.acting("counsel")
    rooms.appoint(archive, keeper, standing.custody, keeper.member)
    first, second = exhibiting.make(archive, counsel, matter(standing), records)
    assert first.exhibit is not None
    withdrawing.withdraw(archive, keeper, records[0])
    assert (
        exhibiting.again(archive, counsel, matter(standing), exhibiting._kept(records[0], first.exhibit))
        is None
    )
    assert exhibiting.again(archive, counsel, matter(standing), exhibiting._kept(records[1], second.exhibit))
    assert made(standing, records[0]) == [None]
    [found] = verifying.verify(first.exhibit.raw, exhibiting.fingerprint(archive))
    assert found.holds, "paper that is out is out: what was signed stays provable"
