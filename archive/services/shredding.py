"""Shredding: what was withdrawn goes to the archive kit for three days, and then nobody can ever open it again.

Knows shares, rows and days. Must not know what is shredded: nothing here unseals anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from typing import Final
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.consent import ConsentEntry
from archive.domain.errors import CannotSignIn, Conflict, NotFound, Refused, message
from archive.domain.keeping import ConsentRow, HoldRow, RecordRow
from archive.domain.rooms import Capability
from archive.sealing import holds, kits, receipts
from archive.services import consenting, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import capable, keyless_trust
from archive.services.ports import UnitOfWork

LASTS: Final = 72 * 3600
"""Seconds for which a withdrawal can be undone, with the archive kit."""


def until(archive: Archive) -> int:
    """Until when what is put aside now can be brought back: a clock that was set back shortens nothing."""
    return max(now(archive), archive.shares.last_upkeep() or 0) + LASTS


def set_aside(archive: Archive, records: Collection[UUID] | None = None) -> None:
    """Put the shares of withdrawn records (or of these) out of the archive's reach, for three days.

    What is done is durable, and doing it again is harmless: upkeep finishes what a kill interrupted, and what joins
    later goes when the rest of its record goes. What a legal hold stands on goes to its two officers, not to the kit.
    Needs no key.
    """
    ends, (mine, aside) = until(archive), archive.shares.lying()
    with archive.read() as unit:
        of, seals = unit.records.withdrawn(), _seals(archive, unit)
    lying = {of[owner]: end for owner, end in aside.items() if owner in of}
    joining = defaultdict[UUID, list[UUID]](list)
    for owner, record in of.items():
        if owner in mine and (records is None or record in records):
            joining[record].append(owner)
    kit = partial(receipts.set_aside, archive.row.id, archive.row.recovery_public)
    for record, owners in joining.items():
        archive.shares.set_aside(owners, seals.get(record, kit), lying.get(record, ends))


def held(archive: Archive, unit: UnitOfWork) -> Mapping[UUID, HoldRow]:
    """Return record → the legal hold that two officers set on it and that stands; one that nobody signed is none."""
    found, checks = {}, keyless_trust(archive, unit)
    for row in unit.holds.all():
        with suppress(CannotOpen):
            if holds.stands(archive.row.id, row, checks):
                found[row.record] = row
    return found


def _seals(archive: Archive, unit: UnitOfWork) -> dict[UUID, Callable[[UUID, bytes], bytes]]:
    checks = keyless_trust(archive, unit)
    return {
        record: partial(
            holds.set_aside, archive.row.id, row.id, [checks.member(signed.signer) for signed in row.signed]
        )
        for record, row in held(archive, unit).items()
    }


def waiting(archive: Archive, acting: Acting, custody: UUID) -> dict[UUID, int]:
    """Return record → until when its withdrawal can be undone, of one collection; not what a legal hold keeps.

    Needs the withdraw or the place capability there. Raises NotFound.
    """
    aside = archive.shares.aside()
    with archive.read() as unit:
        if not capable(archive, acting, unit, custody, (Capability.WITHDRAW, Capability.PLACE)):
            raise NotFound
        of, kept = unit.records.withdrawn(), held(archive, unit)
        rows = unit.records.get_many({of[owner] for owner in aside if owner in of})
    return {
        of[owner]: ends
        for owner, ends in aside.items()
        if owner in of and of[owner] not in kept and rows[of[owner]].collection == custody
    }


@transparency.refusals("shred")
def confirm(archive: Archive, acting: Acting, record: UUID) -> None:
    """Destroy a withdrawn record now, as a second member beside the one who withdrew it.

    Needs the withdraw or the place capability in its custody. Raises NotFound, Refused for the one who withdrew it, or
    gave out the code that did, and under a legal hold, Conflict for one that was not withdrawn, or of which nothing is
    left.
    """
    with archive.read() as unit:
        row = unit.records.get(record)
        desk = (Capability.WITHDRAW, Capability.PLACE)
        if row is None or not capable(archive, acting, unit, row.collection, desk):
            raise NotFound
        if not unit.records.withdrawn(record):
            raise Conflict(
                message("There is nothing to destroy: it is not withdrawn, or was destroyed already.")
            )
        if acting.member in withdrew(archive, unit, record):
            raise Refused(message("Somebody else must confirm: whoever withdrew a record cannot."))
        if record in held(archive, unit):
            raise Refused(message("A legal hold stands on this record. Two officers can lift it."))
    set_aside(archive, [record])
    shred(archive, [record], acting.member)


def withdrew(archive: Archive, unit: UnitOfWork, record: UUID) -> frozenset[UUID]:
    """Return who stands behind the last entry of a withdrawn record's ledger, and so confirms nothing of it.

    Who signed it; where the host did, for a code, also who gave that code out: they may have used it themselves. Empty
    when the entry was destroyed.
    """
    ledger = unit.ledger.of_record(record)
    signer = _signer(unit, ledger[-1]) if ledger else None
    if signer is None or not keyless_trust(archive, unit).hosted(signer):
        return frozenset({signer} if signer else ())
    given = [entry for entry in ledger if entry.receipt]
    return frozenset(found for entry in given[-1:] if (found := _signer(unit, entry)))


def _signer(unit: UnitOfWork, entry: ConsentRow) -> UUID | None:
    body = unit.records.body(entry.body)
    known = unit.records.commits([body.commit] if body and body.commit else [])
    return next((commit.signer for commit in known.values()), None)


def finish(archive: Archive) -> None:
    """Destroy every withdrawn record whose three days are over and that no legal hold keeps. Needs no key.

    One whose shares are all gone was being destroyed when the process was killed: its rows go now. Cost: one pass over
    the ids of all shares.
    """
    (mine, aside), moment = archive.shares.lying(), now(archive)
    with archive.read() as unit:
        of, kept, bodies = unit.records.withdrawn(), held(archive, unit), unit.records.owners()
    lies = {of[owner] for owner in aside if owner in of}
    lasting = {of[owner] for owner, ends in aside.items() if ends > moment and owner in of}
    waits = {of[owner] for owner in mine if owner in of} - lies
    shred(archive, set(of.values()) - lasting - waits - kept.keys(), None)
    # What lies there of no body that there is: a bringing back that was killed half way, long ago.
    archive.shares.forget_aside(
        owner for owner, ends in aside.items() if ends <= moment and owner not in bodies
    )


def shred(archive: Archive, records: Collection[UUID], actor: UUID | None) -> None:
    """Destroy the shares that lie aside for withdrawn records, and all their bodies, those in the log included.

    What stays: the record's row, its ledger's hashes, the commits and the log's leaves, none of which says anything.
    """
    for record in sorted(records):
        with archive.read() as unit:
            gone = unit.records.withdrawn(record)
        archive.shares.forget_aside(gone)
        with archive.work() as unit:
            if not (bodies := unit.records.withdrawn(record)):
                continue  # somebody else was quicker, and has said so in the log
            unit.records.remove_bodies(bodies)
            transparency.append(archive, unit, actor, "shred", {"bodies": len(bodies)}, about=record)
            unit.commit()


@transparency.refusals("undo")
def undo(archive: Archive, acting: Acting, kit: str, record: UUID, entry: ConsentEntry) -> None:
    """Bring a withdrawn record back within its three days, with the archive kit from the safe and a new grant.

    ``entry``: the consent under which it is kept again, given anew or as it was before a mistake, with its reason.
    Needs the place capability in custody. Raises CannotSignIn for another kit, Conflict when it is too late, NotFound,
    Refused, Invalid.
    """
    key: bytes | None = None
    with suppress(CannotOpen):
        key = kits.read(kit)

    def opened(owner: UUID, sealed: bytes) -> bytes:
        if key is None:
            raise CannotOpen
        return receipts.bring_back(archive.row.id, key, owner, sealed)

    with archive.read() as unit:
        _closed(archive, acting, unit, record)
        if record in held(archive, unit):
            raise Conflict(message("A legal hold keeps this record: its two officers open it, not the kit."))
    bring_back(archive, acting, record, entry, opened)


def bring_back(
    archive: Archive,
    acting: Acting,
    record: UUID,
    entry: ConsentEntry,
    opened: Callable[[UUID, bytes], bytes],
) -> None:
    """Bring a withdrawn record back under a new entry, with whatever opens its shares (owner, sealed → share).

    Raises as `undo`; CannotSignIn where ``opened`` raises CannotOpen.
    """
    with archive.read() as unit:
        row, owners = _closed(archive, acting, unit, record), unit.records.withdrawn(record).keys()
    if not _brought(archive, owners, opened):
        raise Conflict(message("This record was destroyed. Nothing can bring it back."))
    with archive.work() as unit:
        transparency.append(archive, unit, acting.member, "undo", {"record": record.hex}, about=record)
        unit.commit()
    consenting.append(archive, acting, row.collection, entry)
    with archive.read() as unit:
        kept = [body.id for body in unit.records.bodies_about([record]).get(record, ())]
    _brought(archive, kept, opened)  # upkeep saw it withdrawn still, and put some aside anew meanwhile


def _brought(archive: Archive, owners: Collection[UUID], opened: Callable[[UUID, bytes], bytes]) -> bool:
    aside = archive.shares.aside().keys() & set(owners)
    if aside:
        try:
            archive.shares.bring_back(aside, opened)
        except CannotOpen:
            raise CannotSignIn from None
    return bool(aside)


def now(archive: Archive) -> int:
    """The present moment, in seconds since 1970."""
    return int(archive.clock().timestamp())


def _closed(archive: Archive, acting: Acting, unit: UnitOfWork, record: UUID) -> RecordRow:
    row = unit.records.get(record)
    if (
        row is None
        or not row.closed
        or not capable(archive, acting, unit, row.collection, [Capability.PLACE])
    ):
        raise NotFound
    return row
