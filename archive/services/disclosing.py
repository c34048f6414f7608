"""The one door through which a record is unsealed to a person: decided, logged, then opened.

Knows the order of those three. Must not know pages, nor what the person does with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from archive.domain.consent import ConsentEntry
from archive.domain.errors import Damaged, NotFound, message
from archive.domain.identifiers import code_of
from archive.domain.keeping import SealedBody
from archive.domain.licence import Licence
from archive.domain.records import Identity
from archive.domain.rooms import RoomPurpose, RoomTerms
from archive.domain.showing import HeldRoom, Shown
from archive.policy.access import Action, decide
from archive.policy.consent import endures, fold
from archive.policy.placement import place_identity
from archive.services import consents, placing, rooms, saving, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import holdings, licence_of, today
from archive.services.ports import UnitOfWork

_OUTDATED: Final = message("What this room holds of the record is not what was placed last. Run guwah fsck.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealed:
    """Everything about one record that is about to be opened, checked but still sealed."""

    view: HeldRoom
    body: SealedBody
    licence: Licence
    day: date
    ledger: consents.Chain = ()
    placed: tuple[UUID, ...] = ()
    identity: SealedBody | None = None


def show(archive: Archive, acting: Acting, room: UUID, record: UUID) -> Shown:
    """Return a record as one room sees it. The opening is logged before a byte is unsealed.

    Raises NotFound, alike for absent and not permitted, and Damaged; both are logged. Cost: two commits to disk, 0.5 ms
    of unsealing; custody unseals the ledger too.
    """
    return opening(archive, acting, room, record)[0]


@transparency.refusals("open")
def opening(archive: Archive, acting: Acting, room: UUID, record: UUID) -> tuple[Shown, int]:
    """Return as `show`, and the number of the log entry that stood before it was opened."""
    with archive.work() as unit:
        number = unit.log.head().size
        sealed = _permitted(archive, acting, unit, room, record)
        detail = {"room": room.hex, "record": record.hex, "body": sealed.body.id.hex}
        if sealed.identity:
            detail["identity"] = sealed.identity.room.hex
        transparency.append(archive, unit, acting.member, "open", detail, about=record)
        unit.commit()
    return _opened(archive, acting, sealed), number


def _permitted(archive: Archive, acting: Acting, unit: UnitOfWork, room: UUID, record: UUID) -> _Sealed:
    held, day = holdings(archive, acting, unit), today(archive, unit)
    if room not in held or held[room].purpose is RoomPurpose.IDENTITY:
        raise NotFound
    row, body = unit.records.get(record), unit.records.present(room, [record]).get(record)
    if row is None or body is None:
        raise NotFound
    licence = licence_of(body.licence)
    if not decide(Action.READ, held.values(), licence, room, day):
        raise NotFound
    view = rooms.held_room(archive, acting, unit, held[room])
    stands = saving.standing(archive, acting, unit, row)
    said = consents.chained(unit.ledger.of_record(record))
    saving.same_ledger(stands, said)
    if licence is None or body.revision != stands.revision or licence.rendition != body.id:
        raise Damaged(_OUTDATED)
    if not endures(licence, said):
        raise NotFound
    sealed = _Sealed(view=view, body=body, licence=licence, day=day)
    if view.purpose is RoomPurpose.CUSTODY:
        sealed = _with_custody(archive, acting, unit, sealed)
    saving.vouch(archive, acting, unit, _bodies(sealed), view.collection)
    return sealed


def _with_custody(archive: Archive, acting: Acting, unit: UnitOfWork, sealed: _Sealed) -> _Sealed:
    """The ledger, in which rooms the record lies, and who it is, for a member who holds the identity room too."""
    record, held = sealed.body.record, holdings(archive, acting, unit)
    placed, identity = [], None
    for room in unit.rooms.of_collection(sealed.view.collection):
        found = unit.records.licences(room.id, [record]).get(record)
        if room.id == sealed.view.id or found is None:
            continue
        placed.append(room.id)
        # The identity's licence must live, as everywhere.
        may = decide(Action.READ, held.values(), licence_of(found[1]), room.id, sealed.day)
        if may and room.purpose is RoomPurpose.IDENTITY:
            identity = unit.records.present(room.id, [record]).get(record)
    ledger = consents.chain(unit, record)
    return replace(sealed, ledger=ledger, placed=tuple(placed), identity=identity)


def _bodies(sealed: _Sealed) -> list[SealedBody]:
    identity = [sealed.identity] if sealed.identity else []
    return [sealed.body, *identity, *(body for _row, body in sealed.ledger)]


def _opened(archive: Archive, acting: Acting, sealed: _Sealed) -> Shown:
    view, identity = sealed.view, sealed.identity
    wanted = [(body, body.room if body is identity else view.id) for body in _bodies(sealed)]
    parts = saving.opened(archive, acting, wanted)
    ledger = consents.read(sealed.ledger, [parts[body.id] for _row, body in sealed.ledger])
    return Shown(
        record=placing.record_of(parts[sealed.body.id]),
        code=code_of(sealed.body.record),
        room=view,
        revision=sealed.body.revision,
        day=sealed.body.day,
        licence=sealed.licence,
        identity=_identity(ledger, identity, parts[identity.id], sealed.day) if identity else None,
        consent=ledger,
        placed=sealed.placed,
    )


def _identity(
    ledger: Sequence[ConsentEntry], body: SealedBody, parts: saving.Parts, day: date
) -> Identity | None:
    """Who it is, as far as the ledger now says: an identity is kept as it was until somebody may seal it anew."""
    terms = RoomTerms(id=body.room, collection=body.room, purpose=RoomPurpose.IDENTITY, name="")
    placed = place_identity(fold(ledger, day), placing.identity_of(parts), terms, day)
    return placed.identity if placed else None
