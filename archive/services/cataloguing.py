"""Cataloguing: a record's tags or marked passages are changed, or a room's scope, and the record is placed anew.

Knows that placement follows every change. Must not know forms, or what tags and marks mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from archive.domain.drafts import Record
from archive.domain.errors import Conflict, Invalid, NotFound, Problem, message
from archive.domain.keeping import RecordRow, SealedBody
from archive.domain.records import Marking, Text
from archive.domain.rooms import RoomPurpose
from archive.domain.tags import Tag
from archive.policy import placement
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
        stands = _standing(archive, acting, unit, custody, record)
        register = registering.register(archive, acting, unit, custody)
    completed = tuple(registering.completed(tag, register) for tag in tags)
    revised = replace(stands.standing.record, tags=completed)
    validating.check_tags(revised, register)
    lost = [tag for tag in stands.standing.record.tags if tag not in completed]
    _write(archive, acting, stands, revised, narrows=bool(lost))


@transparency.refusals("revise")
def mark_passages(
    archive: Archive,
    acting: Acting,
    custody: UUID,
    record: UUID,
    read: int,
    markings: Sequence[Marking],
) -> None:
    """Say what was found in texts of a record, in place of what was said before; texts not named stay as they are.

    A new revision of the master, and renditions anew, as for `retag`. ``read`` is the revision that the marks were made
    from: passages that somebody else marked meanwhile would be open again. Needs the place capability. Raises NotFound,
    Refused, Conflict, and Invalid, also when consent to keep a class was refused that the record now is known to hold.
    Cost: as one accession.
    """
    with archive.read() as unit:
        stands = _standing(archive, acting, unit, custody, record)
    if stands.row.revision != read:
        said = message("Somebody else changed this record meanwhile. Open it again; nothing was changed.")
        raise Conflict(said)
    revised = marked(stands.standing.record, markings)
    validating.check_passages(revised)
    if refused := placement.unkept(stands.standing.consent, revised):
        said = message(
            "Keeping or cataloguing “%(class)s” was refused, but the record holds it. Take it out."
        )
        raise Invalid([Problem("", said, {"class": data_class}) for data_class in sorted(refused)])
    _write(archive, acting, stands, revised, narrows=True)


def marked(record: Record, markings: Sequence[Marking]) -> Record:
    """Return the record with other marks on its title and texts, passages in order. Pure. Raises Invalid."""
    found = {marking.text: marking for marking in markings}
    unknown = found.keys() - {text.id for text in record.texts} - {""}
    if unknown or len(found) < len(markings):
        raise Invalid([Problem("texts", message("Name each text of the record once, by its id."))])
    if title := found.get(""):
        if title.passages:
            raise Invalid([Problem("title", message("A title is shown whole or not at all."))])
        record = replace(record, title_contains=title.contains, title_reviewed=title.reviewed)
    return replace(record, texts=tuple(_with(text, found.get(text.id)) for text in record.texts))


def _with(text: Text, marking: Marking | None) -> Text:
    if marking is None:
        return text
    passages = tuple(
        sorted(set(marking.passages), key=lambda one: (one.start, one.end, one.contains, one.reason))
    )
    return replace(text, passages=passages, contains=marking.contains, reviewed=marking.reviewed)


@dataclass(frozen=True, slots=True)
class _Standing:
    """A record that is about to change, and everything that its change is decided from."""

    row: RecordRow
    standing: placing.Standing
    of: placing.Collection
    day: date


def _standing(archive: Archive, acting: Acting, unit: UnitOfWork, custody: UUID, record: UUID) -> _Standing:
    require(archive, acting, unit, custody, Action.PLACE)
    row = unit.records.get(record)
    if row is None or row.collection != custody or row.closed:
        raise NotFound
    day, of = today(archive, unit), placing.collection(archive, acting, unit, custody)
    standing, _ledger = revising.standing(archive, acting, unit, row)
    return _Standing(row, standing, of, day)


def _write(archive: Archive, acting: Acting, stands: _Standing, revised: Record, *, narrows: bool) -> None:
    standing = replace(stands.standing, record=revised, revision=stands.row.revision + 1)
    unsealed = placing.everywhere(stands.of, standing, stands.day)
    if not unsealed:
        raise NotFound
    change = Revision(
        row=stands.row,
        standing=standing,
        unsealed=unsealed,
        action="revise",
        read=standing.head,
        narrows=narrows,
    )
    revising.write(archive, acting, stands.of, change)
    indexing.drain_held(archive, acting, stands.row.collection)


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


@transparency.refusals("revise")
def place_waiting(archive: Archive, acting: Acting, custody: UUID) -> int:
    """Place anew what was limited, or ran out, while nobody was here who could; return how many still wait.

    Those wait on: nothing keeps them in custody any more, until consent is renewed or they are withdrawn. Needs the
    place capability in custody. Raises NotFound, Refused, Conflict. Cost: one accession a record.
    """
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        of, day = placing.collection(archive, acting, unit, custody), today(archive, unit)
        records = unit.outbox.unplaced(custody, day)
    for record in records:
        with archive.read() as unit:
            row = unit.records.get(record)
            if row is None or row.closed:
                continue
            standing, _ledger = revising.standing(archive, acting, unit, row)
        if bodies := placing.everywhere(of, standing, day):
            change = Revision(row=row, standing=standing, unsealed=bodies, action="place", read=standing.head)
            revising.write(archive, acting, of, change)
    indexing.drain_held(archive, acting, custody)
    with archive.read() as unit:
        return len(unit.outbox.unplaced(custody, day))


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
