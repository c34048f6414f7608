"""Knows how a backup lies on a disk, how one is made whole or not at all, and how it comes back to its place.
Must not know what the copied rows say, when a backup is due, or whether one may be restored."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from archive.domain.backups import Advance, CopiedFile, Manifest
from archive.domain.errors import Damaged, DiskFull, GuwahError, message
from archive.domain.keeping import LogHead
from archive.domain.shredding import ShredList
from archive.storage.database import Database
from archive.storage.shares import ShareCipher, ShareStore
from archive.storage.sqlite import File, sync
from archive.storage.tables import SCHEMA

MAIN: Final = "main"
SHARES: Final = "shares"
_FILES: Final = {MAIN: "archive.db", SHARES: "shares.db"}
_MANIFEST: Final = "manifest"
_UNFINISHED: Final = ".unfinished-"
STAGED: Final = ".restoring-"
_DECIDED: Final = ".restored-"
ASIDE: Final = "replaced-"
_CHUNK: Final = 1 << 20
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NotEmpty(GuwahError):
    """Something lies where a backup was to be made."""


class NewBackup:
    """A backup being made: `services.backing_up.Copies`. ``sources`` and ``folders`` are by half, main and shares."""

    schema = SCHEMA

    def __init__(self, sources: Mapping[str, Path], folders: Mapping[str, Path], cipher: ShareCipher) -> None:
        self._sources = sources
        self._folders = folders
        self._cipher = cipher

    def main(self, advance: Advance) -> LogHead:
        copied = Database(self._copied(MAIN, advance))  # which checks the whole file
        try:
            with copied.read() as unit:
                return unit.log.head()
        finally:
            copied.close()

    def shares(self, advance: Advance) -> ShredList:
        copied = ShareStore(self._copied(SHARES, advance), self._cipher)
        try:
            return copied.shredded()
        finally:
            copied.close()

    def files(self) -> tuple[CopiedFile, ...]:
        return tuple(_described(half, folder / _FILES[half]) for half, folder in self._folders.items())

    def describe(self, manifest: bytes) -> None:
        for folder in self._folders.values():
            _write(folder / _MANIFEST, manifest)

    def _copied(self, half: str, advance: Advance) -> Path:
        source, copy = File(self._sources[half]), self._folders[half] / _FILES[half]
        try:
            source.copy_to(copy, advance)
        finally:
            source.close()
        return copy


@contextmanager
def making(
    sources: Mapping[str, Path], homes: Mapping[str, Path], cipher: ShareCipher
) -> Iterator[NewBackup]:
    """Fill the folders ``main`` and ``shares`` below their homes; they appear when the block ends, whole, or never.

    Raises NotEmpty for a home that holds anything, DiskFull. What a killed run left is cleared away.
    """
    tag = f"{_UNFINISHED}{secrets.token_hex(8)}"
    made: list[Path] = []
    folders = {half: home / tag / half for half, home in homes.items()}
    try:
        with _room():
            made.extend(home for home in homes.values() if _ready(home))  # each as soon as it is made
            for folder in folders.values():
                folder.parent.mkdir(mode=0o700, exist_ok=True)
                folder.mkdir(mode=0o700)
            yield NewBackup(sources, folders, cipher)
            for half, folder in folders.items():
                for file in folder.iterdir():
                    sync(file)
                sync(folder)
                folder.rename(homes[half] / half)
                sync(homes[half])
        made = []
    finally:
        for home in homes.values():
            shutil.rmtree(home / tag, ignore_errors=True)
        for home in made:
            with suppress(OSError):
                home.rmdir()


def manifest(folders: Mapping[str, Path]) -> bytes:
    """Return the manifest that lies in both halves of a backup. Raises Damaged when a half is missing or of another."""
    try:
        found = {(folder / _MANIFEST).read_bytes() for folder in folders.values()}
        missing = [folder for half, folder in folders.items() if not (folder / _FILES[half]).is_file()]
    except OSError:
        found, missing = set(), [*folders.values()]
    if missing:
        raise Damaged(
            message(
                "This is no whole backup: %(folders)s lacks its files. It was cut off, or its other half is elsewhere."
            ),
            folders=", ".join(str(folder) for folder in missing),
        )
    if len(found) > 1:
        raise Damaged(message("These two halves are of different backups. Restore two of the same day."))
    return found.pop()


def stage(found: Manifest, folders: Mapping[str, Path], places: Mapping[str, Path], advance: Advance) -> None:
    """Copy both files of a backup to where nothing looks for them yet, each compared with its digest on the way.

    Raises Damaged for a file that is not the one the manifest tells of, DiskFull.
    """
    total, done = sum(file.size for file in found.files), 0
    with _room():
        for file in found.files:
            source, to = folders[file.half] / _FILES[file.half], places[file.half]
            to.parent.parent.mkdir(mode=0o700, exist_ok=True)
            to.parent.mkdir(mode=0o700)
            to.touch(mode=0o600, exist_ok=False)
            digest = hashlib.sha256()
            with source.open("rb") as read, to.open("wb") as write:
                while chunk := read.read(_CHUNK):
                    digest.update(chunk)
                    write.write(chunk)
                    done += len(chunk)
                    advance(done, total)
            sync(to)
            if digest.hexdigest() != file.sha256:
                raise Damaged(
                    message(
                        "The file %(path)s is not the one that was backed up: it was changed or cut short."
                    ),
                    path=str(source),
                )


def unstage(folders: Sequence[Path]) -> None:
    """Clear away what restores that never came to a decision left in these folders."""
    for folder in folders:
        for left in folder.glob(f"{STAGED}*"):
            shutil.rmtree(left)


def decide(root: Path, tag: str) -> None:
    """From here on the staged files are the archive's, whatever happens: `finish` can be done again and again."""
    _write(root / f"{_DECIDED}{tag}", b"")
    sync(root)


def decided(root: Path) -> bool:
    return any(root.glob(f"{_DECIDED}*"))


def finish(root: Path, live: Sequence[Path], caches: Sequence[Path]) -> None:
    """Do what was decided, or the rest of it: staged files take their places, old ones move aside, caches go."""
    for mark in root.glob(f"{_DECIDED}*"):
        tag = mark.name.removeprefix(_DECIDED)
        for path in live:
            _replace(path, tag)
        for folder in caches:
            for child in folder.iterdir() if folder.is_dir() else ():
                _remove(child)
        mark.unlink()
        sync(root)


def _replace(live: Path, tag: str) -> None:
    folder, staged = live.parent, live.parent / f"{STAGED}{tag}" / live.name
    if not staged.exists():
        return
    # The old log first: beside a new database it would be taken for that one's.
    for old in sorted(folder.glob(f"{live.name}*"), reverse=True):
        (folder / f"{ASIDE}{tag}").mkdir(mode=0o700, exist_ok=True)
        old.rename(folder / f"{ASIDE}{tag}" / old.name)
    sync(folder)
    staged.rename(live)
    sync(folder)
    shutil.rmtree(staged.parent)


def _remove(child: Path) -> None:
    if child.is_dir() and not child.is_symlink():
        shutil.rmtree(child)
    else:
        child.unlink()


def _ready(home: Path) -> bool:
    """Make a home, or see that it is empty; True when it was made."""
    try:
        home.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        for child in home.iterdir() if home.is_dir() else (home,):
            if not child.name.startswith(_UNFINISHED):
                raise NotEmpty(
                    message("%(folder)s is not empty. Name a new folder for each backup."), folder=str(home)
                ) from None
            shutil.rmtree(child)
        return False
    return True


def _described(half: str, path: Path) -> CopiedFile:
    with path.open("rb") as read:
        digest = hashlib.file_digest(read, "sha256").hexdigest()
    return CopiedFile(half=half, size=path.stat().st_size, sha256=digest)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFull(
                message(
                    "There is no room for it on the disk. Nothing of it was kept; free some, then try again."
                )
            ) from error
        raise
