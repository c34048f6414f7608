"""What a member is shown: rooms they hold, a record as one of those rooms sees it, who they are.

Knows the shapes that pages, API and command line share. Must not know how any of it was opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from archive.domain.consent import ConsentEntry
from archive.domain.drafts import Record
from archive.domain.licence import Licence
from archive.domain.records import Identity
from archive.domain.rooms import RoomPurpose, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRoom:
    """A room that the member holds: what it is for, what they may do there, until when."""

    id: UUID
    collection: UUID
    purpose: RoomPurpose
    name: str
    scope: Scope
    capabilities: frozenset[str]
    not_after: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomView(HeldRoom):
    """A held room with its counts: ``records`` what lies in it, ``waiting`` what is not yet searchable.

    ``only_you`` says that nobody else (the archive kit apart) can open it: a warning belongs beside it.
    """

    records: int
    waiting: int
    only_you: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One record as one room sees it. ``identity`` only when the member holds the identity room too.

    ``consent`` (custody only) is the ledger's entries, oldest first; ``placed`` (custody only) names the rooms the
    record now lies in.
    """

    record: Record
    code: str
    room: HeldRoom
    revision: int
    day: date
    licence: Licence
    identity: Identity | None = None
    consent: tuple[ConsentEntry, ...] = ()
    placed: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What some rooms would all hold of a record (None: nothing): for each of the rooms, what it is for and its name.

    A room that the member does not hold has no name.
    """

    record: Record | None
    rooms: tuple[tuple[RoomPurpose, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a member is called in the interface, and the words for their sets of grants (``vocabularies/roles``)."""

    name: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the account page says of the member who is signed in."""

    member: UUID
    profile: Profile
    officer: bool
    rooms: tuple[RoomView, ...]
    since: date
