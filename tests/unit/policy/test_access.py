from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.domain.licence import Licence
from archive.domain.rooms import Capability, RoomPurpose
from archive.policy.access import HOLDING_RECORDS, Action, Deny, Holding, Permit, decide, scope
from tests.unit.policy.policy_cast import TODAY, named

DAY = timedelta(days=1)
ROOM, ELSEWHERE = named("a room"), named("another room")


def holding(
    purpose: RoomPurpose = RoomPurpose.READING,
    *capabilities: Capability,
    room: UUID = ROOM,
    not_after: date | None = None,
) -> Holding:
    return Holding(
        room=room,
        purpose=purpose,
        capabilities=frozenset({Capability.READ, *capabilities}),
        not_after=not_after,
    )


def licence(room: UUID = ROOM, not_after: date | None = None) -> Licence:
    return Licence(
        room=room, record=named("r"), rendition=named("b"), items=(named("i"),), head=b"", not_after=not_after
    )


def test_a_decision_is_a_value_that_says_yes_or_no() -> None:
    assert Permit()
    assert not Deny("because")
    assert decide(Action.READ, [], licence(), ROOM, TODAY) == Deny("no live holding of this room")


def test_whoever_holds_nothing_may_do_nothing() -> None:
    for action in Action:
        assert not decide(action, [], licence(), ROOM, TODAY)
        assert not decide(action, [holding(room=ELSEWHERE)], licence(), ROOM, TODAY)


@pytest.mark.parametrize("purpose", sorted(HOLDING_RECORDS))
def test_reading_takes_a_live_licence_of_that_very_room(purpose: RoomPurpose) -> None:
    held = [holding(purpose)]
    assert decide(Action.READ, held, licence(), ROOM, TODAY)
    assert decide(Action.READ, held, licence(not_after=TODAY), ROOM, TODAY)
    assert not decide(Action.READ, held, None, ROOM, TODAY)
    assert not decide(Action.READ, held, licence(not_after=TODAY - DAY), ROOM, TODAY)
    assert not decide(Action.READ, held, licence(room=ELSEWHERE), ROOM, TODAY)
    assert decide(Action.SEARCH, held, None, ROOM, TODAY)


@pytest.mark.parametrize("purpose", [p for p in RoomPurpose if p not in HOLDING_RECORDS])
def test_rooms_without_records_are_not_read(purpose: RoomPurpose) -> None:
    held = [holding(purpose, *Capability)]
    for action in (Action.READ, Action.SEARCH, Action.PLACE):
        assert not decide(action, held, licence(), ROOM, TODAY)
    assert decide(Action.GRANT, held, None, ROOM, TODAY)


@pytest.mark.parametrize("purpose", list(RoomPurpose))
def test_placing_and_granting_take_their_capability(purpose: RoomPurpose) -> None:
    able = [holding(purpose, Capability.PLACE, Capability.GRANT)]
    assert bool(decide(Action.PLACE, able, None, ROOM, TODAY)) is (purpose is RoomPurpose.CUSTODY)
    assert decide(Action.GRANT, able, None, ROOM, TODAY)
    for action in (Action.PLACE, Action.GRANT):
        assert not decide(action, [holding(purpose)], None, ROOM, TODAY)


def test_a_holding_ends_after_its_last_day() -> None:
    assert decide(Action.READ, [holding(not_after=TODAY)], licence(), ROOM, TODAY)
    assert not decide(Action.READ, [holding(not_after=TODAY)], licence(), ROOM, TODAY + DAY)
    ended = holding(RoomPurpose.CUSTODY, Capability.PLACE, not_after=TODAY - DAY)
    assert not decide(Action.PLACE, [ended, holding(RoomPurpose.CUSTODY)], None, ROOM, TODAY)


DAYS = st.none() | st.integers(-1, 1).map(lambda days: TODAY + days * DAY)
ROOMS = st.integers(0, 3).map(named)


@st.composite
def holdings(draw: st.DrawFn) -> list[Holding]:
    """Several holdings, also of one room; a room has one purpose."""
    purposes = {named(number): draw(st.sampled_from(RoomPurpose)) for number in range(4)}
    rooms = draw(st.lists(ROOMS, max_size=5))
    return [
        Holding(
            room=room,
            purpose=purposes[room],
            capabilities=frozenset(draw(st.sets(st.sampled_from(Capability)))),
            not_after=draw(DAYS),
        )
        for room in rooms
    ]


@settings(max_examples=300)
@given(holdings(), ROOMS)
def test_reading_is_permitted_exactly_in_the_rooms_that_scope_contains(
    held: list[Holding], room: UUID
) -> None:
    inside = room in scope(held, TODAY)
    assert bool(decide(Action.READ, held, licence(room=room), room, TODAY)) is inside
    assert bool(decide(Action.SEARCH, held, None, room, TODAY)) is inside


@given(holdings(), ROOMS, st.sampled_from(Action))
def test_fewer_holdings_permit_no_more(held: list[Holding], room: UUID, action: Action) -> None:
    if not decide(action, held, licence(room=room), room, TODAY):
        assert not decide(action, held[1:], licence(room=room), room, TODAY)
    assert scope(held[1:], TODAY) <= scope(held, TODAY)
