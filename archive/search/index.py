"""Knows a room's index as a whole: opening, staging, committing, searching and dropping it.
Must not know who may search, what else a record holds, or any other room.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import RLock
from typing import Final
from uuid import UUID

from archive.domain.searching import (
    IndexDamaged,
    IndexDocument,
    Indexed,
    IndexHead,
    IndexKeys,
    SearchQuery,
    SearchResult,
    Suggestion,
)
from archive.search import writing
from archive.search.answering import Answering
from archive.search.engine import Broken, check_whoosh
from archive.search.reading import forgetting
from archive.search.sealed_files import Catalogue, SealedFiles
from archive.search.sealed_storage import SealedStorage
from archive.search.snapshot import Snapshot

_OWNER: Final = re.compile(r"[0-9a-f]{32}")


class SealedIndexes:
    """The search indexes below ``root``, one folder a room, each openable by that room's keys alone."""

    def __init__(self, root: Path) -> None:
        """Raises WrongWhoosh when another Whoosh than the pinned one is installed."""
        check_whoosh()
        self._root = root

    def open(self, keys: IndexKeys, head: IndexHead | None) -> RoomIndex:
        """Open the index whose state the database records as ``head``, or a state that follows directly on
        it.

        Raises IndexDamaged when nothing is recorded yet, or a file is missing, edited, cut short, swapped
        or rolled back: then call `create` and add every record again. Compare `RoomIndex.head` with
        ``head`` and record it when it is newer. Cost: decrypts the whole index (over 1 GB/s), then about 10
        µs a record.
        """
        if head is None:
            raise IndexDamaged("no state of it is recorded")
        files = SealedFiles(self._folder(keys.room), keys)
        catalogue, parcels = files.read(head, frozenset())
        return RoomIndex(files, catalogue, SealedStorage.unpacked(parcels, catalogue.inline))

    def create(self, keys: IndexKeys, after: IndexHead | None = None) -> RoomIndex:
        """Wipe what is on disk of this room's index, destroy its shares, and return an empty one.

        Generations go on counting from ``after``. Nothing is on disk before the first `RoomIndex.commit`.
        """
        files = SealedFiles(self._folder(keys.room), keys)
        with files.exclusive():
            files.sweep(None)
        return RoomIndex(files, Catalogue.blank(after.generation if after else 0), writing.empty())

    def drop(self, room: UUID) -> frozenset[UUID]:
        """Remove what is on disk of a room's index; return the ids in its files' names. Needs no key."""
        found = set()
        for path in self._folder(room).glob("*.*"):
            if _OWNER.fullmatch(name := path.name.partition(".")[0]):
                found.add(UUID(name))
                path.unlink(missing_ok=True)
        return frozenset(found)

    def owners(self) -> frozenset[UUID]:
        """The ids of all files on disk, of every room: who may own a share. Needs no key."""
        names = (path.name.partition(".")[0] for path in self._root.glob("*/*"))
        return frozenset(UUID(name) for name in names if _OWNER.fullmatch(name))

    def rooms(self) -> frozenset[UUID]:
        """The rooms of which something is on disk. Needs no key."""
        folders = {path.parent.name for path in self._root.glob("*/*.*")}
        return frozenset(UUID(name) for name in folders if _OWNER.fullmatch(name))

    def _folder(self, room: UUID) -> Path:
        return self._root / room.hex


class RoomIndex:
    """One room's index in memory. Safe for threads (one at a time) and for several processes (see `current`).

    Changes are staged by `replace` and `remove` and take effect, all or none, by `commit`.
    """

    def __init__(self, files: SealedFiles, catalogue: Catalogue, storage: SealedStorage) -> None:
        self._files = files
        self._lock = RLock()
        self._staged: dict[UUID, IndexDocument | None] = {}
        self._catalogue = catalogue
        self._snapshot = _opened(storage)
        self._answering = Answering(self._snapshot)

    @property
    def head(self) -> IndexHead | None:
        """The state this index is in; None before the first commit of a new one."""
        return self._catalogue.head

    def current(self, head: IndexHead | None) -> bool:
        """Whether this is the state that the database records; if not, another process has committed: open
        again.
        """
        return self.head == head

    def follow(self, head: IndexHead) -> None:
        """Move on to the recorded state, or one that follows on it, opening only files not yet in memory.

        Raises IndexDamaged like `SealedIndexes.open`. What is staged stays staged.
        """
        with self._lock:
            if not self.current(head):
                mine = self._snapshot.storage
                catalogue, parcels = self._files.read(head, mine.segments())
                self._adopt(catalogue, mine.joined(parcels, catalogue.inline, catalogue.names()))

    def replace(self, documents: Iterable[IndexDocument]) -> None:
        """Stage documents; whatever is indexed of the same records goes with the commit."""
        with self._lock:
            self._staged |= {document.record: document for document in documents}

    def remove(self, records: Iterable[UUID]) -> None:
        """Stage records to be taken out; unknown ones are passed over."""
        with self._lock:
            self._staged |= dict.fromkeys(records)

    def commit(self) -> IndexHead:
        """Apply what is staged, seal it, make it durable, then destroy what it replaced; return the head to
        record.

        Builds on commits of other processes. On any failure nothing has changed and everything stays
        staged. Raises IndexBusy, DiskFull, and IndexReplaced when another process rebuilt the index: then
        open it again. Cost: about 1 MB of text a second, and a rewrite of each segment (at most 512
        records) that loses a record.
        """
        with self._lock, self._files.exclusive(), forgetting():
            newest = self._files.newest(self._catalogue)
            storage = self._snapshot.storage.fork()
            if newest is not self._catalogue and newest.head != self.head:
                parcels = self._files.load_held(newest, storage.segments())
                storage = storage.joined(parcels, newest.inline, newest.names())
            elif self.head and not self._staged:
                return self.head
            writing.apply(storage, self._staged.keys(), [found for found in self._staged.values() if found])
            snapshot = _opened(storage)
            saved = self._files.save(storage.segments(), storage.pack, storage.tables(), newest)
            self._staged = {}
            self._adopt(saved, storage, snapshot)
            self._files.sweep(saved)
            if saved.head is None:
                raise AssertionError("a saved catalogue has a head")
            return saved.head

    def records(self) -> Mapping[UUID, Indexed]:
        """Record id → body and last day of everything indexed, to be compared with what the room holds."""
        with self._lock:
            return self._snapshot.records()

    def search(self, query: SearchQuery) -> SearchResult:
        """Answer a query from this room alone; see `Answering.search`."""
        with self._lock, forgetting():
            return self._answering.search(query)

    def suggest(self, typed: str, lang: str, most: int = 10) -> tuple[Suggestion, ...]:
        """Tags of this room's records whose name, in any language, begins with ``typed``."""
        with self._lock, forgetting():
            return self._answering.tags.suggestions(typed, lang, most)

    def close(self) -> None:
        """Drop all text, postings and staged documents from memory. The index cannot be used afterwards."""
        with self._lock:
            self._staged = {}
            self._snapshot.close()

    def _adopt(self, catalogue: Catalogue, storage: SealedStorage, snapshot: Snapshot | None = None) -> None:
        snapshot = snapshot or _opened(storage)
        # The old snapshot is let go, not closed: its storage may share files with the new one.
        self._catalogue, self._snapshot, self._answering = catalogue, snapshot, Answering(snapshot)


def _opened(storage: SealedStorage) -> Snapshot:
    try:
        return Snapshot(storage)
    except (*Broken, NameError, KeyError, ValueError, EOFError, pickle.UnpicklingError) as error:
        # Authentic, yet not of this shape: another version of the program wrote it.
        raise IndexDamaged("another version of the program wrote it") from error
