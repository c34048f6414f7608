"""Marked passages: gone at once from every room where their class is closed, from its index, its hits and its tags."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from archive.domain.consent import DataClass, Decision
from archive.domain.errors import Conflict, Invalid, NotFound, Refused
from archive.domain.identifiers import new_id
from archive.domain.records import WITHHELD, Marking, Passage
from archive.domain.rooms import Capability, RoomPurpose
from archive.domain.searching import SearchQuery
from archive.domain.tags import Tag
from archive.services import cataloguing, checking, disclosing, previewing, rooms, searching, transparency
from tests.archives import FULL, Standing, abuse, account, consent, draft, place
from tests.services.services_cast import store

BODY = "I was held for ninety days. They gave me bitter pills. They counted us at night."
PILLS = (28, 54)
READING = (RoomPurpose.READING, "Reading room")
MATTER = (RoomPurpose.MATTER, "First matter")
READ = tuple(DataClass)
MEDICAL, SEXUAL = DataClass.MEDICAL, DataClass.SEXUAL_VIOLENCE
MARK = Passage(start=PILLS[0], end=PILLS[1], contains=(MEDICAL,), reason="an invented reason")
FOUND = Marking(text="original", passages=(MARK,), reviewed=READ)


def quoting(tag: Tag, passage: str) -> Tag:
    return replace(tag, passage=passage, text="original")


@pytest.fixture
def record(standing: Standing) -> UUID:
    tags = (
        place("xj-hotan"),
        quoting(abuse("forced-medication"), "bitter pills"),
        quoting(abuse("beating"), "pills"),
    )
    one = account(BODY, tags=tags)
    [stored] = store(standing, draft(one, consent(one.id, refused=(MEDICAL,))))
    return stored


def mark(standing: Standing, record: UUID, *found: Marking, read: int = 1, login: str = "keeper") -> None:
    acting = standing.acting(login)
    cataloguing.mark_passages(standing.archive, acting, standing.custody, record, read, found)


def seen(standing: Standing, record: UUID) -> Any:
    return disclosing.show(standing.archive, standing.acting("reader"), standing.reading, record).record


def hits(standing: Standing, words: str) -> Any:
    reader = standing.acting("reader")
    return searching.search(standing.archive, reader, standing.reading, SearchQuery(words)).result


def test_a_marked_passage_is_gone_from_every_path_of_a_room_where_it_is_closed(
    standing: Standing, record: UUID
) -> None:
    assert hits(standing, "bitter").total == 1
    assert [tag.term for tag in seen(standing, record).tags] == ["xj-hotan", "beating"]
    mark(standing, record, FOUND)
    there = seen(standing, record)
    assert there.texts[0].body == "I was held for ninety days. [withheld] They counted us at night."
    assert (there.texts[0].passages, [tag.term for tag in there.tags]) == ((), ["xj-hotan"])
    assert hits(standing, "bitter").total == hits(standing, '"gave me"').total == 0
    [hit] = hits(standing, "counted").hits
    assert "pills" not in repr(hit)
    found = hits(standing, "")
    assert [count.term for count in found.facets.get("abuse", ())] == []
    reader = standing.acting("reader")
    assert searching.suggest(standing.archive, reader, standing.reading, "beat", "en") == ()
    kept = disclosing.show(standing.archive, standing.acting("keeper"), standing.custody, record)
    assert (kept.revision, kept.record.texts[0].body, kept.record.texts[0].passages) == (2, BODY, (MARK,))
    assert checking.fsck(standing.archive, standing.acting("keeper")) == ()


def test_taking_the_mark_away_brings_it_all_back(standing: Standing, record: UUID) -> None:
    before = seen(standing, record)
    mark(standing, record, FOUND)
    mark(standing, record, replace(FOUND, passages=()), read=2)
    assert seen(standing, record) == before
    assert hits(standing, "bitter").total == 1


def test_marking_is_logged_and_the_reason_stays_in_custody(standing: Standing, record: UUID) -> None:
    mark(standing, record, FOUND)
    said = transparency.entries(standing.archive, standing.acting("keeper"))
    assert [line.action for line in said].count("revise") == 1
    assert "invented reason" not in repr(said)
    assert "invented reason" not in repr(seen(standing, record))


def test_marks_made_from_an_earlier_revision_are_refused(standing: Standing, record: UUID) -> None:
    mark(standing, record, FOUND)
    with pytest.raises(Conflict):
        mark(standing, record, replace(FOUND, passages=()), read=1)
    assert WITHHELD in seen(standing, record).texts[0].body


def test_changing_the_tags_leaves_the_marks(standing: Standing, record: UUID) -> None:
    mark(standing, record, FOUND)
    cataloguing.retag(
        standing.archive, standing.acting("keeper"), standing.custody, record, [abuse("beating")]
    )
    assert "pills" not in repr(seen(standing, record))


@pytest.mark.parametrize(
    ("found", "where"),
    [
        ([replace(FOUND, text="another")], "texts"),
        ([FOUND, FOUND], "texts"),
        ([replace(FOUND, text="")], "title"),
        ([replace(FOUND, passages=(replace(MARK, end=len(BODY) + 1),))], "texts.0.passages.0.end"),
        ([replace(FOUND, passages=(replace(MARK, start=-1),))], "texts.0.passages.0.end"),
        ([replace(FOUND, passages=(replace(MARK, end=MARK.start),))], "texts.0.passages.0.end"),
        ([replace(FOUND, passages=(replace(MARK, contains=()),))], "texts.0.passages.0.contains"),
        ([replace(FOUND, passages=(replace(MARK, reason=" "),))], "texts.0.passages.0.reason"),
        ([replace(FOUND, passages=(replace(MARK, reason="two\nlines"),))], "texts.0.passages.0.reason"),
    ],
)
def test_what_is_no_passage_is_refused_where_it_stands(
    standing: Standing, record: UUID, found: list[Marking], where: str
) -> None:
    with pytest.raises(Invalid) as refused:
        mark(standing, record, *found)
    assert [problem.where for problem in refused.value.problems] == [where]
    assert seen(standing, record).texts[0].body == BODY


def test_what_may_not_be_kept_is_not_marked_but_taken_out(standing: Standing) -> None:
    one = account(BODY)
    given = consent(one.id)
    refusing = [
        replace(item, decision=Decision.NO)
        if item.data_class is MEDICAL and (item.purpose, item.audience) in FULL[:2]
        else item
        for item in given.items
    ]
    [record] = store(standing, draft(one, replace(given, items=tuple(refusing))))
    with pytest.raises(Invalid, match="medical"):
        mark(standing, record, FOUND)


def test_the_title_is_shown_once_somebody_read_it(standing: Standing) -> None:
    one = replace(account(BODY), title_reviewed=())
    [record] = store(standing, draft(one, consent(one.id, refused=(MEDICAL,))))
    assert seen(standing, record).title == WITHHELD
    mark(standing, record, Marking(text="", reviewed=READ))
    assert seen(standing, record).title == one.title
    mark(standing, record, Marking(text="", reviewed=READ, contains=(MEDICAL,)), read=2)
    assert seen(standing, record).title == WITHHELD
    assert seen(standing, record).texts[0].body == BODY


def test_a_day_becomes_a_quarter_and_is_found_by_its_year(standing: Standing) -> None:
    one = account(BODY, collected="2019-03-09")
    [record] = store(standing, draft(one, consent(one.id, refused=(DataClass.PLACE_PRECISE,))))
    assert seen(standing, record).collected == "2019-33"
    assert [count.term for count in hits(standing, "counted").facets["year"]] == ["2019"]
    reader = standing.acting("reader")
    for since, until, expected in (
        ("2019-01", "2019-01", 1),
        ("2019", None, 1),
        ("2019-04", None, 0),
        (None, "2018", 0),
    ):
        asked = SearchQuery("counted", date_from=since, date_to=until)
        found = searching.search(standing.archive, reader, standing.reading, asked)
        assert found.result.total == expected
    kept = disclosing.show(standing.archive, standing.acting("keeper"), standing.custody, record)
    assert kept.record.collected == "2019-03-09"


def test_only_who_may_place_marks(standing: Standing, record: UUID) -> None:
    for login in ("reader", "counsel", "outsider"):
        with pytest.raises((NotFound, Refused)):
            mark(standing, record, FOUND, login=login)
    with pytest.raises(NotFound):
        mark(standing, new_id(), FOUND)


def test_a_preview_says_just_what_each_room_then_holds_and_stores_nothing(
    standing: Standing, record: UUID
) -> None:
    archive, keeper = standing.archive, standing.acting("keeper")
    shown = disclosing.show(archive, keeper, standing.custody, record)
    changed = cataloguing.marked(shown.record, [FOUND])
    with archive.read() as unit:
        size = unit.log.head().size
    foreseen = previewing.preview(archive, keeper, shown, changed)
    with archive.read() as unit:
        assert unit.log.head().size == size
    assert [one.rooms for one in foreseen] == [(MATTER, READING)]
    assert seen(standing, record).texts[0].body == BODY
    mark(standing, record, FOUND)
    assert foreseen[0].record == seen(standing, record)


def test_a_preview_names_no_room_that_the_member_does_not_hold(standing: Standing) -> None:
    one = account(BODY)
    given = consent(one.id, FULL[:3])
    [record] = store(standing, draft(one, given))
    archive, keeper = standing.archive, standing.acting("keeper")
    shown = disclosing.show(archive, keeper, standing.custody, record)
    found = previewing.preview(archive, keeper, shown, one)
    assert [(one.rooms, one.record is None) for one in found] == [
        ((READING,), False),
        ((MATTER,), True),
    ]
    counsel = standing.people["counsel"].member
    rooms.grant(archive, keeper, standing.custody, counsel, [Capability.PLACE])
    acting = standing.acting("counsel")
    there = disclosing.show(archive, acting, standing.custody, record)
    assert [one.rooms for one in previewing.preview(archive, acting, there, one)] == [
        ((RoomPurpose.READING, ""),),
        (MATTER,),
    ]
    reading = disclosing.show(archive, standing.acting("reader"), standing.reading, record)
    with pytest.raises(NotFound):
        previewing.preview(archive, standing.acting("reader"), reading, one)
