"""Checking that what is stored is what was stored: fsck, with keys or without.

Knows every tie between rows, bodies, signatures, shares and log. Must not know how to mend what is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from archive.crypto import merkle
from archive.crypto.errors import CannotOpen
from archive.domain.errors import Damaged, message
from archive.domain.keeping import BodyKind, LogHead, SealedBody
from archive.sealing import commits
from archive.sealing.trust import Trust, fingerprint
from archive.services import consents, saving, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import trust
from archive.services.ports import UnitOfWork

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be: what it is (a kind of row), which one, what is wrong (a msgid)."""

    what: str
    id: str
    text: str


def fsck(archive: Archive, acting: Acting | None = None) -> tuple[Finding, ...]:
    """Return everything that is wrong; empty when all is well.

    Without ``acting`` no key is needed: log, signatures, chains, shares, the rows between them. With somebody who
    acts, every body of the rooms they hold is opened too (nothing is shown of it; the check is logged). Cost: 0.1 ms
    a body without keys, 0.5 ms with.
    """
    if acting is not None:
        with archive.work() as unit:
            transparency.append(archive, unit, acting.member, "fsck", {})
            unit.commit()
    with archive.read() as unit:
        checks = trust(archive, acting, unit) if acting else _trust(archive, unit)
        return (
            *_log(unit),
            *_rooms(unit, checks),
            *(
                finding
                for record in _records(unit)
                for finding in _record(archive, acting, unit, record, checks)
            ),
            *_shares(archive, unit),
        )


def _trust(archive: Archive, unit: UnitOfWork) -> Trust:
    # Without a member's slot the pins are the database's own: a replaced set of roots shows only to who signs in.
    pins = fingerprint(archive.row)
    return Trust(archive.row, pins, unit.members.get, unit.rooms.get, unit.rooms.grants_of)


def _log(unit: UnitOfWork) -> Iterator[Finding]:
    head, frontier = unit.log.head(), merkle.Frontier()
    for start in range(0, head.size, _PAGE):
        for row in unit.log.entries(start, _PAGE):
            body = unit.records.body(row.id)
            if row.number != frontier.size:
                yield Finding("log", str(frontier.size), message("An entry of the log is missing."))
            if body is None or transparency.leaf_of(body, row) != row.leaf:
                yield Finding("log", str(row.number), message("An entry of the log was changed."))
            frontier.append(row.leaf)
    if LogHead(size=frontier.size, peaks=frontier.peaks) != head:
        yield Finding("log", str(head.size), message("The log does not lead to its recorded head."))


def _rooms(unit: UnitOfWork, checks: Trust) -> Iterator[Finding]:
    for member in unit.members.all():
        if not _holds(partial(checks.member, member.id)):
            yield Finding("member", member.id.hex, message("This member's keys are not certified."))
    for room in unit.rooms.all():
        if not _holds(partial(checks.room_key, room.id)):
            yield Finding("room", room.id.hex, message("Nobody entitled signed this room's key."))
        for grant in unit.rooms.grants_of(room.id):
            if not _holds(partial(checks.grant, grant)):
                yield Finding("grant", grant.id.hex, message("Nobody entitled signed this grant."))


def _records(unit: UnitOfWork) -> Iterator[UUID]:
    for room in unit.rooms.all():
        if room.id == room.collection:
            yield from unit.records.of_collection(room.id)


def _record(
    archive: Archive, acting: Acting | None, unit: UnitOfWork, record: UUID, checks: Trust
) -> Iterator[Finding]:
    row = unit.records.get(record)
    if row is None:
        return
    bodies = [
        body for kind in BodyKind if kind is not BodyKind.LOG for body in unit.records.bodies_of(record, kind)
    ]
    present = [body for body in bodies if body.id == row.master]
    if not present or not _stands(unit, present[0]):
        yield Finding(
            "record", record.hex, message("Its present master is not the one that was signed last.")
        )
    for body in bodies:
        if not _signed(archive, unit, body, checks):
            yield Finding("body", body.id.hex, message("It was changed since it was signed, or moved."))
        elif acting is not None and not _opens(archive, acting, unit, body, row.collection):
            yield Finding(
                "body", body.id.hex, message("It does not open: changed, moved, or its share is lost.")
            )
    if acting is not None and row.collection in acting.keys.held():
        try:
            consents.entries(archive, acting, unit, record, row.collection)
        except Damaged:
            yield Finding("ledger", record.hex, message("Its consent ledger is broken."))


def _stands(unit: UnitOfWork, master: SealedBody) -> bool:
    commit = unit.records.commits([master.commit])[master.commit] if master.commit else None
    stand = commits.standing(commit, master.record) if commit else None
    return stand is not None and (stand.master, stand.revision) == (master.id, master.revision)


def _signed(archive: Archive, unit: UnitOfWork, body: SealedBody, checks: Trust) -> bool:
    if body.commit is None:
        return False
    commit = unit.records.commits([body.commit]).get(body.commit)
    return commit is not None and _holds(partial(commits.verify, archive.row.id, body, commit, checks))


def _opens(archive: Archive, acting: Acting, unit: UnitOfWork, body: SealedBody, custody: UUID) -> bool:
    if body.room not in acting.keys.held():
        return True
    try:
        saving.unseal(archive, acting, unit, body, body.room, custody)
    except Damaged:
        return False
    return True


def _shares(archive: Archive, unit: UnitOfWork) -> Iterator[Finding]:
    held = archive.shares.owners()
    for owner in unit.records.owners() - held:
        yield Finding(
            "share",
            owner.hex,
            message("Its share is missing from the shred store: it can no longer be opened."),
        )


def _holds(check: Callable[[], object]) -> bool:
    try:
        check()
    except CannotOpen:
        return False
    return True
