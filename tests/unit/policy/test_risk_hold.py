"""While others are at risk, no yes shows them: nothing of them is placed outside custody and identity."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.domain.consent import Audience, ConsentEntry, DataClass, Event, GrantItem, Purpose
from archive.domain.drafts import Record
from archive.domain.records import Identity, KnownPerson
from archive.domain.rooms import RoomPurpose, RoomTerms
from archive.policy.consent import AT_RISK, State, closed_by, fold
from archive.policy.placement import OPENED_BY, place, place_identity
from archive.policy.redaction import redact
from tests.unit.policy.policy_cast import TODAY, account, entry, items, named, report, room, text
from tests.unit.policy.test_consent import ENTRIES as ANY_ENTRY
from tests.unit.policy.test_placement import ITEMS, LISTS, RECORDS, ledger

EVERY_PAIR = [(purpose, audience) for purpose in Purpose for audience in Audience]
ALL = entry(*items(EVERY_PAIR, DataClass), reason="a finding on record that nobody is at risk")
HOLD = entry(event=Event.HOLD, id=named("hold"), reason="Their brother was asked about them.")
RELEASE = entry(event=Event.RELEASE, id=named("release"), closes=(HOLD.id,))
OUTSIDE = st.sampled_from([room(purpose) for purpose in OPENED_BY])
LEDGERS = st.lists(ANY_ENTRY, max_size=5).map(
    lambda found: [replace(one, closes=()) if one.event is Event.RELEASE else one for one in found]
)


@pytest.mark.parametrize("before", [True, False])
def test_a_yes_to_everything_does_not_override_it(before: bool) -> None:
    said = [ALL, HOLD] if before else [HOLD, ALL]
    state, free = fold(said, TODAY), fold([ALL], TODAY)
    closed = {cell for cell in free.open if cell not in state.open}
    assert closed == {
        (purpose, audience, data_class)
        for purpose, audience in EVERY_PAIR
        for data_class in AT_RISK
        if audience is not Audience.CUSTODIAN and (purpose, audience, data_class) in free.open
    }
    assert closed
    assert state.holds == {HOLD.id}
    assert state.state is State.ACTIVE
    assert not state.refused


def test_only_naming_it_releases_it() -> None:
    other = entry(event=Event.HOLD, id=named("another hold"), reason="Their sister, too.")
    assert fold([ALL, HOLD, entry(event=Event.RELEASE)], TODAY).holds == {HOLD.id}
    assert fold([ALL, HOLD, other, RELEASE], TODAY).holds == {other.id}
    assert fold([ALL, HOLD, RELEASE], TODAY) == fold([ALL], TODAY)
    assert fold([ALL, HOLD, ALL, entry(event=Event.RESUME)], TODAY).holds == {HOLD.id}
    assert fold([ALL, HOLD, entry(event=Event.SUPERSEDE)], TODAY).holds == {HOLD.id}


def test_it_says_nothing_of_where_consent_stands() -> None:
    assert fold([HOLD], TODAY).state is State.DRAFT
    gone = [ALL, entry(event=Event.WITHDRAW), HOLD]
    assert fold(gone, TODAY).state is State.WITHDRAWN


def test_it_recalls_nothing_for_nothing_was_ended() -> None:
    before, after = fold([ALL], TODAY), fold([ALL, HOLD], TODAY)
    assert closed_by(HOLD, [ALL], before, after) == frozenset()
    assert closed_by(RELEASE, [ALL, HOLD], after, before) == frozenset()


@settings(max_examples=200)
@given(LEDGERS, st.data())
def test_no_yes_overrides_it_wherever_it_stands(said: list[ConsentEntry], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(said)))
    held, free = fold([*said[:at], HOLD, *said[at:]], TODAY), fold(said, TODAY)
    assert HOLD.id in held.holds
    assert held.open.items() <= free.open.items()
    for cell in held.open:
        assert cell[1] is Audience.CUSTODIAN or cell[2] not in AT_RISK
    for cell in free.open.keys() - held.open.keys():
        assert cell[1] is not Audience.CUSTODIAN
        assert cell[2] in AT_RISK


@settings(max_examples=150, deadline=None)
@given(LISTS, st.lists(ITEMS, max_size=6), RECORDS, OUTSIDE)
def test_no_room_outside_is_given_more_than_redaction_leaves(
    said: list[GrantItem], later: list[GrantItem], record: Record, where: RoomTerms
) -> None:
    consent = fold([*ledger(said), HOLD, *ledger(later), ALL], TODAY)
    found = place(consent, record, where, TODAY)
    free = place(fold([*ledger(said), *ledger(later), ALL], TODAY), record, where, TODAY)
    if found is None:
        return
    assert found.record == redact(found.record, frozenset(DataClass) - AT_RISK)
    assert free is not None
    assert set(found.items) <= set(free.items)


def test_custody_and_identity_keep_what_they_had() -> None:
    people = Identity(
        record=named("record"), people=(KnownPerson(id=named("p"), role="narrator", name="Noor Invented"),)
    )
    held, free = fold([ALL, HOLD], TODAY), fold([ALL], TODAY)
    for record in (account(), report(), account(texts=(text(contains=(DataClass.THIRD_PARTY,)),))):
        custody = room(RoomPurpose.CUSTODY)
        assert place(held, record, custody, TODAY) == place(free, record, custody, TODAY)
    identity = room(RoomPurpose.IDENTITY)
    kept = place_identity(held, people, identity, TODAY)
    assert kept is not None
    assert kept == place_identity(free, people, identity, TODAY)
