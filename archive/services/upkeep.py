"""Upkeep that needs no key: old sessions go, shares without owner, old queries; the shred store learns of the log.

Knows ids, days and hashes only. Must not know a key, nor be able to reach one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from archive.crypto import merkle
from archive.domain.errors import Damaged, message
from archive.domain.log import KEPT, QUERIES
from archive.services.ports import Clock, Indexes, Sessions, ShareStore, Units


@dataclass(slots=True, kw_only=True)
class Upkeep:
    """One process's upkeep. `run` it every minute or so; it remembers what it saw the last time.

    ``idle``: seconds after which a session that nobody used has ended. ``drop`` wipes the indexes of rooms that have
    no recorded state now and had none at the run before: what was to wipe them was killed. ``expire`` removes what ran
    out (`expiring`), and says whether it could; ``waits`` is True while it waits for an officer.
    """

    read: Units
    shares: ShareStore
    sessions: Sessions
    indexes: Indexes
    clock: Clock
    idle: int
    drop: Callable[[Collection[UUID]], None]
    expire: Callable[[], bool]
    _unowned: frozenset[UUID] = frozenset()
    _headless: frozenset[UUID] = frozenset()
    waits: bool = False
    _compared: bool = False
    _faded: date | None = None

    def run(self) -> int:
        """Do what is due; return how many shares were destroyed.

        A share goes when it owned nothing at this run and at the one before: one just drawn belongs to a save under
        way. Raises Damaged when the main database is older than the shred store: somebody rolled it back. Cost: one
        pass over the ids of all bodies; the first run reads the log's hashes too.
        """
        now = int(self.clock().timestamp())
        self.sessions.prune(now - self.idle, now)
        held = self.shares.owners()
        with self.read() as unit:
            head = unit.log.head()
            owners = unit.records.owners() | self.indexes.owners()
            headless = frozenset(room for room in self.indexes.rooms() if unit.outbox.head(room) is None)
        if not self._compared:
            compare(self.read, self.shares)
            self._compared = True
        root = merkle.Frontier(head.size, head.peaks).root
        self.shares.note_checkpoint(head.size, root)
        unowned = held - owners
        gone = unowned & self._unowned
        if gone:
            self.shares.destroy(gone)
        self._unowned = unowned - gone
        self.drop(headless & self._headless)
        self._headless = headless - self._headless
        self.waits = not self.expire()
        return len(gone) + (0 if self.waits else self._fade(held))

    def _fade(self, held: frozenset[UUID]) -> int:
        """Once a day: destroy the shares of what somebody searched for so long ago that nobody may know any more."""
        today = self.clock().date()
        if today == self._faded:
            return 0
        with self.read() as unit:
            gone = held.intersection(unit.log.said_before(QUERIES, today - KEPT))
        self.shares.destroy(gone)
        self._faded = today
        return len(gone)


def compare(read: Units, shares: ShareStore) -> None:
    """Return when the log still begins with what the shred store saw of it. Raises Damaged. Cost: one hash an entry."""
    seen = shares.checkpoint()
    if seen is None:
        return
    size, root = seen
    with read() as unit:
        leaves = [row.leaf for row in unit.log.entries(0, size)]
    if len(leaves) < size or merkle.root(leaves) != root:
        raise Damaged(
            message(
                "The main database is older than the shred store, or its log was changed: it was rolled back. "
                "Restore the newest backup, and compare with a checkpoint kept elsewhere."
            )
        )
