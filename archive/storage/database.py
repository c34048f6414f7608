"""Knows the main database: how it is opened, its units of work, and what a unit may commit.
Must not know what the rows say, or why they change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from sqlalchemy import Connection, column, inspect, select, table

from archive.domain.errors import Conflict, Damaged, SchemaMismatch, Unaudited, message
from archive.domain.keeping import InstanceRow
from archive.services import ports
from archive.storage import tables
from archive.storage.ledgers import Ledger, Log
from archive.storage.people import Members, Rooms
from archive.storage.recalls import Holds, Recalls
from archive.storage.records import Records
from archive.storage.rows import Rows
from archive.storage.sqlite import PATIENCE, File
from archive.storage.waiting import Outbox, Reports

_CLEARING: Final = 0.25


class Database:
    """An existing main database, checked as it is opened. Make it after a fork.

    Raises Damaged when the file is missing or faulty, SchemaMismatch when another version made it. A unit of `work`
    waits up to ``patience`` seconds for the write lock, then raises Conflict.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        check_there(path)
        self._file = File(path, patience=patience)
        with self._file.reading() as opened:
            check_schema(opened, path)
        self._file.check()
        self._traces = not self._file.clear_log(_CLEARING)  # what a killed process may have left

    def work(self) -> Unit:
        return Unit(Rows(self._file, writing=True), self._committed)

    def read(self) -> Unit:
        return Unit(Rows(self._file, writing=False), self._committed)

    def close(self) -> None:
        self._file.close()

    def _committed(self, rows: Rows) -> None:
        # A reader may stand in the way for a moment; then the next commit takes the traces with it.
        if self._traces or rows.erased:
            self._traces = not self._file.clear_log(_CLEARING)


class Unit:
    """`services.ports.UnitOfWork`: one transaction. After `commit`, or after a refusal, it is over."""

    members: ports.Members
    rooms: ports.Rooms
    records: ports.Records
    ledger: ports.Ledger
    log: ports.Log
    outbox: ports.Outbox
    reports: ports.Reports
    recalls: ports.Recalls
    holds: ports.Holds

    def __init__(self, rows: Rows, committed: Callable[[Rows], None]) -> None:
        self._rows = rows
        self._committed = committed
        self.members, self.rooms, self.records = Members(rows), Rooms(rows), Records(rows)
        self.ledger, self.log = Ledger(rows), Log(rows)
        self.outbox, self.reports = Outbox(rows), Reports(rows)
        self.recalls, self.holds = Recalls(rows), Holds(rows)

    def __enter__(self) -> Self:
        self._rows.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.end()

    def instance(self) -> InstanceRow | None:
        return self._rows.load_one(InstanceRow, tables.instance)

    def found(self, instance: InstanceRow) -> None:
        if self.instance():
            raise Conflict(message("This archive has been founded already. Nothing was stored."))
        self._rows.add(tables.instance, instance)

    def commit(self) -> None:
        if self._rows.changed - tables.UNLOGGED and tables.log.name not in self._rows.changed:
            self._rows.end()
            raise Unaudited
        self._rows.commit()
        self._committed(self._rows)


def check_there(path: Path) -> None:
    """Raise Damaged when there is no file: opening one must never make it."""
    if not path.is_file():
        raise Damaged(
            message("There is no database at %(path)s. Restore it, or begin an archive with guwah init."),
            path=str(path),
        )


def check_schema(opened: Connection, path: Path, *, older: bool = False) -> None:
    """Raise SchemaMismatch unless this version of the program made the database, or ``older`` will do."""
    version = table("alembic_version", column("version_num"))
    known = inspect(opened).has_table(version.name)
    found = opened.scalar(select(version.c.version_num)) if known else None
    if found is None:
        raise SchemaMismatch(
            message("The file %(path)s is not a database of this program. Begin an archive with guwah init."),
            path=str(path),
        )
    if found < tables.SCHEMA and not older:
        raise SchemaMismatch(
            message(
                "The database %(path)s was made by an older version (%(found)s; this one needs %(needed)s). "
                "Back it up, then run guwah upgrade."
            ),
            path=str(path),
            found=found,
            needed=tables.SCHEMA,
        )
    if found > tables.SCHEMA:
        raise SchemaMismatch(
            message(
                "The database %(path)s was made by a newer version (%(found)s; this one knows %(needed)s). "
                "Install that version of Guwah."
            ),
            path=str(path),
            found=found,
            needed=tables.SCHEMA,
        )
