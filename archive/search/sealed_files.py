"""Knows how one room's index lies on disk: sealed, padded files with random names under one sealed
catalogue.
Must not know what the files contain, nor Whoosh: bytes that did not authenticate never leave this module.

On disk: ``<folder>/<owner>.seg`` and ``<owner>.cat``, both `archive.crypto.envelope` blobs (padded suite)
whose header names the owner of share B; file key = join(index key, share B); context = `segment` of
docs/formats/contexts.md. The catalogue lists every live file with its SHA-256 and is written last: whoever
reads it reads one whole state.
"""

from __future__ import annotations

import base64
import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from archive.crypto import envelope, kdf
from archive.crypto.contexts import ctx
from archive.crypto.errors import CannotOpen
from archive.domain.errors import DiskFull, message
from archive.domain.searching import IndexBusy, IndexDamaged, IndexHead, IndexKeys, IndexReplaced

FORMAT: Final = 1
CATALOGUE: Final = ".cat"
SEGMENT: Final = ".seg"
_UNFINISHED: Final = ".tmp"
_LINEAGE: Final = 64
_TRIES: Final = 100


@dataclass(frozen=True, slots=True)
class File:
    """One sealed file of the catalogue: its name inside the index, its owner (share B and file name),
    SHA-256, birth.
    """

    name: str
    owner: UUID
    digest: bytes
    generation: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One whole state of an index.

    ``line`` changes when it is created anew; ``lineage`` are the heads before it.
    """

    line: UUID
    generation: int
    lineage: tuple[bytes, ...]
    files: tuple[File, ...]
    inline: Mapping[str, bytes]
    owner: UUID | None = None
    head: IndexHead | None = None

    def names(self) -> frozenset[str]:
        """The names of its files inside the index."""
        return frozenset(file.name for file in self.files)

    @classmethod
    def blank(cls, generation: int) -> Catalogue:
        """The state before the first commit of a new line."""
        return cls(uuid4(), generation, (), (), {})


class SealedFiles:
    """The files of one room. Not thread-safe; processes exclude one another by `exclusive`."""

    def __init__(self, folder: Path, keys: IndexKeys) -> None:
        self._folder = folder
        self._keys = keys

    @contextmanager
    def exclusive(self, patience: float = 30.0) -> Iterator[None]:
        """Hold the room's write lock (flock: it dies with its process).

        Raises IndexBusy after ``patience`` seconds.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        deadline = time.monotonic() + patience
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise IndexBusy from None
                    time.sleep(0.02)
            yield
        finally:
            os.close(descriptor)

    def recorded(self, head: IndexHead) -> Catalogue:
        """The newest state that is, or descends from, the head recorded in the database.

        A commit whose head never reached the database is taken too: only a holder of the index key can have
        made it. Raises IndexDamaged when there is none: missing, edited or rolled back.
        """
        fitting = [
            found
            for found in self._catalogues()
            if found.head == head or (found.generation > head.generation and head.digest in found.lineage)
        ]
        if not fitting:
            raise IndexDamaged("its recorded state is missing")
        return max(fitting, key=lambda found: found.generation)

    def newest(self, mine: Catalogue) -> Catalogue:
        """``mine`` or what other processes made of it since.

        Raises IndexReplaced when the index was created anew.
        """
        found = list(self._catalogues())
        if any(other.line != mine.line for other in found) or (mine.head and not found):
            raise IndexReplaced("another process rebuilt it meanwhile")
        return max((mine, *found), key=lambda other: other.generation)

    def load(self, catalogue: Catalogue, known: Container[str]) -> dict[str, bytes]:
        """Every file of the state that is not ``known``, authenticated whole. O(bytes to open).

        Raises FileNotFoundError when a file is gone (another process moved on), IndexDamaged when one does
        not open.
        """
        return {file.name: self._open(file) for file in catalogue.files if file.name not in known}

    def read(self, head: IndexHead, known: Container[str]) -> tuple[Catalogue, dict[str, bytes]]:
        """`recorded` and `load` together, without a lock: starts again when a writer moved on in between."""
        for _ in range(_TRIES):
            before = self._paths(CATALOGUE)
            try:
                catalogue = self.recorded(head)
                return catalogue, self.load(catalogue, known)
            except (FileNotFoundError, IndexDamaged):
                # Only a folder that nobody writes to proves that something is wrong with it.
                if self._paths(CATALOGUE) == before:
                    break
        raise IndexDamaged(
            "a file of its recorded state is missing, edited, cut short, swapped or rolled back"
        )

    def load_held(self, catalogue: Catalogue, known: Container[str]) -> dict[str, bytes]:
        """`load` while holding `exclusive`: nobody else can have moved on, so a missing file is damage."""
        try:
            return self.load(catalogue, known)
        except FileNotFoundError:
            raise IndexDamaged("one of its files is missing") from None

    def save(
        self,
        names: Iterable[str],
        content: Callable[[str], bytes],
        inline: Mapping[str, bytes],
        before: Catalogue,
    ) -> Catalogue:
        """Write what ``before`` does not have yet, then the catalogue; all durable when it returns.

        Hold `exclusive`. Raises DiskFull; then nothing has changed. Costs three fsyncs, one more for each new
        file.
        """
        generation = before.generation + 1
        kept = {file.name: file for file in before.files}
        lineage = (*before.lineage, before.head.digest)[-_LINEAGE:] if before.head else ()
        try:
            files = tuple(kept.get(name) or self._seal(name, content(name), generation) for name in names)
            self._sync_folder()
            return self._seal_catalogue(Catalogue(before.line, generation, lineage, files, inline))
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise DiskFull(
                    message("There is no room left to store the search index; free some and try again.")
                ) from error
            raise

    def sweep(self, live: Catalogue | None) -> None:
        """Destroy shares and files of everything ``live`` does not list. Hold `exclusive`.

        Shares go first: a crash in between leaves files that nobody can open and the next sweep removes.
        """
        keep = {live.owner, *(file.owner for file in live.files)} if live else set()
        dead = [
            path for path in self._paths("") if path.name != "lock" and _owner_in(path) not in keep - {None}
        ]
        owners = {owner for path in dead if (owner := _owner_in(path)) and self._is_ours(owner)}
        if owners:
            self._keys.shares.discard(owners)
        for path in dead:
            path.unlink(missing_ok=True)

    def _paths(self, suffix: str) -> list[Path]:
        with suppress(FileNotFoundError):
            return sorted(path for path in self._folder.iterdir() if path.name.endswith(suffix))
        return []

    def _catalogues(self) -> Iterator[Catalogue]:
        for path in self._paths(CATALOGUE):
            with suppress(FileNotFoundError, CannotOpen, _Unreadable):
                yield self._open_catalogue(path)

    def _open_catalogue(self, path: Path) -> Catalogue:
        blob = path.read_bytes()
        owner = envelope.key_id(blob)
        if owner != _owner_in(path):
            raise _Unreadable
        plain = envelope.open_blob(self._key(owner), self._context(owner, "catalogue", 0), blob)
        found = _decoded(plain)
        return replace(found, owner=owner, head=IndexHead(found.generation, kdf.digest(blob)))

    def _seal_catalogue(self, state: Catalogue) -> Catalogue:
        owner = self._new_owner()
        key = kdf.join(self._keys.key, self._keys.shares.draw(owner), _INFO)
        blob = envelope.seal_blob(key, owner, self._context(owner, "catalogue", 0), _encoded(state))
        self._write(owner, CATALOGUE, blob)
        self._sync_folder()
        return replace(state, owner=owner, head=IndexHead(state.generation, kdf.digest(blob)))

    def _open(self, file: File) -> bytes:
        blob = (self._folder / f"{file.owner.hex}{SEGMENT}").read_bytes()
        try:
            if kdf.digest(blob) != file.digest or envelope.key_id(blob) != file.owner:
                raise CannotOpen
            context = self._context(file.owner, file.name, file.generation)
            return envelope.open_blob(self._key(file.owner), context, blob)
        except CannotOpen:
            raise IndexDamaged("one of its files does not open") from None

    def _seal(self, name: str, data: bytes, generation: int) -> File:
        owner = self._new_owner()
        key = kdf.join(self._keys.key, self._keys.shares.draw(owner), _INFO)
        blob = envelope.seal_blob(key, owner, self._context(owner, name, generation), data)
        self._write(owner, SEGMENT, blob)
        return File(name, owner, kdf.digest(blob), generation)

    def _new_owner(self) -> UUID:
        # A file name is open to whoever can write to the disk, and a sweep destroys the shares that names point to.
        # So half of an owner id is a MAC: nobody can lay a file here that takes the share of something else with it.
        drawn = bytearray(kdf.random(8))
        drawn[6] = drawn[6] & 0x0F | 0x40
        return UUID(bytes=bytes(drawn) + self._owner_mac(bytes(drawn)))

    def _is_ours(self, owner: UUID) -> bool:
        return kdf.same(owner.bytes[8:], self._owner_mac(owner.bytes[:8]))

    def _owner_mac(self, drawn: bytes) -> bytes:
        key = kdf.expand(self._keys.key, _OWNER)
        mac = bytearray(kdf.mac(key, self._keys.room.bytes + drawn)[:8])
        mac[0] = mac[0] & 0x3F | 0x80  # together with the version above: a well-formed UUIDv4
        return bytes(mac)

    def _key(self, owner: UUID) -> bytes:
        return kdf.join(self._keys.key, self._keys.shares.find(owner), _INFO)

    def _context(self, owner: UUID, name: str, generation: int) -> bytes:
        return ctx("segment", self._keys.instance, self._keys.room, self._keys.epoch, owner, name, generation)

    def _write(self, owner: UUID, suffix: str, blob: bytes) -> None:
        unfinished = self._folder / f"{owner.hex}{_UNFINISHED}"
        try:
            with os.fdopen(
                os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb"
            ) as out:
                out.write(blob)
                out.flush()
                os.fsync(out.fileno())
            unfinished.rename(unfinished.with_suffix(suffix))
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_INFO: Final = b"guwah/1 index file\0"
_OWNER: Final = b"guwah/1 index owner\0"


class _Unreadable(Exception):
    pass


def _owner_in(path: Path) -> UUID | None:
    with suppress(ValueError):
        return UUID(hex=path.stem)
    return None


def _encoded(state: Catalogue) -> bytes:
    return json.dumps(
        {
            "format": FORMAT,
            "line": state.line.hex,
            "generation": state.generation,
            "lineage": [digest.hex() for digest in state.lineage],
            "files": [
                [file.name, file.owner.hex, file.digest.hex(), file.generation] for file in state.files
            ],
            "inline": {name: base64.b85encode(data).decode() for name, data in state.inline.items()},
        }
    ).encode()


def _decoded(plain: bytes) -> Catalogue:
    read = json.loads(plain)
    if read["format"] != FORMAT:
        raise _Unreadable
    return Catalogue(
        line=UUID(hex=read["line"]),
        generation=read["generation"],
        lineage=tuple(bytes.fromhex(digest) for digest in read["lineage"]),
        files=tuple(
            File(name, UUID(hex=owner), bytes.fromhex(digest), birth)
            for name, owner, digest, birth in read["files"]
        ),
        inline={name: base64.b85decode(data) for name, data in read["inline"].items()},
    )
