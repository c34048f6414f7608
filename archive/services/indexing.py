"""Keeping rooms' indexes true to what the rooms hold: draining the outbox, healing, rebuilding.

Knows that the index is a cache of a room's bodies. Must not know what is asked of it, nor the engine.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from archive.domain.errors import GuwahError, NotFound
from archive.domain.keeping import RoomRow
from archive.domain.rooms import RoomPurpose
from archive.domain.searching import IndexDamaged, IndexHead, IndexKeys
from archive.policy.access import Action
from archive.services import saving, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.documents import document
from archive.services.entitling import holdings, readable, require, today
from archive.services.placing import record_of
from archive.services.ports import Index, UnitOfWork

SEARCHED: Final = frozenset({RoomPurpose.CUSTODY, RoomPurpose.READING, RoomPurpose.MATTER})
"""Rooms that have an index. Identities are reached through their records only."""
_BATCH: Final = 512


def opened(archive: Archive, acting: Acting, room: UUID) -> Index:
    """Return a room's index, true to what the room holds today: opened or rebuilt, then brought up to date.

    Raises NotFound for a room that has none or that the member does not hold. Cost: see `SealedIndexes.open`; then
    about 1 MB of text a second for what waits in the outbox.
    """
    with archive.read() as unit:
        row, day = _room(archive, acting, unit, room), today(archive, unit)
        head = unit.outbox.head(room)
    keys = _keys(archive, acting, row)
    index = archive.opened.index(room, acting.holder, lambda: _at(archive, keys, head))
    if not _follows(index, head):
        archive.opened.close_index(room)
        index = archive.opened.index(room, acting.holder, lambda: _at(archive, keys, head))
    if archive.opened.checked(room) != day:
        _heal(archive, acting, row, index, head)
        archive.opened.check(room, day)
    _drain(archive, acting, row, index)
    return index


def drain_held(archive: Archive, acting: Acting, custody: UUID) -> None:
    """Index what waits, in custody and in every other room of the collection that the member holds.

    Called when a save is done and acknowledged: whatever goes wrong here is no failure of it. What is not indexed now
    waits in the outbox, and what is broken shows at the next search.
    """
    with archive.read() as unit:
        held = holdings(archive, acting, unit)
        waiting = [
            row.id
            for row in unit.rooms.of_collection(custody)
            if row.id in held and row.purpose in SEARCHED and unit.outbox.count(row.id)
        ]
    for room in waiting:
        with suppress(GuwahError, OSError):
            opened(archive, acting, room)


@transparency.refusals("reindex")
def rebuild(archive: Archive, acting: Acting, room: UUID) -> int:
    """Throw a room's index away and make it anew from the room's bodies; return how many records it holds.

    Raises NotFound. Cost: about 1 MB of text a second.
    """
    with archive.work() as unit:
        row, head = _room(archive, acting, unit, room), unit.outbox.head(room)
        transparency.append(archive, unit, acting.member, "reindex", {"room": room.hex})
        unit.commit()
    archive.opened.close_index(room)
    keys = _keys(archive, acting, row)
    archive.opened.index(room, acting.holder, lambda: archive.indexes.create(keys, head))
    return len(opened(archive, acting, room).records())


def drop(archive: Archive, rooms: Collection[UUID]) -> None:
    """Wipe the indexes of rooms that lost something while nobody was there to rewrite them. Needs no key.

    They are made anew when the room is next opened. Names of files can be forged: no share of a body goes.
    """
    if not rooms:
        return
    gone: set[UUID] = set()
    for room in rooms:
        archive.opened.close_index(room)
        gone |= archive.indexes.drop(room)
    with archive.read() as unit:
        archive.shares.discard(gone - unit.records.owners())


def recorded(archive: Archive, acting: Acting, unit: UnitOfWork, room: RoomRow) -> bool:
    """Whether what is on disk of a room's index is the state that the database records, or follows on it.

    For a check alone: what answers searches heals itself. Cost: as opening the index anew.
    """
    head = unit.outbox.head(room.id)
    if head is None or room.purpose not in SEARCHED:
        return True
    try:
        archive.indexes.open(_keys(archive, acting, room), head).close()
    except IndexDamaged:
        return False
    return True


def _at(archive: Archive, keys: IndexKeys, head: IndexHead | None) -> Index:
    """Open an index in its recorded state; where that cannot be, begin an empty one, to be healed."""
    try:
        return archive.indexes.open(keys, head)
    except IndexDamaged:
        return archive.indexes.create(keys, head)


def _follows(index: Index, head: IndexHead | None) -> bool:
    """Bring an open index to the recorded state; False when it cannot follow: made anew, or under another key."""
    if index.current(head):
        return True
    try:
        if head is not None:
            index.follow(head)
    except IndexDamaged:
        return False
    return head is not None


def _heal(archive: Archive, acting: Acting, row: RoomRow, index: Index, head: IndexHead | None) -> None:
    """Make the index hold just the bodies that are live today, whatever happened to it or to the outbox.

    What waits in the outbox is then in it too, and need not be indexed again.
    """
    with archive.read() as unit:
        day, wanted = today(archive, unit), readable(archive, acting, unit, row.id)
        tickets = [ticket for ticket, _record in unit.outbox.pending(row.id, sys.maxsize)]
    held = index.records()
    missing = [record for record, body in wanted.items() if record not in held or held[record].body != body]
    # The licences beside the bodies are checked one by one only when a body is opened; what the index has of them was.
    ended = [record for record, found in held.items() if found.not_after and found.not_after < day]
    gone = [record for record in held if record not in wanted or record in ended]
    index.remove(gone)
    for start in range(0, len(missing), _BATCH):
        _stage(archive, acting, row, index, missing[start : start + _BATCH])
        _record_head(archive, row.id, index.commit(), ())
    if gone or tickets or index.head is None or index.head != head:
        _record_head(archive, row.id, index.commit(), tickets)


def _drain(archive: Archive, acting: Acting, row: RoomRow, index: Index) -> None:
    while True:
        with archive.read() as unit:
            pending = unit.outbox.pending(row.id, _BATCH)
        if not pending:
            return
        _stage(archive, acting, row, index, [record for _ticket, record in pending])
        _record_head(archive, row.id, index.commit(), [ticket for ticket, _record in pending])


def _stage(archive: Archive, acting: Acting, row: RoomRow, index: Index, records: Sequence[UUID]) -> None:
    with archive.read() as unit:
        wanted = readable(archive, acting, unit, row.id, records)
        bodies = unit.records.present(row.id, list(wanted))
        parts_of = saving.unseal_many(archive, acting, unit, list(bodies.values()), row.id, row.collection)
    index.remove(record for record in records if record not in bodies)
    index.replace(
        document(record_of(parts), body.id, body.not_after)
        for body, parts in zip(bodies.values(), parts_of, strict=True)
    )


def _record_head(archive: Archive, room: UUID, head: IndexHead, done: Iterable[int]) -> None:
    with archive.work() as unit:
        unit.outbox.set_head(room, head)
        unit.outbox.done(done)
        unit.commit()


def _room(archive: Archive, acting: Acting, unit: UnitOfWork, room: UUID) -> RoomRow:
    row = require(archive, acting, unit, room, Action.SEARCH)
    if row.purpose not in SEARCHED:
        raise NotFound
    return row


def _keys(archive: Archive, acting: Acting, row: RoomRow) -> IndexKeys:
    key = acting.keys.index_key(row.id, row.index_epoch)
    return IndexKeys(archive.row.id, row.id, row.index_epoch, key, archive.shares)
