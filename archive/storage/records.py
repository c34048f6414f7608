"""Knows how records, the sealed bodies that speak of them and their commits are kept, and which body a room shows.
Must not know what any of them says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, exists, func, or_, select, tuple_

from archive.domain.consent import Event
from archive.domain.handover import OPEN
from archive.domain.keeping import BodyKind, CommitRow, RecordRow, SealedBody, Wrap
from archive.domain.log import STAYING
from archive.storage import tables
from archive.storage.rows import Rows, batches, fields_of

_RENDITIONS: Final = (BodyKind.RENDITION, BodyKind.IDENTITY)


class Records:
    """`services.ports.Records`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, *records: RecordRow) -> None:
        self._rows.add(tables.records, *records)

    def replace(self, record: RecordRow) -> None:
        self._rows.replace(tables.records, record, tables.records.c.id == record.id)

    def get(self, record: UUID) -> RecordRow | None:
        return self._rows.load_one(RecordRow, tables.records, tables.records.c.id == record)

    def get_many(self, records: Iterable[UUID]) -> Mapping[UUID, RecordRow]:
        return {
            row.id: row
            for batch in batches(records)
            for row in self._rows.load(RecordRow, tables.records, tables.records.c.id.in_(batch))
        }

    def of_collection(self, collection: UUID) -> tuple[UUID, ...]:
        table = tables.records
        found = self._rows.all(
            select(table.c.id).where(table.c.collection == collection).order_by(table.c.id)
        )
        return tuple(row["id"] for row in found)

    def add_bodies(self, bodies: Iterable[SealedBody]) -> None:
        for batch in batches(bodies):
            self._rows.add(tables.bodies, *batch)
            self._rows.insert(
                tables.wraps,
                [
                    {"body": body.id, "position": position, **fields_of(wrap, tables.wraps)}
                    for body in batch
                    for position, wrap in enumerate(body.wraps)
                ],
            )
            self._rows.insert(
                tables.parts,
                [
                    {"body": body.id, "name": name, "sealed": sealed}
                    for body in batch
                    for name, sealed in body.parts.items()
                ],
            )

    def body(self, body: UUID) -> SealedBody | None:
        return next(self._bodies(select(tables.bodies).where(tables.bodies.c.id == body)), None)

    def bodies_of(self, record: UUID, kind: BodyKind) -> tuple[SealedBody, ...]:
        table = tables.bodies
        spoken = select(table).where(table.c.record == record, table.c.kind == kind)
        return tuple(self._bodies(spoken.order_by(table.c.revision, table.c.id)))

    def bodies_about(self, records: Iterable[UUID]) -> Mapping[UUID, tuple[SealedBody, ...]]:
        table, found = tables.bodies, defaultdict[UUID, list[SealedBody]](list)
        for statement in _of_records(select(table), records):
            for body in self._bodies(statement.order_by(table.c.revision, table.c.id)):
                found[body.record].append(body)
        return {record: tuple(bodies) for record, bodies in found.items()}

    def present(self, room: UUID, records: Iterable[UUID] | None = None) -> Mapping[UUID, SealedBody]:
        shown = select(tables.bodies).where(*_shown(room))
        return {
            body.record: body
            for statement in ([shown] if records is None else _of_records(shown, records))
            for body in self._bodies(statement)
        }

    def licences(
        self, room: UUID, records: Iterable[UUID] | None = None
    ) -> Mapping[UUID, tuple[UUID, bytes]]:
        body = tables.bodies
        shown = select(body.c.record, body.c.id, body.c.licence).where(*_shown(room))
        return {
            row["record"]: (row["id"], row["licence"])
            for statement in ([shown] if records is None else _of_records(shown, records))
            for row in self._rows.all(statement)
        }

    def count(self, room: UUID, day: date) -> int:
        body = tables.bodies
        lasting = or_(body.c.not_after.is_(None), body.c.not_after >= day)
        [row] = self._rows.all(
            select(func.count(body.c.record.distinct()).label("count")).where(*_shown(room), lasting)
        )
        return int(row["count"])

    def remove_bodies(self, bodies: Iterable[UUID]) -> None:
        for batch in batches(bodies):
            self._rows.erase(tables.bodies.delete().where(tables.bodies.c.id.in_(batch)))

    def owners(self) -> frozenset[UUID]:
        return frozenset(row["id"] for row in self._rows.all(select(tables.bodies.c.id)))

    def ended(self, day: date) -> tuple[tuple[UUID, UUID, UUID], ...]:
        body = tables.bodies
        past = select(body.c.id, body.c.record, body.c.room).where(
            body.c.kind.in_(_RENDITIONS), body.c.not_after < day
        )
        past = past.join(tables.records, tables.records.c.id == body.c.record).where(~tables.records.c.closed)
        return tuple((row["id"], row["record"], row["room"]) for row in self._rows.all(past))

    def withdrawn(self, record: UUID | None = None) -> Mapping[UUID, UUID]:
        body, log, entry, later = tables.bodies, tables.log, tables.consents, tables.consents.alias("later")
        last = ~exists().where(later.c.record == entry.c.record, later.c.number > entry.c.number)
        closed = (
            select(tables.records.c.id)
            .join(entry, entry.c.record == tables.records.c.id)
            .where(tables.records.c.closed, entry.c.event == Event.WITHDRAW, last)
        )
        if record is not None:
            closed = closed.where(tables.records.c.id == record)
        recalled = select(tables.recalls.c.id).where(tables.recalls.c.state.in_(OPEN))
        spoken = select(body.c.id, body.c.record).where(body.c.record.in_(closed), body.c.id.not_in(recalled))
        logged = select(body.c.id, log.c.about.label("record")).join(log, log.c.id == body.c.id)
        logged = logged.where(log.c.about.in_(closed), log.c.action.not_in(STAYING))
        return {row["id"]: row["record"] for found in (spoken, logged) for row in self._rows.all(found)}

    def add_commit(self, commit: CommitRow) -> None:
        self._rows.add(tables.commits, commit)

    def commits(self, commits: Iterable[UUID]) -> Mapping[UUID, CommitRow]:
        return {
            row.id: row
            for batch in batches(commits)
            for row in self._rows.load(CommitRow, tables.commits, tables.commits.c.id.in_(batch))
        }

    def commits_of(self, record: UUID) -> tuple[CommitRow, ...]:
        body, commit, log = tables.bodies, tables.commits, tables.log
        adding = select(body.c.commit).where(body.c.record == record)
        logged = select(commit).join(log, log.c.commit == commit.c.id).where(commit.c.id.in_(adding))
        return tuple(CommitRow(**row) for row in self._rows.all(logged.order_by(log.c.number)))

    def known_sources(self, room: UUID, field: str, blinds: Sequence[bytes]) -> Mapping[bytes, UUID]:
        table = tables.sources
        known = select(table.c.blind, table.c.record).where(table.c.room == room, table.c.field == field)
        return {
            row["blind"]: row["record"]
            for batch in batches(blinds)
            for row in self._rows.all(known.where(table.c.blind.in_(batch)))
        }

    def add_sources(self, room: UUID, field: str, blinds: Mapping[bytes, UUID]) -> None:
        known = [
            {"room": room, "field": field, "blind": blind, "record": record}
            for blind, record in blinds.items()
        ]
        self._rows.insert(tables.sources, known)

    def _bodies(self, statement: Select[Any]) -> Iterator[SealedBody]:
        for batch in batches(self._rows.all(statement)):
            ids = [row["id"] for row in batch]
            wraps: dict[UUID, list[Wrap]] = defaultdict(list)
            parts: dict[UUID, dict[str, bytes]] = defaultdict(dict)
            for row in self._rows.all(_of_bodies(tables.wraps, ids).order_by(tables.wraps.c.position)):
                wraps[row["body"]].append(
                    Wrap(room=row["room"], version=row["version"], sealed=row["sealed"])
                )
            for row in self._rows.all(_of_bodies(tables.parts, ids).order_by(tables.parts.c.name)):
                parts[row["body"]][row["name"]] = row["sealed"]
            for row in batch:
                yield SealedBody(**row, wraps=tuple(wraps[row["id"]]), parts=parts[row["id"]])


def _of_bodies(table: Table, ids: Sequence[UUID]) -> Select[Any]:
    return select(table).where(table.c.body.in_(ids))


def _of_records(statement: Select[Any], records: Iterable[UUID]) -> Iterator[Select[Any]]:
    return (statement.where(tables.bodies.c.record.in_(batch)) for batch in batches(records))


def _shown(room: UUID) -> tuple[ColumnElement[bool], ...]:
    """Of all bodies in a room, those that it shows: of records not closed, the present master or newest rendition."""
    body, record, newer = tables.bodies, tables.records, tables.bodies.alias("newer")
    is_open = exists().where(
        record.c.id == body.c.record,
        ~record.c.closed,
        or_(body.c.kind.in_(_RENDITIONS), record.c.master == body.c.id),
    )
    is_outdated = exists().where(
        newer.c.room == body.c.room,
        newer.c.kind == body.c.kind,
        newer.c.record == body.c.record,
        tuple_(newer.c.revision, newer.c.id) > tuple_(body.c.revision, body.c.id),
    )
    return (
        body.c.room == room,
        body.c.kind.in_((BodyKind.MASTER, *_RENDITIONS)),
        is_open,
        or_(body.c.kind == BodyKind.MASTER, ~is_outdated),
    )
