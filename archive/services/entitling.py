"""What a member is entitled to today: their grants, each checked down to the pinned roots, opened into the keyring.

Knows how grants become keys and holdings. Must not know how the member signed in, or what lies in a room.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from archive.crypto.errors import CannotOpen
from archive.domain.errors import Damaged, NotFound, Refused, message
from archive.domain.keeping import GrantRow, RoomRow
from archive.domain.licence import Licence
from archive.domain.rooms import Capability
from archive.policy.access import Action, Holding, decide
from archive.policy.consent import endures
from archive.sealing import licences
from archive.sealing.bodies import RoomKey
from archive.sealing.keyring import Keyring
from archive.sealing.trust import Trust, fingerprint
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.ports import UnitOfWork


@dataclass(slots=True)
class _Known:
    """What a unit of work need not look up twice: it is one snapshot, and short."""

    day: date | None = None
    trust: dict[bytes, Trust] = field(default_factory=dict)


_known: Final[WeakKeyDictionary[UnitOfWork, _Known]] = WeakKeyDictionary()


def today(archive: Archive, unit: UnitOfWork) -> date:
    """Return the day that licences and terms are held against: the clock's, never before the last log entry's."""
    known = _known.setdefault(unit, _Known())
    if known.day is None:
        last, now = unit.log.last_day(), archive.clock().date()
        known.day = max(now, date.fromisoformat(last)) if last else now
    return known.day


def trust(archive: Archive, acting: Acting, unit: UnitOfWork) -> Trust:
    """Return what checks signatures down to the roots that the member's slot pins. Raises Damaged if they differ."""
    try:
        return keyless_trust(archive, unit, acting.pinned)
    except CannotOpen:
        raise Damaged(
            message("The officers named in the database are not the ones your keys know. Nothing was opened.")
        ) from None


def keyless_trust(archive: Archive, unit: UnitOfWork, pinned: bytes | None = None) -> Trust:
    """Return what checks signatures; without ``pinned``, only down to the roots that the database itself names.

    A replaced set of roots then shows to whoever signs in, not here. Raises CannotOpen when ``pinned`` differs.
    """
    known = _known.setdefault(unit, _Known())
    pins = fingerprint(archive.row) if pinned is None else pinned
    if pins not in known.trust:
        known.trust[pins] = Trust(
            archive.row,
            pins,
            unit.members.get,
            unit.rooms.get,
            unit.rooms.grants_of,
            archive.host.sign_public,
        )
    return known.trust[pins]


def audit_key(archive: Archive, unit: UnitOfWork) -> RoomKey:
    """Return the key of the audit room, to which log entries are sealed. Raises Damaged, and so nothing is done."""
    try:
        return keyless_trust(archive, unit).room_key(archive.row.audit)
    except CannotOpen:
        raise Damaged(
            message("The audit room is missing or was changed: nothing can be logged, so nothing is done.")
        ) from None


def take_rooms(archive: Archive, acting: Acting, unit: UnitOfWork) -> None:
    """Open every live grant of the member into the keyring, and let go of every room that none gives any more.

    A grant that nobody entitled signed, or whose seed is not the one that the room's signed key came from, is passed
    over: the room is not held. Cost: 0.4 ms a room not yet held.
    """
    grants = [grant for grant in _vouched(archive, acting, unit) if grant.wrap]
    for room in acting.keys.held() - {grant.room for grant in grants}:
        acting.keys.let_go(room)
    for grant in grants:
        if acting.keys.version(grant.room) < grant.version:
            with suppress(CannotOpen):
                acting.keys.take(grant, trust(archive, acting, unit).room_key(grant.room).public)
                _take_older(acting.keys, grant, unit)


def holdings(archive: Archive, acting: Acting, unit: UnitOfWork) -> dict[UUID, Holding]:
    """Return the rooms that the member holds today, by live grants that are vouched for and whose keys have opened."""
    held, checks = acting.keys.held(), trust(archive, acting, unit)
    return {
        grant.room: Holding(
            room=grant.room,
            purpose=checks.room(grant.room).purpose,
            capabilities=frozenset(Capability(word) for word in grant.capabilities),
            not_after=grant.not_after,
        )
        for grant in _vouched(archive, acting, unit)
        if grant.wrap and grant.room in held
    }


def _vouched(archive: Archive, acting: Acting, unit: UnitOfWork) -> list[GrantRow]:
    """The member's live grants that somebody entitled signed, of rooms whose keys somebody entitled signed."""
    checks, vouched = trust(archive, acting, unit), []
    for grant in live(unit.rooms.grants_to(acting.member), today(archive, unit)):
        with suppress(CannotOpen):
            checks.grant(grant)
            checks.room(grant.room)
            vouched.append(grant)
    return vouched


def capable(
    archive: Archive, acting: Acting, unit: UnitOfWork, room: UUID, wanted: Collection[Capability]
) -> bool:
    """Whether a live grant, vouched for, gives the member one of these capabilities in a room, with its key or none."""
    words = {capability.value for capability in wanted}
    return any(
        grant.room == room and not words.isdisjoint(grant.capabilities)
        for grant in _vouched(archive, acting, unit)
    )


def require(archive: Archive, acting: Acting, unit: UnitOfWork, room: UUID, action: Action) -> RoomRow:
    """Return a room in which the member may do this; raises NotFound, or Refused when they hold it but may not."""
    held = holdings(archive, acting, unit)
    if room not in held:
        raise NotFound
    if not decide(action, held.values(), None, room, today(archive, unit)):
        raise Refused(
            message("You can read this room, but this deed is not among what you were granted there.")
        )
    return trust(archive, acting, unit).room(room)


def readable(
    archive: Archive, acting: Acting, unit: UnitOfWork, room: UUID, records: Iterable[UUID] | None = None
) -> Mapping[UUID, UUID]:
    """Return record → body of those that the member may read in this room today, by live licences. Cost: 10 µs each."""
    held, day = holdings(archive, acting, unit).values(), today(archive, unit)
    found = unit.records.licences(room, records)
    ended = _ended(archive, acting, unit, room, found)
    return {
        record: body
        for record, (body, raw) in found.items()
        if record not in ended and decide(Action.READ, held, licence_of(raw), room, day)
    }


def _ended(
    archive: Archive,
    acting: Acting,
    unit: UnitOfWork,
    room: UUID,
    found: Mapping[UUID, tuple[UUID, bytes]],
) -> frozenset[UUID]:
    """Of what lies in a room, the records whose licence somebody ended who could not place them anew."""
    collection = trust(archive, acting, unit).room(room).collection
    waiting = found.keys() & set(unit.outbox.unplaced(collection, today(archive, unit)))
    ledgers = unit.ledger.of_records(waiting)
    return frozenset(
        record
        for record in waiting
        if not (licence := licence_of(found[record][1])) or not endures(licence, ledgers.get(record, ()))
    )


def licence_of(body: bytes) -> Licence | None:
    """Return a body's clear licence; None for bodies that nobody reads by one. Raises Damaged.

    It is proven only with the body (`saving.vouch`).
    """
    try:
        return licences.read(body) if body else None
    except CannotOpen:
        raise Damaged(message("The licence of a record was changed. Run guwah fsck.")) from None


def live(grants: Iterable[GrantRow], on: date) -> tuple[GrantRow, ...]:
    """Return the grants that hold on a day."""
    return tuple(
        grant
        for grant in grants
        if grant.ended is None and (grant.not_after is None or on <= grant.not_after)
    )


def _take_older(keys: Keyring, grant: GrantRow, unit: UnitOfWork) -> None:
    for version in range(grant.version - 1, 0, -1):
        sealed = unit.rooms.predecessor(grant.room, version)
        if sealed is None:
            raise CannotOpen
        keys.take_predecessor(grant.room, version, sealed)
