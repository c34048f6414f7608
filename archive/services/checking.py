"""Checking that what is stored is what was stored: fsck, with keys or without.

Knows every tie between rows, bodies, signatures, shares and log. Must not know how to mend what is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import UUID

from archive.crypto import merkle
from archive.crypto.errors import CannotOpen
from archive.domain.errors import Damaged, message
from archive.domain.keeping import (
    BodyKind,
    CommitRow,
    GrantRow,
    LogHead,
    LogRow,
    RecordRow,
    RoomRow,
    SealedBody,
)
from archive.sealing import commits
from archive.sealing.trust import Trust
from archive.services import admitting, consents, rooms, saving, transparency, upkeep
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import keyless_trust, trust
from archive.services.ports import UnitOfWork

_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be: what it is (a kind of row), which one, what is wrong (a msgid)."""

    what: str
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class _Check:
    """What every step of one check needs; ``acting`` is None for a check without keys; ``seen`` are bodies checked."""

    archive: Archive
    acting: Acting | None
    unit: UnitOfWork
    checks: Trust
    seen: set[UUID] = field(default_factory=set)

    def holds(self, room: UUID) -> bool:
        return self.acting is not None and room in self.acting.keys.held()


def fsck(archive: Archive, acting: Acting | None = None) -> tuple[Finding, ...]:
    """Return everything that is wrong; empty when all is well.

    Without ``acting`` no key is needed: log, signatures, chains, shares, the rows between them, and that every record
    is where the log's newest commit left it. With somebody who acts, every body of the rooms they hold is opened too
    (nothing is shown of it; the check is logged first, and without a log nothing is opened). Cost: 1 ms a body and
    log entry.
    """
    unlogged = list(_logged(archive, acting))
    with archive.read() as unit:
        with_keys = acting if acting and not unlogged else None
        checks = trust(archive, with_keys, unit) if with_keys else keyless_trust(archive, unit)
        check = _Check(archive, with_keys, unit, checks)
        newest: dict[UUID, CommitRow] = {}
        return (
            *unlogged,
            *_log(check, newest),
            *_members(check),
            *_rooms(check),
            *(finding for record in _records(unit, newest) for finding in _record(check, record, newest)),
            *_leftover(check),
            *_shares(archive, unit),
            *_rolled_back(archive),
        )


def _logged(archive: Archive, acting: Acting | None) -> Iterator[Finding]:
    if acting is None:
        return
    try:
        with archive.work() as unit:
            transparency.append(archive, unit, acting.member, "fsck", {})
            unit.commit()
    except Damaged as damaged:
        yield Finding("log", archive.row.audit.hex, damaged.text)


def _log(check: _Check, newest: dict[UUID, CommitRow]) -> Iterator[Finding]:
    """Check every entry; ``newest`` then names, for each record, the last commit in the log that speaks of it."""
    head, frontier = check.unit.log.head(), merkle.Frontier()
    for start in range(0, head.size, _PAGE):
        for row in check.unit.log.entries(start, _PAGE):
            if row.number != frontier.size:
                yield Finding("log", str(frontier.size), message("An entry of the log is missing."))
            yield from _entry(check, row, newest)
            frontier.append(row.leaf)
    if LogHead(size=frontier.size, peaks=frontier.peaks) != head:
        yield Finding("log", str(head.size), message("The log does not lead to its recorded head."))


def _entry(check: _Check, row: LogRow, newest: dict[UUID, CommitRow]) -> Iterator[Finding]:
    unit, body = check.unit, check.unit.records.body(row.id)
    check.seen.add(row.id)
    commit = unit.records.commits([body.commit]).get(body.commit) if body and body.commit else None
    if body is None or transparency.leaf_of(row, body, commit) != row.leaf:
        yield Finding("log", str(row.number), message("An entry of the log was changed."))
        return
    if commit:
        newest.update(dict.fromkeys(commits.speaks_of(commit), commit))
    if (
        check.acting
        and check.holds(body.room)
        and not _sound(partial(saving.opened, check.archive, check.acting, [(body, body.room)]))
    ):
        yield Finding("log", str(row.number), message("An entry of the log does not open."))


def _members(check: _Check) -> Iterator[Finding]:
    for member in check.unit.members.all():
        if not _sound(partial(check.checks.member, member.id)):
            yield Finding(
                "member",
                member.id.hex,
                message("This member's keys or login are not what officers certified."),
            )
    if check.acting and not _sound(partial(admitting.profiles, check.archive, check.acting, check.unit)):
        yield Finding("member", "", message("A member's name was changed, and not by an officer."))


def _rooms(check: _Check) -> Iterator[Finding]:
    for room in check.unit.rooms.all():
        if not _sound(partial(check.checks.room, room.id)):
            yield Finding("room", room.id.hex, message("Nobody entitled signed this room's key."))
        elif (
            check.acting
            and check.holds(room.id)
            and not _sound(partial(rooms.terms, check.archive, check.acting, check.unit, room.id))
        ):
            yield Finding("room", room.id.hex, message("Nobody entitled signed this room's name and scope."))
        for grant in check.unit.rooms.grants_of(room.id):
            if not _sound(partial(check.checks.grant, grant)):
                yield Finding("grant", grant.id.hex, message("Nobody entitled signed this grant."))
            elif check.acting and not _opens(check.acting, grant, room):
                yield Finding("grant", grant.id.hex, message("This grant does not give the room's key."))


def _opens(acting: Acting, grant: GrantRow, room: RoomRow) -> bool:
    mine = grant.grantee == acting.member and grant.ended is None
    return not mine or _sound(partial(acting.keys.take, grant, room.public))


def _records(unit: UnitOfWork, newest: Mapping[UUID, CommitRow]) -> Iterator[UUID]:
    named = set(newest)
    for room in unit.rooms.all():
        if room.id == room.collection:
            named.update(unit.records.of_collection(room.id))
            named.add(room.id)  # its register
    yield from sorted(named)


def _record(check: _Check, record: UUID, newest: Mapping[UUID, CommitRow]) -> Iterator[Finding]:
    unit, row = check.unit, check.unit.records.get(record)
    if row is not None:
        yield from _standing(check, row, newest.get(record))
    elif record in newest:
        yield Finding("record", record.hex, message("It was stored, and is not there any more."))
    custody = row.collection if row else record
    for kind in BodyKind:
        for body in unit.records.bodies_of(record, kind) if kind is not BodyKind.LOG else ():
            yield from _body(check, body, custody)


def _standing(check: _Check, row: RecordRow, commit: CommitRow | None) -> Iterator[Finding]:
    """The record stands where the log's newest commit says: its master, its ledger whole, open or closed."""
    said = None
    with suppress(CannotOpen):
        if commit is not None:
            said = commits.standings(check.archive.row.id, row.collection, commit, check.checks)[row.id]
    if said is None or (said.master, said.revision, said.closed) != (row.master, row.revision, row.closed):
        yield Finding("record", row.id.hex, message("It is not in the state that was signed last."))
    try:
        ledger = consents.chain(check.unit, row.id)
        if said and (not ledger or ledger[-1][0].hash != said.ledger):
            yield Finding(
                "ledger", row.id.hex, message("Its consent ledger does not end where it was signed.")
            )
        if check.acting and check.holds(row.collection):
            consents.entries(check.archive, check.acting, check.unit, row.id, row.collection)
    except Damaged:
        yield Finding("ledger", row.id.hex, message("Its consent ledger is broken."))


def _body(check: _Check, body: SealedBody, custody: UUID) -> Iterator[Finding]:
    check.seen.add(body.id)
    commit = check.unit.records.commits([body.commit]).get(body.commit) if body.commit else None
    if commit is None or not _sound(
        partial(commits.verify, check.archive.row.id, custody, body, commit, check.checks)
    ):
        yield Finding("body", body.id.hex, message("It was changed since it was signed, or moved."))
    elif (
        check.acting
        and check.holds(body.room)
        and not _sound(partial(saving.opened, check.archive, check.acting, [(body, body.room)]))
    ):
        yield Finding("body", body.id.hex, message("It does not open: changed, moved, or its share is lost."))


def _leftover(check: _Check) -> Iterator[Finding]:
    for body in check.unit.records.owners() - check.seen:
        yield Finding(
            "body",
            body.hex,
            message("It belongs to no record and no log entry: what it belonged to was taken away."),
        )


def _rolled_back(archive: Archive) -> Iterator[Finding]:
    try:
        upkeep.compare(archive.read, archive.shares)
    except Damaged as damaged:
        yield Finding("log", archive.row.audit.hex, damaged.text)


def _shares(archive: Archive, unit: UnitOfWork) -> Iterator[Finding]:
    held = archive.shares.owners()
    for owner in unit.records.owners() - held:
        yield Finding(
            "share",
            owner.hex,
            message("Its share is missing from the shred store: it can no longer be opened."),
        )


def _sound(step: Callable[[], object]) -> bool:
    try:
        step()
    except (CannotOpen, Damaged):
        return False
    return True
