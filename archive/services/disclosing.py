"""The one door through which a record is unsealed to a person: decided, logged, then opened.

Knows the order of those three. Must not know pages, nor what the person does with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.errors import Damaged, message
from archive.domain.identifiers import code_of
from archive.domain.keeping import SealedBody
from archive.domain.records import Identity
from archive.domain.rooms import RoomPurpose
from archive.domain.showing import RoomView, Shown
from archive.policy.access import Action, decide
from archive.sealing import licences
from archive.sealing.codec import decode, decode_record
from archive.services import consents, rooms, saving, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import holdings, today
from archive.services.placing import PART
from archive.services.ports import UnitOfWork


def show(archive: Archive, acting: Acting, room: UUID, record: UUID) -> Shown:
    """Return a record as one room sees it. The opening is logged before a byte is unsealed.

    Raises NotFound, alike for absent and not permitted (a refusal is logged), and Damaged. Cost: two commits to disk,
    0.5 ms of unsealing; custody unseals the ledger too.
    """
    with archive.work() as unit:
        body = _permitted(archive, acting, unit, room, record)
        if body is not None:
            transparency.append(
                archive,
                unit,
                acting.member,
                "open",
                {"room": room.hex, "record": record.hex, "body": body.id.hex},
            )
            unit.commit()
    if body is None:
        raise transparency.refuse(archive, acting, room, "open")
    view = rooms.room(archive, acting, room)
    with archive.read() as unit:
        return _shown(archive, acting, unit, view, body)


def _permitted(
    archive: Archive, acting: Acting, unit: UnitOfWork, room: UUID, record: UUID
) -> SealedBody | None:
    held = holdings(archive, acting, unit)
    if room not in held or held[room].purpose is RoomPurpose.IDENTITY:
        return None
    body = unit.records.present(room, [record]).get(record)
    if body is None:
        return None
    licence = licences.read(body.licence) if body.licence else None
    return body if decide(Action.READ, held.values(), licence, room, today(archive, unit)) else None


def _shown(archive: Archive, acting: Acting, unit: UnitOfWork, view: RoomView, body: SealedBody) -> Shown:
    custody = view.purpose is RoomPurpose.CUSTODY
    parts = saving.unseal(archive, acting, unit, body, view.id, view.collection)
    try:
        record = decode_record(parts[PART])
    except CannotOpen:
        raise Damaged(message("This record was written by another version of the program.")) from None
    ledger = consents.entries(archive, acting, unit, record.id, view.id)[0] if custody else ()
    beside = _beside(unit, record.id, view) if custody else {}
    return Shown(
        record=record,
        code=code_of(record.id),
        room=view,
        revision=body.revision,
        day=body.day,
        licence=licences.read(body.licence) if body.licence else None,
        identity=_identity(archive, acting, unit, view, beside.values()) if custody else None,
        consent=ledger,
        placed=tuple(beside),
    )


def _beside(unit: UnitOfWork, record: UUID, view: RoomView) -> dict[UUID, SealedBody]:
    """Room → body of one record, in every other room of the collection."""
    return {
        row.id: found
        for row in unit.rooms.of_collection(view.collection)
        if row.id != view.id and (found := unit.records.present(row.id, [record]).get(record))
    }


def _identity(
    archive: Archive, acting: Acting, unit: UnitOfWork, view: RoomView, beside: Iterable[SealedBody]
) -> Identity | None:
    """Who it is, for a member who holds the identity room too: its licence must live, as everywhere."""
    held, day = holdings(archive, acting, unit), today(archive, unit)
    for body in beside:
        holding = held.get(body.room)
        if holding is None or holding.purpose is not RoomPurpose.IDENTITY:
            continue
        if not decide(Action.READ, held.values(), licences.read(body.licence), body.room, day):
            continue
        parts = saving.unseal(archive, acting, unit, body, body.room, view.collection)
        return decode(Identity, parts[PART])
    return None
