"""Access: may this member do this, in this room, today? The same rule answers one check and bounds a whole search.

Knows holdings, licences and days. Must not know keys, records or the clock; its only default is Deny.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal, assert_never
from uuid import UUID

from archive.domain.licence import Licence
from archive.domain.rooms import Capability, RoomPurpose


class Action(StrEnum):
    """What somebody wants to do in a room."""

    READ = "read"
    SEARCH = "search"
    PLACE = "place"
    GRANT = "grant"


HOLDING_RECORDS: Final = frozenset(
    {RoomPurpose.CUSTODY, RoomPurpose.IDENTITY, RoomPurpose.READING, RoomPurpose.MATTER}
)
"""Intake, audit and recovery rooms hold no record that anybody reads."""

_NEEDS: Final = {Action.PLACE: Capability.PLACE, Action.GRANT: Capability.GRANT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A room that a member holds the key of, what they may do there, and the last day of it (None: no term)."""

    room: UUID
    purpose: RoomPurpose
    capabilities: frozenset[Capability]
    not_after: date | None = None


@dataclass(frozen=True, slots=True)
class Permit:
    """Yes."""

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True, slots=True)
class Deny:
    """No, and why: for the log and for tests. A page never says it, for it would tell that something is there."""

    reason: str

    def __bool__(self) -> Literal[False]:
        return False


def scope(holdings: Iterable[Holding], today: date) -> frozenset[UUID]:
    """Return the rooms in which these holdings let a member read today."""
    return frozenset(
        holding.room
        for holding in holdings
        if _live(holding.not_after, today) and holding.purpose in HOLDING_RECORDS
    )


def decide(
    action: Action, holdings: Iterable[Holding], licence: Licence | None, room: UUID, today: date
) -> Permit | Deny:
    """Return whether somebody with these holdings may do this in this room today.

    Reading needs the live licence of a body in that very room (of the master, in custody); a licence of another room
    is refused everywhere. Granting asks for its capability in any kind of room, placing for its own in custody. Pure.
    """
    held = [holding for holding in holdings if holding.room == room and _live(holding.not_after, today)]
    if not held:
        return Deny("no live holding of this room")
    if licence is not None and licence.room != room:
        return Deny("the licence is of another room")
    if action is Action.GRANT:
        return _capable(action, held)
    if held[0].purpose not in HOLDING_RECORDS:
        return Deny("this room holds no records")
    if action is Action.READ:
        return _reading(licence, today)
    if action is Action.PLACE:
        in_custody = held[0].purpose is RoomPurpose.CUSTODY
        return _capable(action, held) if in_custody else Deny("records are placed from custody only")
    if action is Action.SEARCH:
        return Permit()
    assert_never(action)


def _reading(licence: Licence | None, today: date) -> Permit | Deny:
    if licence is None:
        return Deny("nothing is read without a licence")
    return Permit() if _live(licence.not_after, today) else Deny("the licence has ended")


def _capable(action: Action, held: Iterable[Holding]) -> Permit | Deny:
    able = any(_NEEDS[action] in holding.capabilities for holding in held)
    return Permit() if able else Deny(f"the holding does not include {action.value}")


def _live(not_after: date | None, today: date) -> bool:
    return not_after is None or today <= not_after
