"""Cataloguing: a record's tags are changed, or a room's scope, and the record is placed anew.

Knows that placement follows every change. Must not know forms, or what the tags mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from archive.domain.errors import NotFound
from archive.domain.keeping import SealedBody
from archive.domain.rooms import RoomPurpose
from archive.domain.tags import Tag
from archive.policy.access import Action
from archive.sealing.bodies import Unsealed
from archive.services import indexing, placing, registering, revising, saving, transparency, validating
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import require, today
from archive.services.ports import UnitOfWork
from archive.services.revising import Revision


@transparency.refusals("revise")
def retag(archive: Archive, acting: Acting, custody: UUID, record: UUID, tags: Sequence[Tag]) -> None:
    """Give a record other tags: a new revision of its master, and renditions where scope and consent now open them.

    It leaves rooms whose scope no longer contains it, at once. The earlier master stays. Needs the place capability.
    Raises NotFound, Refused, Invalid, Conflict. Cost: as one accession.
    """
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        row = unit.records.get(record)
        if row is None or row.collection != custody or row.closed:
            raise NotFound
        register = registering.register(archive, acting, unit, custody)
        day, of = today(archive, unit), placing.collection(archive, acting, unit, custody)
        standing, _ledger = revising.standing(archive, acting, unit, row)
    completed = tuple(registering.completed(tag, register) for tag in tags)
    standing = replace(standing, record=replace(standing.record, tags=completed), revision=row.revision + 1)
    validating.check_tags(standing.record, register)
    unsealed = placing.everywhere(of, standing, day)
    if not unsealed:
        raise NotFound
    change = Revision(row=row, standing=standing, unsealed=unsealed, action="revise", read=standing.head)
    revising.write(archive, acting, of, change)
    indexing.drain_held(archive, acting, custody)


@transparency.refusals("revise")
def place_all(archive: Archive, acting: Acting, custody: UUID, room: UUID) -> int:
    """Place every record of a collection anew in one room (its scope changed, or it is new); return how many lie there.

    Needs the place capability in custody. Raises NotFound, Refused, Conflict. Cost: one accession a record whose
    rendition changes, 1 ms for the others.
    """
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        of = placing.collection(archive, acting, unit, custody)
        records = unit.records.of_collection(custody)
    if room not in of.rooms:
        raise NotFound
    if of.rooms[room][1].purpose is not RoomPurpose.IDENTITY:
        for record in records:
            _place_one(archive, acting, of, room, record)
    indexing.drain_held(archive, acting, custody)
    with archive.read() as unit:
        return unit.records.count(room, today(archive, unit))


def _place_one(archive: Archive, acting: Acting, of: placing.Collection, room: UUID, record: UUID) -> None:
    with archive.read() as unit:
        row = unit.records.get(record)
        if row is None or row.closed:
            return
        standing, _ledger = revising.standing(archive, acting, unit, row)
        old = unit.records.present(room, [record]).get(record)
        new = placing.renditions(of, standing, today(archive, unit), only=room)
        if old and new and _same(archive, acting, unit, old, new[0], row.collection):
            return
    if old or new:
        change = Revision(
            row=row, standing=standing, unsealed=new, action="revise", read=standing.head, only=room
        )
        revising.write(archive, acting, of, change)


def _same(
    archive: Archive, acting: Acting, unit: UnitOfWork, old: SealedBody, new: Unsealed, custody: UUID
) -> bool:
    parts = saving.unseal(archive, acting, unit, old, custody, custody)
    return parts == dict(new.parts) and placing.rests_alike(old.licence, new.licence)
