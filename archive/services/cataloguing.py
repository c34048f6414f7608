"""Cataloguing: a record's tags are changed, which makes a new master and places the record anew.

Knows that placement follows every change. Must not know forms, or what the tags mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from archive.domain.consent import ConsentEntry
from archive.domain.errors import Conflict, NotFound, message
from archive.domain.keeping import BodyKind, RecordRow, SealedBody
from archive.domain.rooms import RoomPurpose
from archive.domain.tags import Tag
from archive.policy.access import Action
from archive.policy.consent import fold
from archive.sealing import commits
from archive.sealing.bodies import Unsealed
from archive.sealing.codec import decode_record
from archive.services import consents, indexing, placing, registering, saving, transparency, validating
from archive.services.accessioning import to_index
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import require, today
from archive.services.ports import UnitOfWork


def retag(archive: Archive, acting: Acting, custody: UUID, record: UUID, tags: Sequence[Tag]) -> None:
    """Give a record other tags: a new revision of its master, and renditions where scope and consent now open them.

    It leaves rooms whose scope no longer contains it, at once. The earlier master stays. Needs the place capability.
    Raises NotFound, Refused, Invalid, Conflict. Cost: as one accession.
    """
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        row = unit.records.get(record)
        if row is None or row.collection != custody:
            raise NotFound
        register = registering.register(archive, acting, unit, custody)
        day, of = today(archive, unit), placing.collection(archive, acting, unit, custody)
        ledger, head = consents.entries(archive, acting, unit, record, custody)
        standing = _standing(archive, acting, unit, row, ledger, head, day)
    completed = tuple(registering.completed(tag, register) for tag in tags)
    validating.check_tags(completed, standing.record.texts, register)
    standing = replace(standing, record=replace(standing.record, tags=completed), revision=row.revision + 1)
    master = placing.master(of, standing, day)
    _replace(archive, acting, of, row, standing, [master, *placing.renditions(of, standing, day)], "revise")
    indexing.drain_held(archive, acting, custody)


def place_all(archive: Archive, acting: Acting, custody: UUID, room: UUID) -> int:
    """Place every record of a collection anew in one room (its scope changed, or it is new); return how many lie there.

    Needs the place capability in custody. Cost: one accession a record whose rendition changes, 1 ms for the others.
    """
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        records = unit.records.of_collection(custody)
    for record in records:
        _place_one(archive, acting, custody, room, record)
    indexing.drain_held(archive, acting, custody)
    with archive.read() as unit:
        return unit.records.count(room)


def _place_one(archive: Archive, acting: Acting, custody: UUID, room: UUID, record: UUID) -> None:
    with archive.read() as unit:
        row = unit.records.get(record)
        if row is None:
            return
        day, of = today(archive, unit), placing.collection(archive, acting, unit, custody)
        ledger, head = consents.entries(archive, acting, unit, record, custody)
        standing = _standing(archive, acting, unit, row, ledger, head, day)
        old = unit.records.present(room, [record]).get(record)
        new = placing.renditions(of, standing, day, only=room)
        if of.rooms[room][1].purpose is RoomPurpose.IDENTITY:
            return
        if old and new and _same(archive, acting, unit, old, new[0], custody):
            return
    if old or new:
        _replace(archive, acting, of, row, standing, new, "revise", only=room)


def _same(
    archive: Archive, acting: Acting, unit: UnitOfWork, old: SealedBody, new: Unsealed, custody: UUID
) -> bool:
    parts = saving.unseal(archive, acting, unit, old, custody, custody)
    return parts == dict(new.parts) and placing.rests_alike(old.licence, new.licence)


def _standing(
    archive: Archive,
    acting: Acting,
    unit: UnitOfWork,
    row: RecordRow,
    ledger: Sequence[ConsentEntry],
    head: bytes,
    day: date,
) -> placing.Standing:
    body = unit.records.body(row.master)
    if body is None:
        raise NotFound
    parts = saving.unseal(archive, acting, unit, body, row.collection, row.collection)
    return placing.Standing(
        record=decode_record(parts[placing.PART]),
        identity=None,
        consent=fold(ledger, day),
        head=head,
        revision=row.revision,
    )


def _replace(
    archive: Archive,
    acting: Acting,
    of: placing.Collection,
    row: RecordRow,
    standing: placing.Standing,
    unsealed: Sequence[Unsealed],
    action: str,
    only: UUID | None = None,
) -> None:
    """Write new bodies in place of the record's renditions, in one transaction; identities stay as they are."""
    shares = saving.draw(archive, [body.id for body in unsealed])
    masters = [body.id for body in unsealed if body.kind is BodyKind.MASTER]
    master = masters[0] if masters else row.master
    stand = commits.Standing(master=master, revision=standing.revision, ledger=standing.head)
    sealed = saving.seal(archive, unsealed, shares)
    commit, placed = saving.sign(archive, acting, sealed, {row.id: stand})
    with archive.work() as unit:
        if unit.records.get(row.id) != row:
            raise Conflict(
                message("Somebody else changed this record meanwhile. Open it again; nothing was changed.")
            )
        old = [
            body.id
            for body in unit.records.bodies_of(row.id, BodyKind.RENDITION)
            if only in (None, body.room)
        ]
        rooms = [body.room for body in unit.records.bodies_of(row.id, BodyKind.RENDITION) if body.id in old]
        unit.records.remove_bodies(old)
        unit.records.add_commit(commit)
        unit.records.add_bodies(placed)
        if masters:
            unit.records.replace(placing.row(of, standing, master, row.day))
        to_index(unit, of, [row.id], placed)
        for room in rooms:
            unit.outbox.add(room, [row.id])
        detail = {"record": row.id.hex, "revision": standing.revision}
        transparency.append(archive, unit, acting.member, action, detail)
        unit.commit()
    saving.forget(archive, old)
