"""Knows how an archive is put together from its folder: databases, shred store, sessions, indexes, host's secrets.
Must not know what is done with it; it decides nothing but whether all parts are there."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar

from archive.config import Config
from archive.crypto import selftest
from archive.crypto.errors import CannotOpen
from archive.domain.backups import Advance, Manifest
from archive.domain.errors import Conflict, Damaged, GuwahError
from archive.domain.identifiers import new_id
from archive.domain.shredding import ShredList
from archive.sealing import backups as manifests
from archive.sealing.host import Host
from archive.search.index import SealedIndexes
from archive.services import expiring, indexing
from archive.services.archive import Archive
from archive.services.backing_up import Staged
from archive.services.founding import Ground
from archive.services.opened import Opened
from archive.services.upkeep import Upkeep
from archive.storage import backups, migrating
from archive.storage.backups import MAIN, SHARES, NewBackup
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
    """Where the parts of an archive lie: each in a folder of its own, for each has its own rule of backup.

    ``within`` each of these lies the part of an archive that is being restored.
    """

    root: Path
    within: str = ""

    @property
    def main(self) -> Path:
        return self.root / "main" / self.within / "archive.db"

    @property
    def shares(self) -> Path:
        return self.root / "shares" / self.within / "shares.db"

    @property
    def sessions(self) -> Path:
        return self.root / "sessions" / self.within / "sessions.db"

    @property
    def index(self) -> Path:
        return self.root / "index" / self.within

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
        drop=partial(indexing.drop, archive),
        expire=partial(expiring.run, archive),
    )


@contextmanager
def alone(config: Config) -> Iterator[Archive]:
    """Open an archive as `opened`, for a deed at which nobody else may have it open. Raises Conflict too."""
    with ExitStack() as closing:
        selftest.run()
        places = _existing(config)
        _hold(places, closing, alone=True)
        yield _assembled(config, places, closing)


def upgrade(config: Config) -> None:
    """Bring the main database to the present version, wholly or not at all. Raises as `build`, and DiskFull."""
    places = _existing(config)
    with ExitStack() as closing:
        _hold(places, closing)
        migrating.upgrade(places.main)


@contextmanager
def backing_up(archive: Archive, config: Config, to: Path, shares_to: Path) -> Iterator[NewBackup]:
    """Make a backup below two folders; it is there when the block ends, whole, or not at all.

    Raises NotEmpty, NotWritable, DiskFull.
    """
    places = Places(config.instance)
    homes = {MAIN: to.absolute(), SHARES: shares_to.absolute()}
    sources = {MAIN: places.main, SHARES: places.shares}
    try:
        with backups.making(sources, homes, archive.host) as made:
            yield made
    except (PermissionError, NotADirectoryError) as cause:
        raise NotWritable(
            f"This account may not write to {cause.filename}. Name another folder, or make it yours."
        ) from None


@contextmanager
def restoring(
    config: Config, main: Path, shares: Path, *, replace: bool, advance: Advance
) -> Iterator[Staged]:
    """Lay a backup out beside what is there, and put it in its place when the block ends well; else nothing changes.

    What was there moves aside, into a folder beside the new files; sessions and indexes go. A database of an older
    version is brought to this one. Raises Taken unless ``replace``, Conflict while anybody uses the archive, Damaged
    for a backup that is not what it was, SchemaMismatch for a newer version's, HostSecretsMissing, DiskFull.
    """
    selftest.run()
    places = Places(config.instance)
    if not places.host.is_dir():
        raise NotAnInstance(
            f"The host's secrets are not in {places.host}. They are in no backup: put their own copy there first."
        )
    _writable(places)
    with ExitStack() as closing:
        _hold(places, closing, alone=True)
        backups.unstage(places.folders)
        if not replace and (places.main.exists() or places.shares.exists()):
            raise Taken(
                f"{places.root} holds an archive, or parts of one. With --replace it is moved aside and kept."
            )
        folders = {MAIN: main / MAIN, SHARES: shares / SHARES}
        host, manifest = _vouched(places, folders)
        tag = f"{_clock():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        staged = Places(places.root, within=f"{backups.STAGED}{tag}")
        closing.callback(_unstaged, places, [folder for folder in places.folders if not folder.exists()])
        for folder in places.folders:
            folder.mkdir(mode=0o700, exist_ok=True)
        backups.stage(manifest, folders, {MAIN: staged.main, SHARES: staged.shares}, advance)
        migrating.upgrade(staged.main)
        live = _live_list(places, host)
        with ExitStack() as opened_:
            archive = _assembled(config, staged, opened_)
            opened_.callback(_drop_keys, archive.opened)
            yield Staged(archive=archive, manifest=manifest, live=live)
        backups.decide(places.root, tag)
        _finish(places)


def replaced(config: Config) -> tuple[Path, ...]:
    """Return the folders into which restores have moved what was there before."""
    places = Places(config.instance)
    homes = (places.main.parent, places.shares.parent)
    return tuple(sorted(found for home in homes for found in home.glob(f"{backups.ASIDE}*")))


def _unstaged(places: Places, made: list[Path]) -> None:
    """Leave nothing of a restore that came to no decision."""
    if not backups.decided(places.root):
        backups.unstage(places.folders)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()  # unless there is something in it


def _finish(places: Places) -> None:
    backups.finish(places.root, (places.shares, places.main), (places.sessions.parent, places.index))


def _vouched(places: Places, folders: dict[str, Path]) -> tuple[Host, Manifest]:
    raw = backups.manifest(folders)
    try:
        host = Host.load(places.host, manifests.claimed(raw).instance)
        return host, manifests.read_manifest(host, raw)
    except CannotOpen:
        raise Damaged(
            f"The manifest in {folders[MAIN]} was changed, or the secrets in {places.host} are those of another "
            "archive. Nothing was restored."
        ) from None


def _live_list(places: Places, host: Host) -> ShredList | None:
    """The list of the shred store that is in use; None without one that can still be read."""
    with suppress(Damaged), ExitStack() as closing:
        return _closed_by(closing, ShareStore(places.shares, host)).shredded()
    return None


def _hold(places: Places, closing: ExitStack, *, alone: bool = False) -> None:
    """Keep restores away until the end; ``alone``: everybody. A restore that was cut off when decided is finished."""
    descriptor = os.open(places.root, os.O_RDONLY | os.O_DIRECTORY)
    closing.callback(os.close, descriptor)
    try:
        if not alone:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if alone or backups.decided(places.root):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _finish(places)
        if not alone:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Conflict(
            f"The archive in {places.root} is in use. Stop guwah serve and every other command, then try again."
            if alone
            else f"The archive in {places.root} is being restored. Wait until that is done, then try again."
        ) from None


def _build(config: Config, closing: ExitStack) -> Archive:
    selftest.run()
    places = _existing(config)
    _hold(places, closing)
    return _assembled(config, places, closing)


def _assembled(config: Config, places: Places, closing: ExitStack) -> Archive:
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
    _writable(places)
    return places


def _writable(places: Places) -> None:
    for path in (places.root, *places.folders, places.main, places.shares):
        if path.exists() and not os.access(path, os.W_OK):
            raise NotWritable(f"This account may not write to {path}. Run as the account that owns it.")


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
