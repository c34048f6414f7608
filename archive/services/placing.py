"""Placing: what each room of a collection may see of a record, sealed there with its licence.

Knows a collection's rooms and turns the policy's answer into bodies. Must not know why the answer is what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Protocol
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.drafts import Record
from archive.domain.errors import Conflict, Damaged, message
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind, RecordRow, RoomRow
from archive.domain.licence import Licence
from archive.domain.records import Identity
from archive.domain.rooms import RoomPurpose, RoomTerms
from archive.policy.consent import ConsentState
from archive.policy.placement import keeping_ends, place, place_identity
from archive.sealing import licences
from archive.sealing.bodies import RoomKey, Unsealed
from archive.sealing.codec import decode, decode_record, encode, encode_record
from archive.services import rooms
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import licence_of, trust
from archive.services.ports import UnitOfWork

PART: Final = "record"
"""The one part of a master, a rendition or an identity body."""


class Rests(Protocol):
    """What a placement rests on, and until when."""

    @property
    def items(self) -> tuple[UUID, ...]: ...
    @property
    def not_after(self) -> date | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A custody room, and the other rooms of its collection with their terms, all keys checked."""

    custody: RoomKey
    rooms: Mapping[UUID, tuple[RoomKey, RoomTerms]]
    rows: tuple[RoomRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A record as it is to be placed: what it says, whom it speaks of, what was consented, the ledger's head."""

    record: Record
    identity: Identity | None
    consent: ConsentState
    head: bytes
    revision: int


def collection(archive: Archive, acting: Acting, unit: UnitOfWork, custody: UUID) -> Collection:
    """Return the rooms of a collection, as a member of its custody sees them. Raises NotFound, Damaged."""
    checks, rows = trust(archive, acting, unit), unit.rooms.of_collection(custody)
    try:
        keys = {row.id: checks.room_key(row.id) for row in rows}
    except CannotOpen:
        raise Damaged(message("A room's key was changed, and not by an officer. Run guwah fsck.")) from None
    return Collection(
        custody=keys[custody],
        rooms={
            room: (key, rooms.terms(archive, acting, unit, room))
            for room, key in keys.items()
            if room != custody
        },
        rows=rows,
    )


def unchanged(unit: UnitOfWork, of: Collection) -> None:
    """Return when a collection's rooms, their keys and scopes are still those of ``of``; raises Conflict otherwise."""
    if unit.rooms.of_collection(of.custody.room) != of.rows:
        raise Conflict(
            message("Somebody else changed this collection's rooms meanwhile. Nothing was stored; try again.")
        )


def record_of(parts: Mapping[str, bytes]) -> Record:
    """Return the record of an opened master or rendition. Raises Damaged."""
    try:
        return decode_record(parts[PART])
    except (CannotOpen, KeyError):
        raise Damaged(message("This record was written by another version of the program.")) from None


def identity_of(parts: Mapping[str, bytes]) -> Identity:
    """Return the people of an opened identity body. Raises Damaged."""
    try:
        return decode(Identity, parts[PART])
    except (CannotOpen, KeyError):
        raise Damaged(message("Who this is was written by another version of the program.")) from None


def keeps_identity(standing: Standing, today: date) -> bool:
    """Whether the archive may still keep who a record's people are."""
    terms = RoomTerms(id=UUID(int=0), collection=UUID(int=0), purpose=RoomPurpose.IDENTITY, name="")
    return place_identity(standing.consent, Identity(record=standing.record.id), terms, today) is not None


def master(of: Collection, standing: Standing, today: date) -> Unsealed | None:
    """Return the whole record, to be sealed to custody alone; None when consent keeps it there no more."""
    custody = of.custody.room
    terms = RoomTerms(id=custody, collection=custody, purpose=RoomPurpose.CUSTODY, name="")
    placed = place(standing.consent, standing.record, terms, today)
    if placed is None:
        return None
    return _unsealed(BodyKind.MASTER, [of.custody], standing, encode_record(placed.record), placed, today)


def everywhere(of: Collection, standing: Standing, today: date) -> list[Unsealed]:
    """Return a record's master and its renditions; nothing at all when consent keeps it in custody no more."""
    kept = master(of, standing, today)
    return [kept, *renditions(of, standing, today)] if kept else []


def renditions(of: Collection, standing: Standing, today: date, only: UUID | None = None) -> list[Unsealed]:
    """Return what every other room (or ``only`` that one) may see, each to be sealed to the room and to custody.

    The identity body goes to its room alone: custody knows narrators by opaque id.
    """
    found = (
        _rendition(of, room, terms, standing, today)
        for room, terms in of.rooms.values()
        if only in (None, room.room)
    )
    return [rendition for rendition in found if rendition]


def note(unit: UnitOfWork, custody: UUID, placed: Mapping[UUID, ConsentState | None]) -> None:
    """Note that records were placed under their consent (None: closed), and what they wait for now.

    That is a later day on which consent opens more by itself, or an answer of somebody who wants to be asked first.
    """
    unit.outbox.placed(placed)
    for record, consent in placed.items():
        if consent and consent.opens:
            unit.outbox.await_placing(custody, [record], consent.opens)
    unit.outbox.await_answer(
        custody, {record: bool(consent and consent.asks) for record, consent in placed.items()}
    )


def row(of: Collection, standing: Standing, master_body: UUID, today: date) -> RecordRow:
    """Return the record's row for its present master."""
    return RecordRow(
        id=standing.record.id,
        collection=of.custody.room,
        master=master_body,
        revision=standing.revision,
        day=today,
    )


def _rendition(
    of: Collection, room: RoomKey, terms: RoomTerms, standing: Standing, today: date
) -> Unsealed | None:
    if terms.purpose is RoomPurpose.IDENTITY:
        if standing.identity is None:
            return None
        placed_identity = place_identity(standing.consent, standing.identity, terms, today)
        if placed_identity is None:
            return None
        part = encode(Identity, placed_identity.identity)
        return _unsealed(BodyKind.IDENTITY, [room], standing, part, placed_identity, today)
    placed = place(standing.consent, standing.record, terms, today)
    ends = keeping_ends(standing.consent, standing.record)
    if placed is None or ends < today:
        return None
    if ends < (placed.not_after or date.max):
        placed = replace(placed, not_after=ends)
    part = encode_record(placed.record)
    return _unsealed(BodyKind.RENDITION, [room, of.custody], standing, part, placed, today)


def _unsealed(
    kind: BodyKind,
    to: Sequence[RoomKey],
    standing: Standing,
    part: bytes,
    placed: Rests,
    today: date,
) -> Unsealed:
    body = new_id()
    licence = Licence(
        room=to[0].room,
        record=standing.record.id,
        rendition=body,
        items=placed.items,
        head=standing.head,
        not_after=placed.not_after,
    )
    return Unsealed(
        id=body,
        kind=kind,
        record=standing.record.id,
        rooms=to,
        revision=standing.revision,
        day=today,
        parts={PART: part},
        licence=licences.write(licence),
    )


def rests_alike(old: bytes, new: bytes) -> bool:
    """Whether two licences rest on the same items until the same day."""
    one, other = licence_of(old), licence_of(new)
    return (
        one is not None and other is not None and (one.items, one.not_after) == (other.items, other.not_after)
    )
