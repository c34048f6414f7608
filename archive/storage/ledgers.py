"""Knows how the two append-only tables, the consent ledger and the transparency log, are kept: there is no other verb.
Must not know what an entry says, nor how it is hashed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select

from archive.domain.errors import Conflict, message
from archive.domain.keeping import ConsentRow, LogHead, LogRow
from archive.domain.log import LogFilter
from archive.storage.rows import Rows, batches, fields_of
from archive.storage.tables import consents, log


class Ledger:
    """`services.ports.Ledger`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def append(self, *entries: ConsentRow) -> None:
        self._rows.add(consents, *entries)

    def of_record(self, record: UUID) -> tuple[ConsentRow, ...]:
        return self._rows.load(ConsentRow, consents, consents.c.record == record, order=consents.c.number)

    def of_records(self, records: Iterable[UUID]) -> Mapping[UUID, tuple[ConsentRow, ...]]:
        found = defaultdict[UUID, list[ConsentRow]](list)
        for batch in batches(records):
            for row in self._rows.load(
                ConsentRow, consents, consents.c.record.in_(batch), order=consents.c.number
            ):
                found[row.record].append(row)
        return {record: tuple(rows) for record, rows in found.items()}

    def by_receipt(self, receipt: bytes) -> ConsentRow | None:
        return self._rows.load_one(ConsentRow, consents, consents.c.receipt == receipt)


class Log:
    """`services.ports.Log`. Each row carries the peaks of the tree that ends with it, so the last row is the head."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def head(self) -> LogHead:
        last = self._rows.first(select(log.c.number, log.c.peaks).order_by(log.c.number.desc()))
        return LogHead(size=last["number"] + 1, peaks=last["peaks"]) if last else LogHead()

    def append(self, entry: LogRow, head: LogHead) -> None:
        if not entry.number == self.head().size == head.size - 1:
            raise Conflict(message("The log has grown meanwhile. Nothing was stored; try again."))
        self._rows.insert(log, [{**fields_of(entry, log), "peaks": head.peaks}])

    def entries(self, start: int, count: int) -> tuple[LogRow, ...]:
        wanted = (log.c.number >= start, log.c.number < start + count)
        return self._rows.load(LogRow, log, *wanted, order=log.c.number)

    def find(
        self, only: LogFilter, start: int | None, count: int, *, newest: bool = False
    ) -> tuple[LogRow, ...]:
        wanted = [
            column == value
            for column, value in (
                (log.c.actor, only.actor),
                (log.c.about, only.about),
                (log.c.action, only.action),
            )
            if value is not None
        ]
        wanted += [log.c.day >= only.since] if only.since else []
        wanted += [log.c.day <= only.until] if only.until else []
        if start is not None:
            wanted.append(log.c.number <= start if newest else log.c.number >= start)
        order = log.c.number.desc() if newest else log.c.number
        return self._rows.load(LogRow, log, *wanted, order=order, most=count)

    def leaves(self, size: int) -> tuple[bytes, ...]:
        found = self._rows.all(select(log.c.leaf).where(log.c.number < size).order_by(log.c.number))
        return tuple(row["leaf"] for row in found)

    def said_before(self, actions: Iterable[str], day: date) -> tuple[UUID, ...]:
        found = self._rows.all(select(log.c.id).where(log.c.action.in_(actions), log.c.day < day))
        return tuple(row["id"] for row in found)

    def last_day(self) -> str | None:
        last = self._rows.first(select(log.c.day).order_by(log.c.number.desc()))
        return last["day"].isoformat() if last else None
