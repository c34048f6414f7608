"""Knows SQLite: how a file is made and opened, what its errors mean to a person, how traces leave its log.
Must not know a table, or what any row says."""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event
from sqlalchemy.exc import DBAPIError

from archive.domain.backups import Advance
from archive.domain.errors import Conflict, Damaged, DiskFull, GuwahError, SchemaMismatch, message

PATIENCE: Final = 30.0
_BEGIN: Final = "guwah_begin"
_STEP: Final = 0.02
_PAGES: Final = 1024


class File:
    """One database file that exists. Make it after a fork: its connections belong to one process.

    ``patience`` is how many seconds a writer waits for another before it is refused with Conflict.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE, synchronous: str = "FULL") -> None:
        self.path = path
        self._engine = _engine(path, patience, synchronous)

    def connect(self, begin: str) -> Connection:
        """A connection whose transactions begin with this statement; with none, they are SQLite's own."""
        options: dict[str, Any] = {_BEGIN: begin}
        return self._engine.connect().execution_options(**options)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent snapshot."""
        with refusals(self.path), self.connect("BEGIN") as opened:
            yield opened

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction with the write lock from the start, committed when the block ends well."""
        with refusals(self.path), self.connect("BEGIN IMMEDIATE") as opened, opened.begin():
            yield opened

    def check(self) -> None:
        """Raise Damaged when SQLite finds a fault in the file's structure. Reads the whole file."""
        with self.reading() as opened:
            said = opened.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if said != "ok":
            raise _damaged(self.path)

    def copy_to(self, copy: Path, advance: Advance) -> None:
        """Write what is committed now to a new file of the owner's alone, while others go on reading and writing.

        Until it is done, what others remove meanwhile leaves traces in this file's log: one snapshot is read.
        """
        copy.touch(mode=0o600, exist_ok=False)
        with refusals(self.path), self.connect("BEGIN") as opened, closing(sqlite3.connect(copy)) as target:
            opened.exec_driver_sql("SELECT count(*) FROM sqlite_master").one()  # here the snapshot is taken
            source: Any = opened.connection.driver_connection
            page = opened.exec_driver_sql("PRAGMA page_size").scalar_one()
            source.backup(
                target,
                pages=_PAGES,
                progress=lambda _status, left, total: advance((total - left) * page, total * page),
            )

    def clear_log(self, patience: float) -> bool:
        """Empty the write-ahead log, so that no file holds what was removed.

        False while a reader or the disk stands in the way: what was committed stays so, and it is tried again.
        """
        deadline = time.monotonic() + patience
        with suppress(GuwahError), refusals(self.path), self.connect("") as opened:
            before = opened.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
            # Waiting inside SQLite would keep every writer out; so it is asked, and asked again.
            opened.exec_driver_sql("PRAGMA busy_timeout=0")
            try:
                while opened.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]:
                    if time.monotonic() >= deadline:
                        return False
                    time.sleep(_STEP)
                return True
            finally:
                opened.exec_driver_sql(f"PRAGMA busy_timeout={before}")
        return False

    def close(self) -> None:
        self._engine.dispose()


@contextmanager
def new_file(path: Path) -> Iterator[File]:
    """Make a database that only its owner reads. It appears under its name when the block ends, whole, or never.

    Raises FileExistsError when there is one, also when another process was quicker.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        raise FileExistsError(path)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    unfinished.touch(mode=0o600, exist_ok=False)  # its log takes the mode from it
    file = File(unfinished)
    try:
        yield file
        file.close()  # which brings everything from the log into the file
        path.hardlink_to(unfinished)
        sync(path.parent)
    finally:
        file.close()
        for left in path.parent.glob(f"{unfinished.name}*"):
            left.unlink()


def new_small_file(path: Path, tables: MetaData, version: int) -> None:
    """Make a file of a few tables, versioned by one number. Raises as `new_file`."""
    with new_file(path) as file, file.writing() as opened:
        tables.create_all(opened)
        opened.exec_driver_sql(f"PRAGMA user_version={version}")


def upgrade_small_file(file: File, tables: MetaData, since: int, version: int) -> None:
    """Bring a file of an earlier version, from ``since`` on, to the present one by making the tables that are new."""
    with file.reading() as opened:
        found = _version(opened)
    if not since <= found < version:
        return
    with file.writing() as opened:
        if _version(opened) == found:  # nobody else was quicker
            tables.create_all(opened)
            opened.exec_driver_sql(f"PRAGMA user_version={version}")


def check_small_file(file: File, version: int) -> None:
    """Raise Damaged for a faulty file, SchemaMismatch for one of another version."""
    with file.reading() as opened:
        found = _version(opened)
    if found != version:
        raise SchemaMismatch(
            message("The file %(path)s was made by another version of Guwah, or is not one of its files."),
            path=str(file.path),
        )
    file.check()


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Say what the database's errors mean. A value that does not read back as its type was changed: Damaged."""
    try:
        yield
    except DBAPIError as error:
        raise _refusal(error.orig, path) from error
    except sqlite3.Error as error:  # from a copy, which goes past SQLAlchemy
        raise _refusal(error, path) from error
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise _damaged(path) from error


def _engine(path: Path, patience: float, synchronous: str) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": patience, "isolation_level": None},  # the driver begins nothing by itself
        hide_parameters=True,
        max_overflow=-1,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        for pragma in (
            "trusted_schema=OFF",
            "cell_size_check=ON",
            "secure_delete=ON",
            "temp_store=MEMORY",
            "foreign_keys=ON",
            "recursive_triggers=ON",  # so that REPLACE meets the triggers that forbid a removal
            "journal_mode=WAL",
            f"synchronous={synchronous}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if statement := connection.get_execution_options().get(_BEGIN):
            connection.exec_driver_sql(statement)

    return engine


def _version(opened: Connection) -> int:
    return int(opened.exec_driver_sql("PRAGMA user_version").scalar_one())


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refusal(error: BaseException | None, path: Path) -> GuwahError:
    name = getattr(error, "sqlite_errorname", "?")
    if isinstance(error, sqlite3.IntegrityError):
        return Conflict(
            message("Somebody else changed the same thing first. Nothing was stored; look again.")
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Conflict(message("The archive is busy with other work. Nothing was stored; try again."))
    if name in {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"}:
        return DiskFull(
            message(
                "The disk takes no more: it is full, over its quota, or failing. Nothing was stored. "
                "Free some room, then try again."
            )
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return _damaged(path)
    return Damaged(
        message(
            "The file %(path)s cannot be used (%(code)s). Check that it is there, that this account may write to "
            "it and to its folder, and that the disk is sound."
        ),
        path=str(path),
        code=name,
    )


def _damaged(path: Path) -> Damaged:
    return Damaged(
        message(
            "The file %(path)s is damaged: what it holds is not what was stored. Stop, keep a copy of it, and "
            "restore the newest backup."
        ),
        path=str(path),
    )
