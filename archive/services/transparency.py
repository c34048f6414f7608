"""The transparency log: every opening, search, grant, change and refusal, before it takes effect.

Knows how an entry is sealed to the audit room and hashed into the tree. Must not know why something was done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

from archive.crypto import merkle
from archive.crypto.errors import CannotOpen
from archive.domain.consent import Event
from archive.domain.errors import Damaged, NotFound, Refused, message
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind, CommitRow, LogHead, LogRow
from archive.domain.log import QUERIES, STAYING, LogFilter, faded
from archive.sealing import bodies, commits
from archive.sealing.bodies import RoomKey
from archive.sealing.codec import canonical
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import audit_key, holdings, today, trust
from archive.services.ports import ShareStore, UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")
UseCase = Callable[Concatenate[Archive, Acting, P], T]

ACTIONS: Final = frozenset(
    {
        "init", "sign-in", "sign-in-refused", "sign-out", "admit", "recover", "passphrase", "room", "scope", "grant",
        "regrant", "remove", "appoint", "accession", "revise", "place", "consent", "limit", "withdraw", "receipt",
        "expire", "shred", "undo", "hand-over", "recall", "recalls", "hold", "lift", "holds", "subject-report",
        "certificate", "register", "open", "search", "suggest", "refused",
        "import", "report", "log-read", "reindex", "fsck", "exhibit", "backup",
        "restore", "epoch",
    }
)  # fmt: skip
"""The closed list of what the log speaks of; the words stand in the clear."""
_PART: Final = "entry"
_TYPED: Final = frozenset({"query", "typed"})
"""What a search or a suggestion says of the words that somebody typed."""
_EVERY: Final = LogFilter()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is shown; ``detail`` is None for an officer, and when its body is gone as it should be."""

    number: int
    day: date
    actor: UUID | None
    action: str
    about: UUID | None
    detail: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Place:
    """What an entry needs to be written: the archive's id, its audit room's key and shred store, the moment."""

    instance: UUID
    audit: RoomKey
    shares: ShareStore
    now: datetime


def append(
    archive: Archive,
    unit: UnitOfWork,
    actor: UUID | None,
    action: str,
    detail: Mapping[str, object],
    commit: CommitRow | None = None,
    *,
    about: UUID | None = None,
) -> None:
    """Append one entry to the log in this unit; it stands when the unit commits.

    commit: the signed commit that this unit adds; the entry's leaf covers it, so that none is lost unseen.
    about: the one record that the entry speaks of, in the clear; its body goes when the record is withdrawn.
    detail: plain JSON values, ids as hex; sealed to the audit room with the exact time. ``action`` is one of ACTIONS.
    Cost: one wrap, one share, four hashes.
    """
    place = Place(archive.row.id, audit_key(archive, unit), archive.shares, archive.clock())
    write(place, unit, actor, action, detail, day=today(archive, unit), commit=commit, about=about)


def write(
    place: Place,
    unit: UnitOfWork,
    actor: UUID | None,
    action: str,
    detail: Mapping[str, object],
    *,
    day: date,
    commit: CommitRow | None = None,
    about: UUID | None = None,
) -> None:
    """Append one entry where there is no `Archive` yet (`founding`)."""
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is not a word of the log; the list is transparency.ACTIONS")
    head = unit.log.head()
    entry = new_id()
    said = json.dumps({"at": place.now.isoformat(timespec="seconds"), **detail}, ensure_ascii=False).encode()
    unsealed = bodies.Unsealed(
        id=entry,
        kind=BodyKind.LOG,
        record=entry,
        rooms=[place.audit],
        revision=1,
        day=day,
        parts={_PART: said},
    )
    body = bodies.seal(place.instance, unsealed, place.shares.draw(entry))
    row = LogRow(
        number=head.size,
        id=entry,
        day=day,
        actor=actor,
        action=action,
        leaf=b"",
        about=about,
        digest=bodies.leaf(body),
        commit=commit.id if commit else None,
    )
    row = replace(row, leaf=leaf_of(row, row.digest, commit))
    frontier = _frontier(head)
    frontier.append(row.leaf)
    unit.records.add_bodies([body])
    unit.log.append(row, LogHead(size=frontier.size, peaks=frontier.peaks))


def _frontier(head: LogHead) -> merkle.Frontier:
    try:
        return merkle.Frontier(head.size, head.peaks)
    except CannotOpen:
        raise Damaged(
            message("The log's head was changed: nothing can be logged, so nothing is done.")
        ) from None


def refusals(what: str) -> Callable[[UseCase[P, T]], UseCase[P, T]]:
    """Decorate a use case on one room: whatever it refuses (NotFound, Refused, Damaged) is logged, then raised.

    What is absent and what is not permitted leave the same entry.
    """

    def logged(use_case: UseCase[P, T]) -> UseCase[P, T]:
        @wraps(use_case)
        def refusing(archive: Archive, acting: Acting, /, *args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return use_case(archive, acting, *args, **kwargs)
            except (NotFound, Refused, Damaged):
                asked = [each.hex for each in args if isinstance(each, UUID)]
                with suppress(Damaged), archive.work() as unit:
                    append(archive, unit, acting.member, "refused", {"what": what, "asked": asked})
                    unit.commit()
                raise

        return refusing

    return logged


@refusals("log-read")
def entries(
    archive: Archive,
    acting: Acting,
    start: int | None = None,
    count: int = 100,
    *,
    only: LogFilter = _EVERY,
    newest: bool = False,
) -> tuple[Entry, ...]:
    """Return entries from number ``start`` on (with ``newest`` back from it), for auditors and officers.

    Who holds the audit room sees details too, except what somebody searched for: that is content, and is shown to
    nobody; it stays sealed, so that a court may one day ask the room for it, until its share goes. An officer sees what
    stands in the clear. Raises NotFound for everybody else; the reading is logged. Cost: 0.3 ms an entry.
    """
    with archive.work() as unit:
        named = reads(archive, acting, unit)
        asked = {name: str(value) for name, value in asdict(only).items() if value is not None}
        append(archive, unit, acting.member, "log-read", {"start": start, "count": count, **asked})
        unit.commit()
    with archive.read() as unit:
        rows = unit.log.find(only, start, count, newest=newest)
        details = _details(archive, acting, unit, rows) if named else {}
        return tuple(
            Entry(
                number=row.number,
                day=row.day,
                actor=row.actor,
                action=row.action,
                about=row.about,
                detail=details.get(row.id),
            )
            for row in rows
        )


def reads(archive: Archive, acting: Acting, unit: UnitOfWork) -> bool:
    """Return True for whoever holds the audit room, False for an officer. Raises NotFound for everybody else."""
    if archive.row.audit in holdings(archive, acting, unit):
        return True
    try:
        officer = trust(archive, acting, unit).member(acting.member).officer
    except CannotOpen:
        officer = False
    if not officer:
        raise NotFound
    return False


def spent(archive: Archive, unit: UnitOfWork, rows: Sequence[LogRow]) -> frozenset[UUID]:
    """Return the entries of which the sealed body may be gone: old queries, and what spoke of a withdrawn record.

    Such an entry's leaf is proven by its digest alone. Cost: two queries.
    """
    day = today(archive, unit)
    spoke = {row.id: row.about for row in rows if row.about and row.action not in STAYING}
    ledgers = unit.ledger.of_records(set(spoke.values()))
    withdrawn = {record for record, ledger in ledgers.items() if ledger[-1].event is Event.WITHDRAW}
    return frozenset(
        row.id for row in rows if faded(row.action, row.day, day) or spoke.get(row.id) in withdrawn
    )


def leaf_of(row: LogRow, digest: bytes, commit: CommitRow | None) -> bytes:
    """Return the RFC 6962 leaf hash that a row must have."""
    return merkle.leaf_hash(statement(row, digest, commit))


def statement(row: LogRow, digest: bytes, commit: CommitRow | None) -> bytes:
    """Return what the leaf of a row hashes: its clear fields, its body's digest, the digest of the commit it names."""
    said = {
        "number": row.number,
        "day": row.day.isoformat(),
        "actor": row.actor.hex if row.actor else None,
        "action": row.action,
        "body": digest.hex(),
        "commit": commits.digest(commit).hex() if commit else "",
    }
    return canonical(said | ({"about": row.about.hex} if row.about else {}))


def _details(
    archive: Archive, acting: Acting, unit: UnitOfWork, rows: Sequence[LogRow]
) -> Mapping[UUID, Mapping[str, object]]:
    """What the entries say, without what somebody typed; nothing of those whose body is gone as it may be."""
    gone, ids = spent(archive, unit, rows), [row.id for row in rows]
    about, details = unit.records.bodies_about(ids), {}
    try:
        shares = archive.shares.find_many(ids)
        for row in rows:
            if row.id in gone and not (row.id in about and row.id in shares):
                continue
            [body] = about[row.id]
            parts = bodies.unseal(archive.row.id, body, archive.row.audit, acting.keys, shares[row.id])
            hidden = _TYPED if row.action in QUERIES else ()
            details[row.id] = {
                name: value for name, value in json.loads(parts[_PART]).items() if name not in hidden
            }
    except (CannotOpen, KeyError, ValueError):
        raise Damaged(
            message("A log entry does not open: it was changed, or its share is lost. Run guwah fsck.")
        ) from None
    return details
