"""What this process holds open while sessions last: who acts, and their rooms' indexes.

Knows which session holds what, and forgets it all when the session ends. Must not know how anything was opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from threading import BoundedSemaphore, RLock
from typing import Final
from uuid import UUID

from archive.services.acting import Acting
from archive.services.ports import Index

_STRETCHINGS: Final = 2


@dataclass(slots=True)
class _HeldIndex:
    index: Index
    holders: set[bytes] = field(default_factory=set)
    checked: date | None = None


class Opened:
    """Keyrings by session, indexes by room. Safe for threads.

    ``stretching`` bounds how many Argon2id runs (64 MiB each) go on at once.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._acting: dict[bytes, Acting] = {}
        self._indexes: dict[UUID, _HeldIndex] = {}
        self.stretching = BoundedSemaphore(_STRETCHINGS)

    def keep(self, acting: Acting) -> None:
        """Hold somebody's keys until `forget`."""
        with self._lock:
            self._acting[acting.holder] = acting

    def acting(self, holder: bytes) -> Acting | None:
        """Return who acts under a session; None when this process does not hold it."""
        with self._lock:
            return self._acting.get(holder)

    def holders(self) -> frozenset[bytes]:
        """Every session of which this process holds something."""
        with self._lock:
            return frozenset(self._acting)

    def index(self, room: UUID, holder: bytes, opening: Callable[[], Index]) -> Index:
        """Return the room's open index, opened by ``opening`` if it is not yet, held for this session too."""
        with self._lock:
            held = self._indexes.get(room)
            if held is None:
                held = self._indexes[room] = _HeldIndex(opening())
            held.holders.add(holder)
            return held.index

    def close_index(self, room: UUID) -> None:
        """Let go of a room's index: it was found damaged, or another state took its place."""
        with self._lock:
            if held := self._indexes.pop(room, None):
                held.index.close()

    def checked(self, room: UUID) -> date | None:
        """Return the day for which the room's index was last compared with what the room holds."""
        with self._lock:
            held = self._indexes.get(room)
            return held.checked if held else None

    def check(self, room: UUID, day: date) -> None:
        """Note that the room's index is true to the room on that day."""
        with self._lock:
            if held := self._indexes.get(room):
                held.checked = day

    def forget(self, holder: bytes) -> None:
        """Overwrite a session's keys and close every index that no other session holds."""
        with self._lock:
            if acting := self._acting.pop(holder, None):
                acting.keys.drop()
            for room, held in list(self._indexes.items()):
                held.holders.discard(holder)
                if not held.holders:
                    self.close_index(room)
