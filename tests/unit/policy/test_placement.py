from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.domain.consent import Audience, Basis, ConsentEntry, DataClass, Decision, GrantItem, Purpose
from archive.domain.drafts import Record
from archive.domain.records import WITHHELD, Identity, KnownPerson
from archive.domain.rooms import RoomPurpose, RoomTerms, Scope
from archive.policy.consent import fold
from archive.policy.placement import OPENED_BY, Placed, place, place_identity, unkept
from archive.policy.redaction import redact
from tests.unit.policy.policy_cast import (
    BEATEN,
    CAMP,
    CATALOGUE,
    COUNTY,
    CUSTODY,
    HOTAN,
    IDENTITY,
    KEPT,
    MATTER,
    RAPE,
    READING,
    RESEARCH,
    STERILISED,
    STORE,
    TODAY,
    account,
    entry,
    item,
    items,
    report,
    room,
    text,
)

DAY = timedelta(days=1)
NARRATIVE, COARSE = DataClass.NARRATIVE, DataClass.PLACE_COARSE
COURT = (Purpose.INTERNATIONAL_COURT, Audience.LEGAL_TEAM)


def placed(
    where: RoomTerms, *given_items: GrantItem, record: Record | None = None, today: date = TODAY
) -> Placed | None:
    return place(fold([entry(*given_items)], today), record or account(), where, today)


# --- which consent opens which room ------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("audience", list(Audience))
def test_each_pair_opens_the_rooms_of_the_table_and_no_other(purpose: Purpose, audience: Audience) -> None:
    opened = {
        kind
        for kind in RoomPurpose
        if placed(room(kind), item(purpose, audience, NARRATIVE), record=account())
    }
    assert opened == {kind for kind, pairs in OPENED_BY.items() if (purpose, audience) in pairs}


def test_the_table() -> None:
    courts = {"domestic-court", "international-court", "trade-enforcement", "un-mechanisms"}
    assert OPENED_BY[RoomPurpose.READING] == {RESEARCH}
    assert {pair[0] for pair in OPENED_BY[RoomPurpose.MATTER]} == courts
    assert {pair[1] for pair in OPENED_BY[RoomPurpose.MATTER]} == {"legal-team", "court"}
    assert len(OPENED_BY[RoomPurpose.MATTER]) == 8
    assert OPENED_BY.keys() == {RoomPurpose.READING, RoomPurpose.MATTER}


def test_nothing_is_placed_in_silence() -> None:
    for kind in RoomPurpose:
        assert placed(room(kind)) is None


@pytest.mark.parametrize("data_class", list(DataClass))
def test_a_room_opens_for_what_tells_of_the_account(data_class: DataClass) -> None:
    found = placed(READING, item(*RESEARCH, data_class))
    tells = data_class in {NARRATIVE, COARSE, DataClass.PLACE_PRECISE}
    assert (found is not None) is tells


def test_a_rendition_is_what_redaction_leaves_of_the_classes_granted() -> None:
    record = account(tags=(COUNTY, CAMP, BEATEN, RAPE))
    found = placed(READING, *items([RESEARCH], [NARRATIVE, COARSE]), record=record)
    assert found is not None
    assert found.record == redact(record, {NARRATIVE, COARSE})
    assert [tag.term for tag in found.record.tags] == ["xj-hotan", "internment", "beating"]


def test_it_rests_on_the_items_that_opened_it_and_ends_with_the_first_of_them() -> None:
    told = item(*RESEARCH, NARRATIVE, until=TODAY + 9 * DAY)
    where = item(*RESEARCH, COARSE, until=TODAY + 2 * DAY)
    for_others = item(*COURT, NARRATIVE, until=TODAY)
    voice = item(*RESEARCH, DataClass.VOICE, until=TODAY)
    found = placed(READING, told, where, for_others, voice)
    assert found is not None
    assert found.items == tuple(sorted((told.id, where.id)))
    assert found.not_after == TODAY + 2 * DAY
    assert placed(READING, item(*RESEARCH, NARRATIVE)) == Placed(
        record=redact(account(), {NARRATIVE}), items=(item(*RESEARCH, NARRATIVE).id,), not_after=None
    )


def test_consent_folded_on_an_earlier_day_places_nothing_past_its_term() -> None:
    consent = fold([entry(item(*RESEARCH, NARRATIVE, until=TODAY))], TODAY)
    assert place(consent, account(), READING, TODAY)
    assert place(consent, account(), READING, TODAY + DAY) is None


def test_what_was_said_of_alleged_perpetrators_enters_no_reading_room() -> None:
    named = account(texts=(text(contains=(DataClass.PERPETRATORS,)),))
    everything = items([RESEARCH, COURT], DataClass)
    consent = fold([entry(*everything, reason="a finding on record")], TODAY)
    reading, matter = place(consent, named, READING, TODAY), place(consent, named, MATTER, TODAY)
    assert reading is not None
    assert matter is not None
    assert reading.record.texts[0].body == WITHHELD
    assert matter.record.texts[0].body == named.texts[0].body


# --- a matter may be read for several purposes -------------------------------------------------------------------


def test_a_no_to_one_purpose_of_a_matter_closes_the_class_for_all() -> None:
    other = (Purpose.TRADE_ENFORCEMENT, Audience.COURT)
    yes = items([COURT], [NARRATIVE, COARSE])
    assert placed(MATTER, *yes, item(*other, NARRATIVE, Decision.ASK)) is not None
    found = placed(MATTER, *yes, item(*other, NARRATIVE, Decision.NO))
    assert found is not None
    assert found.record.texts[0].body == WITHHELD
    assert [tag.term for tag in found.record.tags] == ["xj-hotan"]
    assert placed(MATTER, *yes, *items([other], [NARRATIVE, COARSE], decision=Decision.NO)) is None


def test_of_several_purposes_the_one_that_lasts_longest_carries_a_class() -> None:
    longer = item(Purpose.UN_MECHANISMS, Audience.COURT, NARRATIVE, until=TODAY + 5 * DAY)
    found = placed(MATTER, item(*COURT, NARRATIVE, until=TODAY), longer)
    assert found is not None
    assert (found.items, found.not_after) == ((longer.id,), TODAY + 5 * DAY)
    for_good = item(Purpose.DOMESTIC_COURT, Audience.COURT, NARRATIVE)
    found = placed(MATTER, item(*COURT, NARRATIVE, until=TODAY), for_good, longer)
    assert found is not None
    assert (found.items, found.not_after) == ((for_good.id,), None)


# --- custody and identity ----------------------------------------------------------------------------------------


def test_custody_holds_the_whole_record_once_keeping_and_cataloguing_are_open() -> None:
    whole = account(tags=(COUNTY, RAPE), texts=(text(contains=tuple(DataClass)),))
    found = placed(CUSTODY, *KEPT, record=whole)
    assert found is not None
    assert found.record is whole
    assert set(found.items) == {one.id for one in KEPT}
    assert placed(CUSTODY, *items([STORE], DataClass)) is None
    assert placed(CUSTODY, *items([CATALOGUE], DataClass)) is None
    assert placed(CUSTODY, *items([STORE, CATALOGUE], [NARRATIVE]), record=report()) is not None


@pytest.mark.parametrize("pair", [STORE, CATALOGUE])
def test_custody_keeps_nothing_that_was_refused_for_keeping(pair: tuple[Purpose, Audience]) -> None:
    no = item(*pair, DataClass.SEXUAL_VIOLENCE, Decision.NO)
    for holding in (
        account(tags=(RAPE,)),
        account(content_note=("sexual-violence",)),
        account(texts=(text(contains=(DataClass.SEXUAL_VIOLENCE,)),)),
        account(title_contains=(DataClass.SEXUAL_VIOLENCE,)),
    ):
        assert placed(CUSTODY, *KEPT, no, record=holding) is None
        assert unkept(fold([entry(*KEPT, no)], TODAY), holding) == {DataClass.SEXUAL_VIOLENCE}
    unread = account(tags=(STERILISED,), texts=(text(),))
    assert placed(CUSTODY, *KEPT, no, record=unread) is not None


PRECISE = DataClass.PLACE_PRECISE
OWN_WORDS = "at Ada's, above the shop"


@pytest.mark.parametrize("make", [account, report])
@pytest.mark.parametrize(
    ("said", "opened", "seen"),
    [
        ("xj-hotan-hetian", (NARRATIVE, PRECISE), "xj-hotan-hetian"),
        ("xj-hotan-hetian", (NARRATIVE, COARSE), "xj-hotan"),
        ("kz-almaty", (NARRATIVE, COARSE), "kz"),
        ("kz", (NARRATIVE, COARSE), "kz"),
        ("kz", (NARRATIVE,), ""),
        ("xj-hotan-hetian", (NARRATIVE,), ""),
        (OWN_WORDS, (NARRATIVE, PRECISE, COARSE), ""),
    ],
)
@pytest.mark.parametrize(("where", "pair"), [(READING, RESEARCH), (MATTER, COURT)])
def test_where_an_account_was_given_obeys_consent_as_any_place_does(
    where: RoomTerms,
    pair: tuple[Purpose, Audience],
    make: Callable[..., Record],
    said: str,
    opened: tuple[DataClass, ...],
    seen: str,
) -> None:
    found = placed(where, *KEPT, *items([pair], opened), record=make(collected_where=said, tags=()))
    assert found is not None
    assert found.record.collected_where == seen
    whole = placed(CUSTODY, *KEPT, record=make(collected_where=said))
    assert whole is not None
    assert whole.record.collected_where == said


@pytest.mark.parametrize("pair", [STORE, CATALOGUE])
@pytest.mark.parametrize(
    ("said", "given_away"),
    [("", set()), ("kz", {COARSE}), ("xj-hotan-hetian", {COARSE, PRECISE}), (OWN_WORDS, {COARSE, PRECISE})],
)
def test_custody_keeps_no_place_of_collection_that_was_refused(
    pair: tuple[Purpose, Audience], said: str, given_away: set[DataClass]
) -> None:
    whole = account(collected_where=said, tags=())
    # Whoever says no to roughly where says no to exactly where.
    for refused, with_it in ((COARSE, {COARSE, PRECISE}), (PRECISE, {PRECISE})):
        no = item(*pair, refused, Decision.NO)
        assert unkept(fold([entry(*KEPT, no)], TODAY), whole) == given_away & with_it
        assert (placed(CUSTODY, *KEPT, no, record=whole) is None) == bool(given_away & with_it)


@pytest.mark.parametrize("basis", [basis for basis in Basis if basis is not Basis.CONSENT])
def test_a_legal_basis_opens_custody_and_identity_and_nothing_else(basis: Basis) -> None:
    consent = fold([entry(basis=basis, reason="why", source="where", licence="CC0")], TODAY)
    opened = {kind for kind in RoomPurpose if place(consent, account(), room(kind), TODAY)}
    assert opened == {RoomPurpose.CUSTODY}
    assert place_identity(consent, PEOPLE, IDENTITY, TODAY)


def test_what_is_already_public_may_be_read_as_far_as_its_items_say() -> None:
    said = items([RESEARCH, COURT], DataClass)
    consent = fold(
        [entry(*said, basis=Basis.ALREADY_PUBLIC, reason="in print", source="a book", licence="CC0")], TODAY
    )
    whole = account(texts=(text(),), title_reviewed=())
    found = place(consent, whole, READING, TODAY)
    assert found is not None
    assert found.record.texts[0].body == whole.texts[0].body  # published, so not read for any class
    assert place(consent, whole, MATTER, TODAY) is None


PEOPLE = Identity(
    record=account().id,
    people=(
        KnownPerson(
            id=account().id, role="narrator", name="Noor Invented", contact="a number", safe_contact="at noon"
        ),
    ),
)


def test_the_identity_room_holds_people_when_that_was_granted() -> None:
    who = item(*STORE, DataClass.IDENTITY, until=TODAY + DAY)
    found = place_identity(fold([entry(who)], TODAY), PEOPLE, IDENTITY, TODAY)
    assert found is not None
    assert (found.identity, found.items, found.not_after) == (PEOPLE, (who.id,), TODAY + DAY)
    consent = fold([entry(*KEPT)], TODAY)
    for kind in RoomPurpose:
        opened = place_identity(consent, PEOPLE, room(kind), TODAY)
        assert (opened is not None) is (kind is RoomPurpose.IDENTITY)
    assert place_identity(fold([entry(item(*STORE, NARRATIVE))], TODAY), PEOPLE, IDENTITY, TODAY) is None
    scoped = room(RoomPurpose.IDENTITY, Scope(places=("xj",)))
    assert place_identity(consent, PEOPLE, scoped, TODAY) is None
    assert place_identity(fold([entry(who)], TODAY), PEOPLE, IDENTITY, TODAY + 2 * DAY) is None


def test_a_no_to_being_reached_takes_the_ways_to_reach_them() -> None:
    no = item(*STORE, DataClass.CONTACT, Decision.NO)
    found = place_identity(fold([entry(*KEPT, no)], TODAY), PEOPLE, IDENTITY, TODAY)
    assert found is not None
    [person] = found.identity.people
    assert (person.name, person.contact, person.safe_contact) == ("Noor Invented", "", "")


# --- properties --------------------------------------------------------------------------------------------------

PAIRS = st.sampled_from([RESEARCH, COURT, (Purpose.DOMESTIC_COURT, Audience.COURT), STORE, CATALOGUE])
UNTIL = st.none() | st.integers(-1, 2).map(lambda days: TODAY + days * DAY)
ITEMS = st.builds(
    lambda pair, data_class, decision, until: item(pair[0], pair[1], data_class, decision, until=until),
    PAIRS,
    st.sampled_from(DataClass),
    st.sampled_from(Decision),
    UNTIL,
)
LISTS = st.lists(ITEMS, max_size=12)
RECORDS = st.sampled_from(
    [
        account(),
        report(),
        account(tags=(COUNTY, CAMP, RAPE, STERILISED, BEATEN), content_note=("sexual-violence", "torture")),
        account(texts=(text(), text("t2", contains=(DataClass.MEDICAL,)))),
        report(tags=(HOTAN, CAMP), texts=(text(reviewed=tuple(DataClass)),)),
    ]
)
ROOMS = st.sampled_from([READING, MATTER, CUSTODY, room(RoomPurpose.READING, Scope(not_abuses=("life",)))])


def ledger(said: list[GrantItem], reason: str = "a finding on record") -> list[ConsentEntry]:
    return [entry(*said, reason=reason)]


def content(found: Placed | None) -> int:
    """How much a room holds: its open words, and its tags by how exactly they speak."""
    if found is None:
        return 0
    words = [found.record.title, *(one.body for one in found.record.texts)]
    exact = sum(2 if tag.term in {COUNTY.term, CAMP.term} else 1 for tag in found.record.tags)
    period = bool(getattr(found.record, "period", ""))
    return 1 + sum(word != WITHHELD for word in words) + exact + len(found.record.content_note) + period


@settings(max_examples=150, deadline=None)
@given(LISTS, st.data(), RECORDS, ROOMS)
def test_a_yes_less_or_a_no_more_never_adds_content(
    said: list[GrantItem], data: st.DataObject, record: Record, where: RoomTerms
) -> None:
    purpose, audience = data.draw(PAIRS)
    no = item(purpose, audience, data.draw(st.sampled_from(DataClass)), Decision.NO)
    fewer = [one for one in said if one.decision is not Decision.YES or data.draw(st.booleans())]
    before = place(fold(ledger(said), TODAY), record, where, TODAY)
    for after in (fewer, [*said, no], [no, *said]):
        assert content(place(fold(ledger(after), TODAY), record, where, TODAY)) <= content(before)


@settings(max_examples=100, deadline=None)
@given(LISTS, st.randoms(use_true_random=False), RECORDS, ROOMS)
def test_placing_is_deterministic_and_blind_to_order(
    said: list[GrantItem], shuffle: random.Random, record: Record, where: RoomTerms
) -> None:
    found = place(fold(ledger(said), TODAY), record, where, TODAY)
    other = list(said)
    shuffle.shuffle(other)
    assert place(fold(ledger(other), TODAY), record, where, TODAY) == found
    assert (
        place(fold([part for one in other for part in ledger([one])], TODAY), record, where, TODAY) == found
    )


@settings(max_examples=100, deadline=None)
@given(LISTS, RECORDS, ROOMS)
def test_a_placement_rests_on_live_yeses_and_outlasts_none(
    said: list[GrantItem], record: Record, where: RoomTerms
) -> None:
    found = place(fold(ledger(said), TODAY), record, where, TODAY)
    if found is None:
        return
    assert found.items
    for grant in found.items:
        carrying = [one for one in said if one.id == grant]
        assert carrying
        assert all(one.decision is Decision.YES for one in carrying)
        ends = carrying[0].until
        assert ends is None or (found.not_after is not None and TODAY <= found.not_after <= ends)
    kept = where.purpose is RoomPurpose.CUSTODY
    again = place(fold(ledger(said), TODAY), found.record, where, TODAY)
    assert again == found or kept
