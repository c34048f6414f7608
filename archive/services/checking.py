"""Checking that what is stored is what was stored: fsck, with keys or without.

Knows every tie between rows, bodies, signatures, shares and log. Must not know how to mend what is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import UUID

from archive.crypto import merkle
from archive.crypto.errors import CannotOpen
from archive.domain.consent import ConsentEntry
from archive.domain.errors import Damaged, message
from archive.domain.keeping import (
    BodyKind,
    CommitRow,
    ConsentRow,
    LogHead,
    LogRow,
    RecordRow,
    SealedBody,
)
from archive.sealing import bodies, commits
from archive.services import (
    checkpoints,
    consents,
    holding,
    keyholders,
    recalling,
    saving,
    transparency,
    upkeep,
)
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import keyless_trust, trust
from archive.services.findings import Check, Finding, sound
from archive.services.ports import UnitOfWork
from archive.services.rederiving import Rederiving

_ENTRIES: Final = 500
"""Entries of the log that are read together."""
_RECORDS: Final = 32
"""Records that are read together: few enough that all their texts may be in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What is stored of a few records: their rows, ledgers and bodies, which of these are signed, what those hold."""

    rows: Mapping[UUID, RecordRow]
    ledgers: Mapping[UUID, Sequence[ConsentRow]]
    bodies: Mapping[UUID, Sequence[SealedBody]]
    vouched: frozenset[UUID]
    parts: Mapping[UUID, saving.Parts] = field(repr=False)


def fsck(archive: Archive, acting: Acting | None = None, since: str = "") -> tuple[Finding, ...]:
    """Return everything that is wrong; empty when all is well.

    Without ``acting`` no key is needed: log, signatures, chains, shares, the rows between them, and that every record
    is where the log's newest commit left it. With somebody who acts, every body of the rooms they hold is opened too
    (nothing is shown of it; the check is logged first, and without a log nothing is opened). ``since``: a checkpoint
    that was kept elsewhere, which alone shows that everything was rolled back together. Cost: 1 ms a body and log
    entry.
    """
    unlogged = list(_logged(archive, acting))
    with archive.read() as unit:
        with_keys = acting if acting and not unlogged else None
        checks = trust(archive, with_keys, unit) if with_keys else keyless_trust(archive, unit)
        withdrawn = frozenset(unit.records.withdrawn())
        placing = Rederiving(archive, with_keys, unit) if with_keys else None
        check = Check(archive, with_keys, unit, checks, withdrawn=withdrawn, placing=placing)
        newest: dict[UUID, CommitRow] = {}
        return (
            *unlogged,
            *_log(check, newest),
            *keyholders.members(check),
            *keyholders.rooms_and_grants(check),
            *_records(check, newest),
            *(Finding("hold", id.hex, text) for id, text in holding.faults(archive, unit, checks)),
            *(Finding("recall", id.hex, text) for id, text in recalling.faults(unit)),
            *_leftover(check),
            *_shares(check),
            *_rolled_back(check, since),
        )


def log(archive: Archive) -> tuple[Finding, ...]:
    """Return what is wrong with the log alone: its entries, its head, what the host signed last.

    Without what is sealed behind the entries, which `fsck` compares too. Cost: 50 µs an entry.
    """
    with archive.read() as unit:
        check = Check(archive, None, unit, keyless_trust(archive, unit))
        return (*_log(check, {}, sealed=False), *_rolled_back(check, ""))


def _logged(archive: Archive, acting: Acting | None) -> Iterator[Finding]:
    if acting is None:
        return
    try:
        with archive.work() as unit:
            transparency.append(archive, unit, acting.member, "fsck", {})
            unit.commit()
    except Damaged as damaged:
        yield Finding("log", archive.row.audit.hex, damaged.text)


def _log(check: Check, newest: dict[UUID, CommitRow], *, sealed: bool = True) -> Iterator[Finding]:
    """Check every entry; ``newest`` then names, for each record, the last commit in the log that speaks of it.

    ``sealed``: what the entries say is there too, and is what their digest says.
    """
    head, frontier = check.unit.log.head(), merkle.Frontier()
    for start in range(0, head.size, _ENTRIES):
        page = check.unit.log.entries(start, _ENTRIES)
        whole = _whole(check.unit, page, sealed=sealed)
        check.spent.update(transparency.spent(check.archive, check.unit, page))
        parts = _parts(check, [body for body, _ in whole.values() if body and body.id not in check.spent])
        for row in page:
            if row.number != frontier.size:
                yield Finding("log", str(frontier.size), message("An entry of the log is missing."))
            frontier.append(row.leaf)
            check.seen.add(row.id)
            if row.id not in whole:
                yield Finding("log", str(row.number), message("An entry of the log was changed."))
                continue
            body, commit = whole[row.id]
            if commit:
                newest.update(dict.fromkeys(commits.speaks_of(commit), commit))
            if row.id in check.spent or not sealed:
                continue
            if body is None:
                yield Finding(
                    "log", str(row.number), message("What an entry of the log said was taken away.")
                )
            elif check.holds(body.room) and row.id not in parts:
                yield Finding("log", str(row.number), message("An entry of the log does not open."))
    if LogHead(size=frontier.size, peaks=frontier.peaks) != head:
        yield Finding("log", str(head.size), message("The log does not lead to its recorded head."))


def _whole(
    unit: UnitOfWork, page: Sequence[LogRow], *, sealed: bool
) -> dict[UUID, tuple[SealedBody | None, CommitRow | None]]:
    """The body (None when it is gone or not asked for) and commit of every entry of which they are what its leaf says.

    The bodies of entries older than the column `digest` are asked for in any case.
    """
    about = unit.records.bodies_about(row.id for row in page if sealed or not row.digest)
    stored = {body.id: body for found in about.values() for body in found}
    signed = unit.records.commits({row.commit for row in page if row.commit})
    whole = {}
    for row in page:
        body, commit = stored.get(row.id), signed.get(row.commit) if row.commit else None
        digest = bodies.leaf(body) if body else row.digest
        if row.digest in (b"", digest) and transparency.leaf_of(row, digest, commit) == row.leaf:
            whole[row.id] = (body, commit)
    return whole


def _parts(check: Check, vouched: Sequence[SealedBody]) -> Mapping[UUID, saving.Parts]:
    """What the bodies hold that open, of those whose rooms are held: all at once, or each by itself if one does not."""
    if check.acting is None:
        return {}
    held = [(body, body.room) for body in vouched if check.holds(body.room)]
    try:
        return saving.opened(check.archive, check.acting, held)
    except Damaged:
        parts: dict[UUID, saving.Parts] = {}
        for one in held:
            with suppress(Damaged):
                parts |= saving.opened(check.archive, check.acting, [one])
        return parts


def _named(unit: UnitOfWork, newest: Mapping[UUID, CommitRow]) -> list[UUID]:
    named = set(newest)
    for room in unit.rooms.all():
        if room.id == room.collection:
            named.update(unit.records.of_collection(room.id))
            named.add(room.id)  # its register
    return sorted(named)


def _records(check: Check, newest: Mapping[UUID, CommitRow]) -> Iterator[Finding]:
    named = _named(check.unit, newest)
    for start in range(0, len(named), _RECORDS):
        yield from _some(check, named[start : start + _RECORDS], newest)


def _some(check: Check, records: Sequence[UUID], newest: Mapping[UUID, CommitRow]) -> Iterator[Finding]:
    """A few records, read together; each by itself when a row of one of them is none that can be."""
    try:
        page = _page(check, records)
    except Damaged as damaged:
        if len(records) == 1:
            yield Finding("record", records[0].hex, damaged.text)
        for record in records if len(records) > 1 else ():
            yield from _some(check, [record], newest)
        return
    for record in records:
        yield from _record(check, page, record, newest)


def _page(check: Check, records: Sequence[UUID]) -> _Page:
    unit = check.unit
    rows, about = unit.records.get_many(records), unit.records.bodies_about(records)
    stored = {
        record: [body for body in found if body.kind is not BodyKind.LOG] for record, found in about.items()
    }
    commits_of = {body.commit for found in stored.values() for body in found if body.commit}
    signed = unit.records.commits(commits_of)
    vouched = [
        body
        for record, found in stored.items()
        for body in found
        if _vouched(check, body, signed, rows[record].collection if record in rows else record)
    ]
    return _Page(
        rows=rows,
        bodies=stored,
        ledgers=unit.ledger.of_records(records),
        vouched=frozenset(body.id for body in vouched),
        parts=_parts(check, vouched),
    )


def _vouched(check: Check, body: SealedBody, signed: Mapping[UUID, CommitRow], custody: UUID) -> bool:
    commit = signed.get(body.commit) if body.commit else None
    return commit is not None and sound(
        partial(commits.verify, check.archive.row.id, custody, body, commit, check.checks)
    )


def _record(check: Check, page: _Page, record: UUID, newest: Mapping[UUID, CommitRow]) -> Iterator[Finding]:
    if record in page.rows:
        yield from _standing(check, page, page.rows[record], newest.get(record))
    elif record in newest:
        yield Finding("record", record.hex, message("It was stored, and is not there any more."))
    for body in page.bodies.get(record, ()):
        check.seen.add(body.id)
        if body.id not in page.vouched:
            yield Finding("body", body.id.hex, message("It was changed since it was signed, or moved."))
        elif check.holds(body.room) and body.id not in page.parts and body.id not in check.withdrawn:
            yield Finding(
                "body", body.id.hex, message("It does not open: changed, moved, or its share is lost.")
            )


def _standing(check: Check, page: _Page, row: RecordRow, commit: CommitRow | None) -> Iterator[Finding]:
    """The record stands where the log's newest commit says: its master, its ledger whole, open or closed."""
    said = None
    with suppress(CannotOpen):
        if commit is not None:
            records, placer = commits.standings(check.archive.row.id, row.collection, commit, check.checks)
            said = records[row.id] if placer or row.closed else _behind(check, row)
    if said is None or (said.master, said.revision, said.closed) != (row.master, row.revision, row.closed):
        yield Finding("record", row.id.hex, message("It is not in the state that was signed last."))
    try:
        entries = consents.chained(page.ledgers.get(row.id, ()))
        heads = [entry.hash for entry in entries]
        if said and (not heads or heads[-1] != said.ledger or said.placed not in (b"", *heads)):
            yield Finding(
                "ledger", row.id.hex, message("Its consent ledger does not end where it was signed.")
            )
        if row.closed:
            return  # its bodies may be gone
        ledger = consents.linked(entries, page.bodies.get(row.id, ()))
        if heads and check.holds(row.collection):
            said_in = consents.read(ledger, (page.parts[body.id] for _row, body in ledger))
            yield from _placement(check, page, row, said_in, heads[-1])
    except Damaged:
        yield Finding("ledger", row.id.hex, message("Its consent ledger is broken."))


def _placement(
    check: Check, page: _Page, row: RecordRow, ledger: Sequence[ConsentEntry], head: bytes
) -> Iterator[Finding]:
    """Each room holds what would be placed there now."""
    bodies = [body for body in page.bodies.get(row.id, ()) if body.id in page.vouched]
    if check.placing is None or row.master not in page.parts:
        return
    with suppress(Damaged):  # what does not open is named beside this
        for room in check.placing.differing(row, page.parts[row.master], ledger, head, bodies):
            what = message("What a room holds of it is not what would be placed there now. Place it anew.")
            yield Finding("rendition", f"{row.id.hex} {room.hex}", what)


def _behind(check: Check, row: RecordRow) -> commits.Standing | None:
    """Where it stands when somebody who only closes signed last: the master is that of the commit before."""
    return saving.latest(check.archive, check.checks, check.unit, row)


def _leftover(check: Check) -> Iterator[Finding]:
    for body in check.unit.records.owners() - check.seen:
        yield Finding(
            "body",
            body.hex,
            message("It belongs to no record and no log entry: what it belonged to was taken away."),
        )


def _rolled_back(check: Check, since: str) -> Iterator[Finding]:
    archive, unit = check.archive, check.unit
    steps: tuple[tuple[str, str, Callable[[], object]], ...] = (
        ("log", archive.row.audit.hex, partial(upkeep.compare, archive.read, archive.shares)),
        ("checkpoint", "signed last", partial(checkpoints.compare_last, archive, unit)),
        ("checkpoint", "given", partial(checkpoints.compare, archive, unit, since) if since else tuple),
    )
    for what, which, step in steps:
        try:
            step()
        except (Damaged, checkpoints.Unproven) as wrong:
            yield Finding(what, which, wrong.text)


def _shares(check: Check) -> Iterator[Finding]:
    held = check.archive.shares.owners()
    for owner in held & (check.withdrawn | check.spent) & check.archive.shares.shredded().gone:
        yield Finding("share", owner.hex, message("It was destroyed, and is back."))
    for owner in check.unit.records.owners() - held - check.spent - check.withdrawn:
        yield Finding(
            "share",
            owner.hex,
            message("Its share is missing from the shred store: it can no longer be opened."),
        )
