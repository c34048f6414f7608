"""Knows how recalls of what was handed over and legal holds are kept: opaque ids, states, days and sealed bytes.
Must not know to whom anything was given, nor why something is held."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select

from archive.domain.keeping import BodyKind, HoldRow, RecallRow
from archive.storage.rows import Rows
from archive.storage.tables import bodies, holds, recalls, records


class Recalls:
    """`services.ports.Recalls`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put(self, new: Iterable[RecallRow]) -> None:
        for recall in new:
            self._rows.delete(recalls.delete().where(recalls.c.id == recall.id))
            self._rows.add(recalls, recall)

    def get(self, recall: UUID) -> RecallRow | None:
        return self._rows.load_one(RecallRow, recalls, recalls.c.id == recall)

    def of_record(self, record: UUID) -> tuple[RecallRow, ...]:
        return self._rows.load(RecallRow, recalls, recalls.c.record == record, order=recalls.c.day)

    def of_collection(self, collection: UUID) -> tuple[RecallRow, ...]:
        among = select(records.c.id).where(records.c.collection == collection)
        return self._rows.load(RecallRow, recalls, recalls.c.record.in_(among), order=recalls.c.day)

    def lapsed(self, day: date) -> tuple[tuple[UUID, UUID], ...]:
        known = exists().where(recalls.c.id == bodies.c.id)
        past = select(bodies.c.id, bodies.c.record).where(
            bodies.c.kind == BodyKind.HANDOVER, bodies.c.not_after < day, ~known
        )
        return tuple((row["id"], row["record"]) for row in self._rows.all(past))


class Holds:
    """`services.ports.Holds`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, hold: HoldRow) -> None:
        self._rows.add(holds, hold)

    def replace(self, hold: HoldRow) -> None:
        self._rows.replace(holds, hold, holds.c.id == hold.id)

    def get(self, hold: UUID) -> HoldRow | None:
        return self._rows.load_one(HoldRow, holds, holds.c.id == hold)

    def of_record(self, record: UUID) -> tuple[HoldRow, ...]:
        return self._rows.load(HoldRow, holds, holds.c.record == record, order=holds.c.day)

    def all(self) -> tuple[HoldRow, ...]:
        return self._rows.load(HoldRow, holds, order=holds.c.day)
