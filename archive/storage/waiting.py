"""Knows what waits for somebody with keys, or for upkeep: records to be indexed or placed, how far each index got, what
was replaced, reports to one member. Must not know text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select

from archive.domain.keeping import ReportRow
from archive.domain.searching import IndexHead
from archive.storage.rows import Rows, batches
from archive.storage.tables import ask_first, index_heads, outbox, replaced, reports, unplaced


class Outbox:
    """`services.ports.Outbox`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, room: UUID, records: Iterable[UUID]) -> None:
        self._rows.insert(outbox, [{"room": room, "record": record} for record in records])

    def pending(self, room: UUID, most: int) -> tuple[tuple[int, UUID], ...]:
        waiting = select(outbox.c.ticket, outbox.c.record).where(outbox.c.room == room)
        found = self._rows.all(waiting.order_by(outbox.c.ticket).limit(most))
        return tuple((row["ticket"], row["record"]) for row in found)

    def count(self, room: UUID) -> int:
        [row] = self._rows.all(
            select(func.count().label("count")).select_from(outbox).where(outbox.c.room == room)
        )
        return int(row["count"])

    def done(self, tickets: Iterable[int]) -> None:
        for batch in batches(tickets):
            self._rows.delete(outbox.delete().where(outbox.c.ticket.in_(batch)))

    def head(self, room: UUID) -> IndexHead | None:
        found = self._rows.first(select(index_heads).where(index_heads.c.room == room))
        return IndexHead(found["generation"], found["digest"]) if found else None

    def set_head(self, room: UUID, head: IndexHead | None) -> None:
        self._rows.delete(index_heads.delete().where(index_heads.c.room == room))
        if head:
            self._rows.insert(
                index_heads, [{"room": room, "generation": head.generation, "digest": head.digest}]
            )

    def await_placing(self, collection: UUID, records: Iterable[UUID], due: date | None = None) -> None:
        wanted = frozenset(records)
        self.placed(wanted)
        self._rows.insert(
            unplaced, [{"record": record, "collection": collection, "due": due} for record in wanted]
        )

    def unplaced(self, collection: UUID, day: date) -> tuple[UUID, ...]:
        due = or_(unplaced.c.due.is_(None), unplaced.c.due <= day)
        found = self._rows.all(select(unplaced.c.record).where(unplaced.c.collection == collection, due))
        return tuple(row["record"] for row in found)

    def placed(self, records: Iterable[UUID]) -> None:
        for batch in batches(records):
            self._rows.delete(unplaced.delete().where(unplaced.c.record.in_(batch)))

    def await_answer(self, collection: UUID, records: Mapping[UUID, bool]) -> None:
        for batch in batches(records):
            self._rows.delete(ask_first.delete().where(ask_first.c.record.in_(batch)))
        waiting = [record for record, asks in records.items() if asks]
        self._rows.insert(ask_first, [{"record": record, "collection": collection} for record in waiting])

    def unanswered(self, collection: UUID) -> tuple[UUID, ...]:
        found = self._rows.all(select(ask_first.c.record).where(ask_first.c.collection == collection))
        return tuple(row["record"] for row in found)

    def note_replaced(self, by: Mapping[UUID, UUID]) -> None:
        self._rows.insert(replaced, [{"old": old, "new": new} for old, new in by.items()])

    def replaced(self) -> Mapping[UUID, UUID]:
        return {row["old"]: row["new"] for row in self._rows.all(select(replaced))}

    def settled(self, old: Iterable[UUID]) -> None:
        for batch in batches(old):
            self._rows.delete(replaced.delete().where(replaced.c.old.in_(batch)))


class Reports:
    """`services.ports.Reports`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, report: ReportRow) -> None:
        self._rows.add(reports, report)

    def of_member(self, member: UUID) -> tuple[ReportRow, ...]:
        return self._rows.load(ReportRow, reports, reports.c.member == member, order=reports.c.day)

    def get(self, report: UUID) -> ReportRow | None:
        return self._rows.load_one(ReportRow, reports, reports.c.id == report)
