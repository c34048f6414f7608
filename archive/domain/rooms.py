"""Rooms: key scopes with one purpose each, and the scope over tags that bounds what a room may hold.

Knows what a room is for and what it may contain. Must not know its keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID


class RoomPurpose(StrEnum):
    """Why the room exists; decides which consent opens it."""

    CUSTODY = "custody"
    IDENTITY = "identity"
    READING = "reading"
    MATTER = "matter"
    INTAKE = "intake"
    AUDIT = "audit"
    RECOVERY = "recovery"


class Capability(StrEnum):
    """What a grant of a room's key lets its holder do there. Reading is implied by holding the key.

    WITHDRAW alone comes without any key: the consent desk closes records that it cannot read.
    """

    READ = "read"
    PLACE = "place"
    GRANT = "grant"
    WITHDRAW = "withdraw"


WITH_KEY: Final = (Capability.READ, Capability.PLACE, Capability.GRANT)
"""What comes with a room's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Bounds over tags. Empty includes mean "any"; an exclude always wins. Dates are ISO days, inclusive.

    Places and abuse types stand for themselves and everything narrower.
    """

    places: tuple[str, ...] = ()
    not_places: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    not_facilities: tuple[str, ...] = ()
    abuses: tuple[str, ...] = ()
    not_abuses: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTerms:
    """What custody and the room's members know of it: name and scope are sealed to both."""

    id: UUID
    collection: UUID
    purpose: RoomPurpose
    name: str
    scope: Scope = Scope()
