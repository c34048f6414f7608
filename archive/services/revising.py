"""Revising a record: what stands of it is read, and new bodies take the place of old ones in one transaction.

Knows that a record changes whole or not at all. Must not know what changed, or why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from archive.domain.consent import ConsentEntry
from archive.domain.errors import Conflict, NotFound, message
from archive.domain.keeping import BodyKind, ConsentRow, RecordRow, SealedBody
from archive.policy.consent import fold
from archive.sealing import commits
from archive.sealing.bodies import Unsealed
from archive.services import consents, indexing, placing, recalling, saving, transparency
from archive.services.accessioning import to_index
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import licence_of, today
from archive.services.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What is to be written of one record: new bodies, where it then stands, a ledger entry if there is one.

    ``read`` is the ledger's head that the change was made from. ``only``: the one room whose rendition is replaced;
    None for every room. ``closed``: nobody reads the master on. ``ended``: the grant items that the entry ends, None
    for all: what was handed over on them is recalled. ``narrows``: rooms may lose words that they showed.
    """

    row: RecordRow
    standing: placing.Standing
    unsealed: Sequence[Unsealed]
    action: str
    read: bytes
    only: UUID | None = None
    entry: tuple[ConsentRow, SealedBody] | None = None
    closed: bool = False
    ended: frozenset[UUID] | None = frozenset()
    narrows: bool = False


def standing(
    archive: Archive, acting: Acting, unit: UnitOfWork, row: RecordRow
) -> tuple[placing.Standing, tuple[ConsentEntry, ...]]:
    """Return how a record stands, its identity left out, and its ledger. Needs custody's key. Raises Damaged."""
    stands = saving.standing(archive, acting, unit, row)
    body = unit.records.body(row.master)
    if body is None:
        raise NotFound
    ledger, head = consents.entries(archive, acting, unit, row.id, row.collection)
    saving.same_ledger(stands, unit.ledger.of_record(row.id))
    parts = saving.unseal(archive, acting, unit, body, row.collection, row.collection)
    found = placing.Standing(
        record=placing.record_of(parts),
        identity=None,
        consent=fold(ledger, today(archive, unit)),
        head=head,
        revision=row.revision,
    )
    return found, ledger


def write(archive: Archive, acting: Acting, of: placing.Collection, change: Revision) -> None:
    """Write a revision: old renditions go, new bodies come, all or nothing.

    An identity stays unless the entry ends what it rests on: then it goes too, for which nobody needs its key. Raises
    Conflict when somebody else changed the record, its consent or the collection's rooms meanwhile: what was decided
    from the state before would open what is closed by now. Cost: as one accession; and a rebuilt index in each room
    that lost something and that ``acting`` does not hold.
    """
    row = change.row
    masters = [body.id for body in change.unsealed if body.kind is BodyKind.MASTER]
    master = masters[0] if masters else row.master
    stand = commits.Standing(master, change.standing.revision, change.standing.head, change.closed)
    shares = saving.draw(archive, [body.id for body in change.unsealed])
    sealed = saving.seal(archive, change.unsealed, shares)
    if change.entry:
        sealed.append(change.entry[1])
    commit, placed = saving.sign(archive, acting, sealed, {row.id: stand})
    with archive.work() as unit:
        _unchanged(unit, change)
        placing.unchanged(unit, of)
        old = [
            body
            for body in unit.records.bodies_of(row.id, BodyKind.RENDITION)
            if change.only in (None, body.room)
        ]
        old += _ended_identities(archive, unit, change)
        if masters and change.standing.revision == row.revision:  # the same words under another licence
            old += [body for body in unit.records.bodies_of(row.id, BodyKind.MASTER) if body.id == row.master]
        unit.records.remove_bodies([body.id for body in old])
        unit.records.add_commit(commit)
        unit.records.add_bodies(placed)
        if change.entry:
            unit.ledger.append(change.entry[0])
            recalling.summon(unit, row.id, change.ended, change.entry[0].day)
        if masters or change.closed != row.closed:
            unit.records.replace(
                replace(row, master=master, revision=change.standing.revision, closed=change.closed)
            )
        to_index(unit, of, [row.id], placed)
        if change.only is None:
            placing.note(unit, row.collection, {row.id: None if change.closed else change.standing.consent})
        for room in {body.room for body in old} - {of.custody.room}:
            unit.outbox.add(room, [row.id])
        absent = _losing(change, old, placed) - acting.keys.held()
        for room in absent:
            unit.outbox.set_head(room, None)
        by = _replaced(change, old, placed, master)
        unit.outbox.note_replaced(by)
        detail = {"record": row.id.hex, "revision": change.standing.revision}
        transparency.append(archive, unit, acting.member, change.action, detail, commit, about=row.id)
        unit.commit()
    indexing.drop(archive, absent)
    saving.forget(archive, [body.id for body in old], by)


def _losing(change: Revision, old: Sequence[SealedBody], new: Sequence[SealedBody]) -> frozenset[UUID]:
    """The rooms whose index holds words that the room may not show any more."""
    shows = frozenset() if change.narrows else frozenset(body.room for body in new)
    return frozenset(body.room for body in old) - shows


def _replaced(
    change: Revision, old: Sequence[SealedBody], new: Sequence[SealedBody], master: UUID
) -> dict[UUID, UUID]:
    """Old body → what says the same in its place: no backup loses a record because it was revised since.

    Not a rendition when consent changed: it may say more than what follows it.
    """
    follows = {(body.kind, body.room): body.id for body in new}
    by = {}
    for body in old:
        rendition = body.kind is BodyKind.RENDITION
        following = follows.get((body.kind, body.room), master if rendition else None)
        if following and not (rendition and change.entry):
            by[body.id] = following
    return by


def _ended_identities(archive: Archive, unit: UnitOfWork, change: Revision) -> list[SealedBody]:
    # Not when a record closes: a withdrawal may be a mistake, and this is the only copy; nobody is shown it meanwhile.
    if change.entry is None or change.closed or placing.keeps_identity(change.standing, today(archive, unit)):
        return []
    ended = set(change.entry[0].closes)
    return [
        body
        for body in unit.records.bodies_of(change.row.id, BodyKind.IDENTITY)
        if (licence := licence_of(body.licence)) and not ended.isdisjoint(licence.items)
    ]


def _unchanged(unit: UnitOfWork, change: Revision) -> None:
    ledger = unit.ledger.of_record(change.row.id)
    if unit.records.get(change.row.id) != change.row or ledger[-1].hash != change.read:
        raise Conflict(
            message("Somebody else changed this record meanwhile. Open it again; nothing was changed.")
        )
