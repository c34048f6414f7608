"""The consent desk: records found by their code, what closing them would close, what is due; no key is needed for any.

Knows ids, rooms' purposes and days that stand in the clear. Must not know what a record says: nothing is unsealed here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from archive.domain.consent import Event
from archive.domain.errors import NotFound, Throttled
from archive.domain.identifiers import code_of, is_code
from archive.domain.keeping import RecordRow
from archive.domain.rooms import Capability, RoomPurpose
from archive.services import shredding, transparency, withdrawing
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import capable, holdings, licence_of, today, trust
from archive.services.ports import UnitOfWork
from archive.services.withdrawing import Ending

SOON: Final = 30
"""Days ahead of which what runs out is listed."""
_DESK: Final = (Capability.WITHDRAW, Capability.PLACE)
_FREE_TRIES: Final = 5
_LONGEST_WAIT: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A collection whose records a member may close. ``places``: they hold its custody and may place there too."""

    custody: UUID
    places: bool
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record as the desk sees it: rooms that hold it, counted by what they are for; none once it is ``closed``.

    ``until``: of a withdrawn one, until when that can be undone (seconds since 1970); None once it is destroyed, and
    while a legal hold keeps it (``held``).
    ``mine``: it was withdrawn by the one who looks, so somebody else must confirm that it be destroyed.
    """

    record: UUID
    code: str
    custody: UUID
    places: bool
    closed: bool
    withdrawn: bool
    rooms: Mapping[RoomPurpose, int]
    until: int | None = None
    mine: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something of a record that ends soon: in rooms of one purpose, on this day."""

    record: UUID
    code: str
    purpose: RoomPurpose
    on: date


def serves(archive: Archive, acting: Acting) -> tuple[Served, ...]:
    """Return the collections whose records the member may withdraw and limit, with a key of custody or without."""
    with archive.read() as unit:
        held, day = holdings(archive, acting, unit), today(archive, unit)
        return tuple(
            Served(
                custody=room.id,
                places=room.id in held and Capability.PLACE in held[room.id].capabilities,
                waiting=len(unit.outbox.unplaced(room.id, day)),
            )
            for room in sorted(unit.rooms.all(), key=lambda row: row.id)
            if room.purpose is RoomPurpose.CUSTODY and capable(archive, acting, unit, room.id, _DESK)
        )


def open_to(archive: Archive, acting: Acting) -> bool:
    """Whether the desk's page has something for a member: records to close, or a clock that waits for an officer."""
    if serves(archive, acting):
        return True
    with archive.read() as unit:
        return trust(archive, acting, unit).member(acting.member).officer


@transparency.refusals("withdraw")
def find(archive: Archive, acting: Acting, typed: str) -> UUID:
    """Return the record that a spoken code, or an id, means, among those that the member may close. Raises NotFound.

    Cost: 3 µs a record of those collections.
    """
    with archive.read() as unit:
        for served in serves(archive, acting):
            for record in unit.records.of_collection(served.custody):
                if is_code(typed, code_of(record)) or _is_id(typed, record):
                    return record
    raise NotFound


@transparency.refusals("withdraw")
def look(archive: Archive, acting: Acting, record: UUID) -> Found:
    """Return in which kinds of rooms a record lies. Raises NotFound, alike for what the member may not close."""
    with archive.read() as unit:
        row = _row(archive, acting, unit, record)
        held = holdings(archive, acting, unit)
        withdrawn = row.closed and unit.ledger.of_record(record)[-1].event is Event.WITHDRAW
        mine = withdrawn and acting.member in shredding.withdrew(archive, unit, record)
        kept = record in shredding.held(archive, unit)
    purposes = Counter(withdrawing.placed(archive, acting, record).values())
    until = shredding.waiting(archive, acting, row.collection).get(record) if withdrawn else None
    return Found(
        record=record,
        code=code_of(record),
        custody=row.collection,
        places=row.collection in held and Capability.PLACE in held[row.collection].capabilities,
        closed=row.closed,
        withdrawn=withdrawn,
        rooms={} if row.closed else dict(purposes),
        until=until,
        mine=mine,
        held=kept,
    )


@transparency.refusals("limit")
def foresee(
    archive: Archive, acting: Acting, record: UUID, purposes: Collection[RoomPurpose]
) -> Mapping[RoomPurpose, int]:
    """Return how many rooms of each purpose a limit on these purposes would close.

    More than those named, where others rest on the same answers. Raises NotFound.
    """
    with archive.read() as unit:
        row = _row(archive, acting, unit, record)
        rooms = {room.id: room.purpose for room in unit.rooms.of_collection(row.collection)}
        licences = {
            room: licence_of(found[record][1])
            for room in rooms
            if record in (found := unit.records.licences(room, [record]))
        }
    ends = {
        item for room, held in licences.items() if held and rooms[room] in purposes for item in held.items
    }
    return Counter(rooms[room] for room, held in licences.items() if held and not ends.isdisjoint(held.items))


def due(archive: Archive, acting: Acting, custody: UUID) -> tuple[Due, ...]:
    """Return what of a collection's records runs out within `SOON` days, or has and waits to be removed; soonest first.

    Days of licences, which stand in the clear. Raises NotFound. Cost: 10 µs each.
    """
    with archive.read() as unit:
        if not capable(archive, acting, unit, custody, _DESK):
            raise NotFound
        purposes = {room.id: room.purpose for room in unit.rooms.of_collection(custody)}
        ending = unit.records.ended(today(archive, unit) + timedelta(days=SOON + 1))
        found: set[tuple[date, UUID, RoomPurpose]] = set()
        for _body, record, room in ending:
            if room in purposes and (held := unit.records.licences(room, [record]).get(record)):
                licence = licence_of(held[1])
                if licence and licence.not_after:
                    found.add((licence.not_after, record, purposes[room]))
    return tuple(
        Due(record=record, code=code_of(record), purpose=purpose, on=on)
        for on, record, purpose in sorted(found)
    )


def ask_first(archive: Archive, acting: Acting, custody: UUID) -> tuple[tuple[UUID, str], ...]:
    """Return (record, code) of a collection's records about which somebody wants to be asked first, and was not yet.

    About what, custody reads in the ledger. Raises NotFound.
    """
    with archive.read() as unit:
        if not capable(archive, acting, unit, custody, _DESK):
            raise NotFound
        found = unit.outbox.unanswered(custody)
    return tuple(sorted(((record, code_of(record)) for record in found), key=lambda one: one[1]))


def recognise(archive: Archive, code: str, source: str) -> None:
    """Return when a one-time code would close something. Raises NoSuchReceipt, Throttled as `by_receipt`."""
    _count(archive, source)
    withdrawing.recognised(archive, code)


def by_receipt(archive: Archive, code: str, source: str) -> Ending:
    """Withdraw as `withdrawing.by_receipt`; ``source`` tells who tries, and waits a little after many tries.

    Codes cannot be guessed: the waiting only keeps one visitor from keeping the machine busy. Raises NoSuchReceipt,
    Throttled.
    """
    _count(archive, source)
    ending = withdrawing.by_receipt(archive, code)
    archive.sessions.keep_tries(archive.host.tries_key("receipt", source), None)
    return ending


def _count(archive: Archive, source: str) -> None:
    key = archive.host.tries_key("receipt", source)
    if left := archive.sessions.count_try([key], shredding.now(archive), _wait):
        raise Throttled(left)


def _wait(tries: int) -> int:
    return min(5 * (tries - _FREE_TRIES), _LONGEST_WAIT) if tries > _FREE_TRIES else 0


def _row(archive: Archive, acting: Acting, unit: UnitOfWork, record: UUID) -> RecordRow:
    row = unit.records.get(record)
    if row is None or not capable(archive, acting, unit, row.collection, _DESK):
        raise NotFound
    return row


def _is_id(typed: str, record: UUID) -> bool:
    return typed.strip().lower().replace("-", "") == record.hex
