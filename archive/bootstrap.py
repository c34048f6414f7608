"""Knows how an archive is put together from its folder: databases, shred store, sessions, indexes, host's secrets.
Must not know what is done with it; it decides nothing but whether all parts are there."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol, TypeVar

from archive.config import Config
from archive.crypto import selftest
from archive.domain.errors import Damaged, GuwahError
from archive.domain.identifiers import new_id
from archive.sealing.host import Host
from archive.search.index import SealedIndexes
from archive.services.archive import Archive
from archive.services.founding import Ground
from archive.services.opened import Opened
from archive.services.upkeep import Upkeep
from archive.storage import migrating
from archive.storage.database import Database
from archive.storage.sessions import Sessions
from archive.storage.shares import ShareStore

_FOUNDING: Final = ".founding-"


class NotAnInstance(GuwahError):
    """There is no archive in this folder."""


class Taken(GuwahError):
    """There is an archive in this folder already."""


class NotWritable(GuwahError):
    """This account may not write where the archive lies."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of an archive lie: each in a folder of its own, for each has its own rule of backup."""

    root: Path

    @property
    def main(self) -> Path:
        return self.root / "main" / "archive.db"

    @property
    def shares(self) -> Path:
        return self.root / "shares" / "shares.db"

    @property
    def sessions(self) -> Path:
        return self.root / "sessions" / "sessions.db"

    @property
    def index(self) -> Path:
        return self.root / "index"

    @property
    def host(self) -> Path:
        return self.root / "host"

    @property
    def folders(self) -> tuple[Path, ...]:
        """All of them; the main database last, since it is what makes a folder an archive."""
        return (self.host, self.shares.parent, self.sessions.parent, self.index, self.main.parent)


def build(config: Config) -> Archive:
    """Open an archive for as long as this process lives. After a fork: its connections belong to one process.

    Raises Unsupported (this machine cannot do the cryptography), NotAnInstance, NotWritable, SchemaMismatch,
    ShredStoreMissing, HostSecretsMissing or Damaged.
    """
    return _build(config, ExitStack())


@contextmanager
def opened(config: Config) -> Iterator[Archive]:
    """Open an archive for the length of a block; raises as `build`. At its end all keys are dropped."""
    with ExitStack() as closing:
        archive = _build(config, closing)
        closing.callback(_drop_keys, archive.opened)
        yield archive


@contextmanager
def founding(config: Config) -> Iterator[Ground]:
    """Prepare an empty archive and put it in its place when the block ends well; otherwise nothing is left of it.

    Raises Taken when there is an archive already, NotWritable, Unsupported.
    """
    selftest.run()
    places = Places(config.instance)
    if any(folder.exists() for folder in places.folders):
        raise Taken(
            f"{config.instance} holds an archive, or parts of one. It was left as it is; choose another --instance."
        )
    made = _new_folder(config.instance)
    try:
        with ExitStack() as closing:
            yield _ground(Places(made), closing)
        for folder in Places(made).folders:
            folder.rename(config.instance / folder.name)
        _sync(config.instance)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def upkeep(archive: Archive) -> Upkeep:
    """Return what keeps an opened archive in order without any key."""
    return Upkeep(
        read=archive.read,
        shares=archive.shares,
        sessions=archive.sessions,
        indexes=archive.indexes,
        clock=archive.clock,
        idle=archive.idle,
    )


def upgrade(config: Config) -> None:
    """Bring the main database to the present version, wholly or not at all. Raises as `build`, and DiskFull."""
    places = _existing(config)
    migrating.upgrade(places.main)


def _build(config: Config, closing: ExitStack) -> Archive:
    selftest.run()
    places = _existing(config)
    database = _closed_by(closing, Database(places.main))
    with database.read() as unit:
        row = unit.instance()
    if row is None:
        raise Damaged(f"The database {places.main} names no archive. Restore the newest backup.")
    host = Host.load(places.host, row.id)
    return Archive(
        row=row,
        work=database.work,
        read=database.read,
        shares=_closed_by(closing, ShareStore(places.shares, host)),
        sessions=_closed_by(closing, Sessions(places.sessions)),
        indexes=SealedIndexes(places.index),
        host=host,
        clock=_clock,
        opened=Opened(),
        idle=config.idle_minutes * 60,
    )


def _existing(config: Config) -> Places:
    places = Places(config.instance)
    if not any(folder.is_dir() for folder in places.folders):
        raise NotAnInstance(
            f"There is no archive in {config.instance}. Make one with guwah init, or name another with --instance."
        )
    for path in (config.instance, *places.folders, places.main, places.shares):
        if path.exists() and not os.access(path, os.W_OK):
            raise NotWritable(f"This account may not write to {path}. Run as the account that owns it.")
    return places


def _ground(places: Places, closing: ExitStack) -> Ground:
    instance = new_id()
    for folder in places.folders:
        folder.mkdir(mode=0o700)
    migrating.create(places.main)
    host = Host.create(places.host, instance)
    return Ground(
        instance=instance,
        work=_closed_by(closing, Database(places.main)).work,
        shares=_closed_by(closing, ShareStore(places.shares, host, create=True)),
        host=host,
        clock=_clock,
    )


def _new_folder(instance: Path) -> Path:
    made = instance / f"{_FOUNDING}{secrets.token_hex(4)}"
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left_over in instance.glob(f"{_FOUNDING}*"):
            shutil.rmtree(left_over)
        made.mkdir(mode=0o700)
    except (PermissionError, NotADirectoryError, FileExistsError):
        raise NotWritable(
            f"No folder can be made at {instance}. Choose another --instance, or make it yours."
        ) from None
    return made


class _Closing(Protocol):
    def close(self) -> None: ...


_Part = TypeVar("_Part", bound=_Closing)


def _closed_by(closing: ExitStack, part: _Part) -> _Part:
    closing.callback(part.close)
    return part


def _drop_keys(held: Opened) -> None:
    for holder in held.holders():
        held.forget(holder)


def _clock() -> datetime:
    return datetime.now(UTC)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
