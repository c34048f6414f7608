"""Holding: what stays closed because others are at risk, and what is not destroyed because a court may need it.

Knows who may hold and who may let go. Must not know what the record says, or what a hold closes (`policy.consent`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.consent import Basis, ConsentEntry, Event
from archive.domain.errors import (
    Conflict,
    Damaged,
    Invalid,
    NotFound,
    Problem,
    Refused,
    message,
)
from archive.domain.identifiers import new_id
from archive.domain.keeping import ConsentRow, HoldRow
from archive.domain.log import LogFilter
from archive.domain.rooms import Capability
from archive.sealing import holds
from archive.sealing.trust import Trust
from archive.services import consenting, expiring, shredding, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import capable, holdings, keyless_trust, today, trust
from archive.services.ports import UnitOfWork

_DESK = (Capability.WITHDRAW, Capability.PLACE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A legal hold: who set it, on which day and basis (None without custody's key); the day it ended, if it has."""

    id: UUID
    record: UUID
    collection: UUID
    officers: tuple[UUID, ...]
    day: date
    basis: str | None = None
    ended: date | None = None


def set_risk(archive: Archive, acting: Acting, custody: UUID, record: UUID, reason: str) -> UUID:
    """Hold back whatever may show others outside custody and identity, whatever consent says; return the hold's id.

    ``reason``: who may be at risk, and how that was found. Placed anew at once. Needs the place capability. Raises
    NotFound, Refused, Invalid, Conflict.
    """
    return _risk(archive, acting, custody, record, Event.HOLD, (), reason)


def release_risk(
    archive: Archive, acting: Acting, custody: UUID, record: UUID, hold: UUID, reason: str
) -> None:
    """End one risk hold, with the reason why nobody is at risk any more. Placed anew at once.

    Needs the place capability. Raises NotFound, Refused, Invalid, Conflict when no such hold stands.
    """
    with archive.read() as unit:
        if hold not in _at_risk(unit.ledger.of_record(record)):
            raise Conflict(message("No such hold stands on this record. Nothing was changed."))
    _risk(archive, acting, custody, record, Event.RELEASE, (hold,), reason)


def at_risk(archive: Archive, acting: Acting, custody: UUID) -> dict[UUID, tuple[UUID, ...]]:
    """Return record → the risk holds that stand on it, by what stands in the clear: for the consent desk. NotFound.

    Cost: one pass over the collection's ledger.
    """
    with archive.read() as unit:
        if not capable(archive, acting, unit, custody, _DESK):
            raise NotFound
        ledgers = unit.ledger.of_records(unit.records.of_collection(custody))
    found = {record: _at_risk(rows) for record, rows in ledgers.items()}
    return {record: standing for record, standing in found.items() if standing}


@transparency.refusals("hold")
def set_legal(archive: Archive, acting: Acting, second: Acting, record: UUID, basis: str) -> UUID:
    """Hold a record for the law, as two officers: withdrawn, it closes as ever, but is not destroyed. Return the id.

    Its shares are then sealed to both officers, who must open them together. ``basis`` is sealed to custody, and the
    person may see it. Raises NotFound, Refused, Invalid, Conflict for a record that is withdrawn already.
    """
    if not basis.strip():
        raise Invalid([Problem("basis", message("Say on what basis it is held: the person may see it."))])
    with archive.work() as unit:
        _officers(archive, unit, acting, second)
        row = unit.records.get(record)
        if row is None:
            raise NotFound
        if row.closed:
            raise Conflict(message("This record is withdrawn already: a hold brings nothing back."))
        if record in shredding.held(archive, unit):
            raise Conflict(message("A legal hold stands on this record already. Nothing was changed."))
        custody = trust(archive, acting, unit).room_key(row.collection)
        day, both = today(archive, unit), (acting.keys, second.keys)
        hold = holds.make(custody, both, new_id(), record, day, basis.strip())
        unit.holds.add(hold)
        _log(archive, unit, acting, second, "hold", hold)
        unit.commit()
    return hold.id


@transparency.refusals("lift")
def lift(archive: Archive, acting: Acting, second: Acting, hold: UUID) -> None:
    """Lift a legal hold, as two officers, not needfully those who set it; what was withdrawn and due is destroyed.

    Raises NotFound, Refused, Conflict for one that was lifted.
    """
    with archive.work() as unit:
        _officers(archive, unit, acting, second)
        row = unit.holds.get(hold)
        if row is None:
            raise NotFound
        if not _stands(archive, unit, row):
            raise Conflict(message("This hold was lifted already. Nothing was changed."))
        unit.holds.replace(holds.lift((acting.keys, second.keys), row, today(archive, unit)))
        _log(archive, unit, acting, second, "lift", row)
        unit.commit()
    expiring.run(archive)


@transparency.refusals("holds")
def legal(
    archive: Archive, acting: Acting, *, ended: bool = False, record: UUID | None = None
) -> tuple[Held, ...]:
    """Return the legal holds that stand (or all) on records that the member may close; on every record, to officers.

    ``record``: on this one alone. Bases are opened for whoever holds custody; that is logged first. Raises NotFound for
    everybody else, Damaged.
    """
    with archive.read() as unit:
        officer = _is_officer(archive, unit, acting)
        rows = [
            row
            for row in unit.holds.all()
            if (ended or row.ended is None) and (record is None or row.record == record)
        ]
        of = {id: found.collection for id, found in unit.records.get_many(row.record for row in rows).items()}
        rooms = unit.rooms.all()
        serves = {room.id for room in rooms if capable(archive, acting, unit, room.id, _DESK)}
        if not officer and not serves:
            raise NotFound
        held = holdings(archive, acting, unit)
    rows = [row for row in rows if officer or of[row.record] in serves]
    readable = {row.id for row in rows if of[row.record] in held}
    if readable:
        with archive.work() as unit:
            said = {"holds": sorted(id.hex for id in readable)}
            transparency.append(archive, unit, acting.member, "holds", said)
            unit.commit()
    return tuple(
        _held(
            row, of[row.record], _basis(archive, acting, of[row.record], row) if row.id in readable else None
        )
        for row in rows
    )


@transparency.refusals("undo")
def undo(archive: Archive, acting: Acting, second: Acting, record: UUID, entry: ConsentEntry) -> None:
    """Bring a withdrawn record back that a legal hold kept, as `shredding.undo`, with both officers' keys for the kit.

    Also when the hold was lifted since, as long as the three days run: its shares lie sealed to those two still.
    ``acting`` needs the place capability in custody. Raises CannotSignIn for other officers than those who set the
    hold, NotFound, Conflict, Refused, Invalid.
    """
    with archive.read() as unit:
        rows = [row for row in unit.holds.all() if row.record == record and _set(archive, unit, row)]
    if not rows:
        raise Conflict(message("No legal hold was set on this record. Nothing was changed."))
    keys = {one.member: one.keys for one in (acting, second)}
    theirs = [row for row in rows if {signed.signer for signed in row.signed} == keys.keys()]

    def opened(owner: UUID, sealed: bytes) -> bytes:
        for row in theirs:
            both = [(signed.signer, keys[signed.signer]) for signed in row.signed]
            with suppress(CannotOpen):
                return holds.bring_back(archive.row.id, row.id, both, owner, sealed)
        raise CannotOpen

    shredding.bring_back(archive, acting, record, entry, opened)


def faults(archive: Archive, unit: UnitOfWork, checks: Trust) -> Iterator[tuple[UUID, str]]:
    """Yield what is wrong with the legal holds: which (a hold or a record), and what. Needs no key.

    Each must be signed as it stands, and a record must have as many, set and lifted, as the log says.
    """
    rows, size = unit.holds.all(), unit.log.head().size
    for row in rows:
        try:
            holds.verify(archive.row.id, row, checks)
        except CannotOpen:
            yield row.id, message("No two officers signed this hold, or its end.")
    for action, kept in (("hold", rows), ("lift", [row for row in rows if row.ended is not None])):
        logged = Counter(row.about for row in unit.log.find(LogFilter(action=action), None, size))
        found = Counter(row.record for row in kept)
        for record in {*logged, *found}:
            if record and logged[record] != found[record]:
                yield record, message("Its legal holds are not those that the log speaks of.")


def _risk(
    archive: Archive,
    acting: Acting,
    custody: UUID,
    record: UUID,
    event: Event,
    closes: tuple[UUID, ...],
    reason: str,
) -> UUID:
    if not reason.strip():
        raise Invalid([Problem("reason", message("Say who finds so, and why: it is kept in custody."))])
    with archive.read() as unit:
        row, day = unit.records.get(record), today(archive, unit)
        if row is not None and row.closed:
            raise Conflict(message("This record is closed: nothing of it is placed anywhere."))
    entry = ConsentEntry(
        id=new_id(),
        record=record,
        event=event,
        basis=Basis.VITAL_INTEREST,
        at=day,
        closes=closes,
        reason=reason.strip(),
    )
    consenting.append(archive, acting, custody, entry)
    return entry.id


def _at_risk(rows: Sequence[ConsentRow]) -> tuple[UUID, ...]:
    released = {id for row in rows if row.event is Event.RELEASE for id in row.closes}
    return tuple(row.id for row in rows if row.event is Event.HOLD and row.id not in released)


def _officers(archive: Archive, unit: UnitOfWork, first: Acting, second: Acting) -> None:
    if first.member == second.member:
        raise Refused(message("Two officers are needed: one cannot act as both."))
    if not all(_is_officer(archive, unit, one) for one in (first, second)):
        raise Refused(message("Only officers can do this."))


def _is_officer(archive: Archive, unit: UnitOfWork, acting: Acting) -> bool:
    try:
        return trust(archive, acting, unit).member(acting.member).officer
    except CannotOpen:
        return False


def _stands(archive: Archive, unit: UnitOfWork, row: HoldRow) -> bool:
    try:
        return holds.stands(archive.row.id, row, keyless_trust(archive, unit))
    except CannotOpen:
        raise NotFound from None


def _set(archive: Archive, unit: UnitOfWork, row: HoldRow) -> bool:
    """Whether two officers set a hold, lifted since or not."""
    try:
        holds.stands(archive.row.id, row, keyless_trust(archive, unit))
    except CannotOpen:
        return False
    return True


def _log(
    archive: Archive, unit: UnitOfWork, acting: Acting, second: Acting, action: str, hold: HoldRow
) -> None:
    detail = {"record": hold.record.hex, "hold": hold.id.hex, "second": second.member.hex}
    transparency.append(archive, unit, acting.member, action, detail, about=hold.record)


def _held(row: HoldRow, collection: UUID, basis: str | None) -> Held:
    officers = tuple(signed.signer for signed in row.signed)
    return Held(
        id=row.id,
        record=row.record,
        collection=collection,
        officers=officers,
        day=row.day,
        basis=basis,
        ended=row.ended,
    )


def _basis(archive: Archive, acting: Acting, custody: UUID, row: HoldRow) -> str:
    try:
        return holds.basis(archive.row.id, custody, row, acting.keys)
    except CannotOpen:
        raise Damaged(message("The basis of a hold does not open: it was changed. Run guwah fsck.")) from None
