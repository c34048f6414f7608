"""Knows how Whoosh sees a room's files: in memory, authenticated whole before Whoosh reads a byte of them.
Must not know keys or disk: `archive.search.sealed_files` seals what a commit leaves here, a parcel a segment.

Whoosh unpickles its table of contents and posting blocks, so whoever could edit them would run code where
the keys are. Here nothing unauthenticated can be in memory, and nothing in clear can reach the disk:
temporary runs stay in memory too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from threading import Lock
from typing import Final

from whoosh.filedb.filestore import RamStorage
from whoosh.filedb.structfile import BufferFile, StructFile

_LENGTH: Final = 4
_CONTENTS_TABLE: Final = ".toc"


class SealedStorage(RamStorage):
    """Whoosh's `Storage` over opened files. Write to a `fork`; the original stays as it was."""

    supports_mmap = False
    supports_multiproc_writing = False

    def __init__(self, contents: dict[str, bytes]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.files: dict[str, bytes] = contents

    @classmethod
    def unpacked(cls, parcels: Mapping[str, bytes], tables: Mapping[str, bytes]) -> SealedStorage:
        """A storage of these parcels (see `pack`) and tables of contents."""
        contents = dict(tables)
        for parcel in parcels.values():
            contents |= _unpacked(parcel)
        return cls(contents)

    def fork(self) -> SealedStorage:
        """A storage with the same files that can be written to without touching this one."""
        return SealedStorage(dict(self.files))

    def joined(
        self, parcels: Mapping[str, bytes], tables: Mapping[str, bytes], keep: Iterable[str]
    ) -> SealedStorage:
        """A storage of the segments ``keep`` of this one, further parcels, and tables of contents."""
        kept = set(keep)
        other = SealedStorage.unpacked(parcels, tables)
        other.files |= {name: data for name, data in self.files.items() if _segment(name) in kept}
        return other

    def segments(self) -> frozenset[str]:
        """The names of the segments whose files are here."""
        return frozenset(_segment(name) for name in self.files if not name.endswith(_CONTENTS_TABLE))

    def tables(self) -> dict[str, bytes]:
        """The tables of contents: small, new with every commit."""
        return {name: data for name, data in self.files.items() if name.endswith(_CONTENTS_TABLE)}

    def pack(self, segment: str) -> bytes:
        """All files of one segment as one parcel: u32 length of a JSON directory, the directory, the files."""
        parts = {name: data for name, data in self.files.items() if _segment(name) == segment}
        directory = json.dumps([[name, len(data)] for name, data in parts.items()]).encode()
        return b"".join((len(directory).to_bytes(_LENGTH, "big"), directory, *parts.values()))

    def open_file(self, name: str, **kwargs: Callable[[StructFile], None]) -> BufferFile:
        """Open a file. Raises NameError, as Whoosh expects, when it is not there."""
        if name not in self.files:
            raise NameError(name)
        # Bytes, not a view of them: BytesIO then shares the buffer instead of copying it.
        return BufferFile(self.files[name], name=name, **kwargs)

    def temp_storage(self, name: str | None = None) -> SealedStorage:  # noqa: ARG002 - Whoosh passes it
        """Posting runs and columns under way stay in memory; other storages spill them to disk in clear."""
        return SealedStorage({})

    def lock(self, name: str) -> AbstractContextManager[bool]:
        """Whoosh's own lock; `SealedFiles.exclusive`, which spans several writers, keeps processes apart."""
        held: AbstractContextManager[bool] = self.locks.setdefault(name, Lock())
        return held


def _segment(name: str) -> str:
    return name.partition(".")[0]


def _unpacked(parcel: bytes) -> dict[str, bytes]:
    start = _LENGTH + int.from_bytes(parcel[:_LENGTH], "big")
    found = {}
    for name, length in json.loads(parcel[_LENGTH:start]):
        found[name] = parcel[start : start + length]
        start += length
    return found
