"""Every state that consent can be in occurs in the demonstration, and every basis, decision and later entry."""

from collections import Counter
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from archive.cli.demo.content import DemoRecord, drafts
from archive.cli.demo.members import rooms
from archive.domain.consent import Basis, ConsentEntry, DataClass, Decision, Event
from archive.domain.rooms import RoomPurpose, RoomTerms
from archive.policy.consent import State, fold
from archive.policy.placement import Placed, place
from archive.vocabularies.load import vocabulary

TODAY = date(2031, 5, 6)
RECORDS = {one.draft.source_key.removeprefix("demo/"): one for one in drafts(TODAY)}
ROOMS = {
    room.key: RoomTerms(
        id=uuid4(), collection=UUID(int=1), purpose=room.purpose, name=room.name, scope=room.scope
    )
    for room in rooms()
    if room.purpose is not RoomPurpose.IDENTITY
}


def entries(one: DemoRecord) -> list[ConsentEntry]:
    return [one.draft.consent, *one.events]


def placed(one: DemoRecord, room: str) -> Placed | None:
    return place(fold(entries(one), TODAY), one.draft.record, ROOMS[room], TODAY)


def lies_in(key: str) -> set[str]:
    return {room for room in ROOMS if placed(RECORDS[key], room)}


def test_every_state_but_draft_is_reached() -> None:
    states = Counter(fold(entries(one), TODAY).state for one in RECORDS.values())
    assert set(states) == set(State) - {State.DRAFT}  # a record without any grant cannot be stored


def test_every_event_basis_and_decision_occurs() -> None:
    said = [entry for one in RECORDS.values() for entry in entries(one)]
    # Codes are given out and holds set by deeds of their own, not by what somebody consented to.
    by_deed = {Event.RECEIPT, Event.HOLD, Event.RELEASE}
    assert {entry.event for entry in said} == set(Event) - by_deed
    assert {entry.basis for entry in said} == set(Basis)
    assert {item.decision for entry in said for item in entry.items} == set(Decision)
    for field, name in (("given_by", "given-by"), ("capacity", "capacities"), ("method", "consent-methods")):
        assert {getattr(entry, field) for entry in said} - {""} == {term.id for term in vocabulary(name)}


def test_whatever_its_ledger_says_later_each_is_first_taken_into_custody() -> None:
    for one in RECORDS.values():
        state = fold([one.draft.consent], TODAY)
        assert place(state, one.draft.record, ROOMS["custody"], TODAY), one.draft.source_key


def test_entries_are_of_their_record_in_order_and_close_only_what_stood() -> None:
    for one in RECORDS.values():
        ledger = entries(one)
        assert {entry.record for entry in ledger} == {one.draft.record.id}
        assert [entry.at for entry in ledger] == sorted(entry.at for entry in ledger)
        assert ledger[-1].at < TODAY
        stood: set[UUID] = set()
        for entry in ledger:
            assert stood.issuperset(entry.closes)
            stood |= {item.id for item in entry.items}
    drawn = [item.id for one in RECORDS.values() for entry in entries(one) for item in entry.items]
    drawn += [entry.id for one in RECORDS.values() for entry in entries(one)]
    assert len(drawn) == len(set(drawn))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("khorgas-autumn", {"custody", "reading", "matter"}),  # research and legal
        ("passport-collected", {"custody", "reading"}),  # research only
        ("hard-chair", {"custody", "matter"}),  # legal only
        ("numbers-after-names", {"custody"}),  # the rest was not asked
        ("account-kept-closed", {"custody"}),  # refused
        ("phone-search-urumqi", {"custody"}),  # ask me first
        ("one-month-passport", {"custody"}),  # its term has ended
        ("masks", {"custody"}),  # its term has not begun
        ("sealed-workshop", {"custody", "reading", "matter"}),  # its term ends soon
        ("summer-pasture", {"custody", "matter"}),  # limited
        ("the-gardener-uncle", {"custody", "reading"}),  # withdrawn in part
        ("four-months-in-the-yard", {"custody"}),  # suspended
        ("recorded-in-winter", {"custody", "reading", "matter"}),  # suspended and resumed
        ("two-hours-of-stove", set()),  # withdrawn
        ("two-brothers", set()),  # everything has ended
        ("cousin-in-the-orchard", set()),  # superseded, by nothing
        ("quince-silicon", {"custody", "matter"}),  # superseded by a narrower one
        ("mulberry-cemetery", {"custody"}),  # a wider one is being drafted
        ("train-with-curtains", {"custody"}),  # public interest
        ("teacher-of-songs", {"custody"}),  # vital interest
        ("hearing-transcript", {"custody", "reading"}),  # already public
    ],
)
def test_consent_opens_what_its_name_promises(key: str, expected: set[str]) -> None:
    assert lies_in(key) - {"reading-hotan"} == expected


@pytest.mark.parametrize(
    ("key", "refused"),
    [
        ("sister-under-watch", DataClass.PLACE_PRECISE),
        ("boarding-school-teacher", DataClass.THIRD_PARTY),
    ],
)
def test_a_refused_class_is_withheld_where_the_rest_is_read(key: str, refused: DataClass) -> None:
    master, seen = RECORDS[key].draft.record, placed(RECORDS[key], "reading")
    assert seen is not None
    assert all(refused in text.contains for text in master.texts)
    assert {text.body for text in seen.record.texts} == {"[withheld]"}
    assert seen.record.title == master.title


@pytest.mark.parametrize(
    ("key", "withheld", "shown"),
    [
        ("women-s-cell", "take off our clothes", "forced pregnancy test"),
        ("health-check", "Artush", "took fingerprints"),
        ("village-workshop", "not yet sixteen", "twelve hours a day"),
    ],
)
def test_a_refused_class_is_withheld_where_it_was_marked_alone(key: str, withheld: str, shown: str) -> None:
    master, seen = RECORDS[key].draft.record, placed(RECORDS[key], "reading")
    assert seen is not None
    assert all(text.passages for text in master.texts)
    english = {text.lang: text.body for text in seen.record.texts}["en"]
    assert "[withheld]" in english
    assert withheld not in english
    assert shown in english
    assert {text.body.count("[withheld]") for text in seen.record.texts} in ({1}, {3})
    assert all(
        tag.passage in text.body
        for tag in seen.record.tags
        for text in seen.record.texts
        if text.id == tag.text
    )


def test_the_scoped_room_holds_hotan_without_sexual_violence() -> None:
    within = {key for key in RECORDS if "reading-hotan" in lies_in(key)}
    assert {"classroom-centre-3", "garment-factory-lop", "mother-in-lop"} <= within
    assert within < {key for key in RECORDS if "reading" in lies_in(key)}
    assert "reading" in lies_in("inspection-room")
    assert "inspection-room" not in within


def test_a_term_is_counted_from_the_day_of_the_demonstration() -> None:
    ending = placed(RECORDS["sealed-workshop"], "reading")
    assert ending is not None
    assert ending.not_after == TODAY + timedelta(days=14)
