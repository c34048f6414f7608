"""The transparency log: every opening, search, grant, change and refusal, before it takes effect.

Knows how an entry is sealed to the audit room and hashed into the tree. Must not know why something was done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from archive.crypto import merkle
from archive.crypto.errors import CannotOpen
from archive.domain.errors import Damaged, NotFound, message
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind, InstanceRow, LogHead, LogRow, SealedBody
from archive.sealing import bodies
from archive.sealing.bodies import RoomKey
from archive.sealing.codec import canonical
from archive.sealing.host import Host
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import today
from archive.services.ports import ShareStore, UnitOfWork

ACTIONS: Final = frozenset(
    {
        "init", "sign-in", "sign-in-refused", "sign-out", "admit", "recover", "passphrase", "room", "scope", "grant",
        "regrant", "accession", "revise", "consent", "register", "open", "search", "suggest", "refused", "import",
        "report", "log-read", "reindex", "fsck",
    }
)  # fmt: skip
"""The closed list of what the log speaks of; the words stand in the clear."""
_PART: Final = "entry"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as an auditor sees it; ``detail`` is None for whoever does not hold the audit room."""

    number: int
    day: date
    actor: UUID | None
    action: str
    detail: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Place:
    """What an entry needs to be written: the archive's row, its host and shred store, the moment."""

    row: InstanceRow
    host: Host
    shares: ShareStore
    now: datetime


def append(
    archive: Archive, unit: UnitOfWork, actor: UUID | None, action: str, detail: Mapping[str, object]
) -> None:
    """Append one entry to the log in this unit; it stands when the unit commits.

    detail: plain JSON values, ids as hex; sealed to the audit room with the exact time. ``action`` is one of ACTIONS.
    Cost: one wrap, one share, four hashes.
    """
    place = Place(archive.row, archive.host, archive.shares, archive.clock())
    write(place, unit, actor, action, detail, day=today(archive, unit))


def write(
    place: Place,
    unit: UnitOfWork,
    actor: UUID | None,
    action: str,
    detail: Mapping[str, object],
    *,
    day: date,
) -> None:
    """Append one entry where there is no `Archive` yet (`founding`)."""
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is not a word of the log; the list is transparency.ACTIONS")
    head = unit.log.head()
    entry = new_id()
    audit = unit.rooms.get(place.row.audit)
    if audit is None:
        raise Damaged(
            message("The audit room is missing from the database: nothing can be logged, so nothing is done.")
        )
    said = json.dumps({"at": place.now.isoformat(timespec="seconds"), **detail}, ensure_ascii=False).encode()
    unsealed = bodies.Unsealed(
        id=entry,
        kind=BodyKind.LOG,
        record=entry,
        rooms=[RoomKey(audit.id, audit.version, audit.public)],
        revision=1,
        day=day,
        parts={_PART: said},
    )
    body = bodies.seal(place.row.id, unsealed, place.shares.draw(entry))
    row = LogRow(
        number=head.size,
        id=entry,
        day=day,
        actor=actor,
        action=action,
        leaf=_leaf(body, head.size, actor, action),
    )
    frontier = merkle.Frontier(head.size, head.peaks)
    frontier.append(row.leaf)
    unit.records.add_bodies([body])
    unit.log.append(row, LogHead(size=frontier.size, peaks=frontier.peaks))


def entries(archive: Archive, acting: Acting, start: int = 0, count: int = 100) -> tuple[Entry, ...]:
    """Return entries from number ``start`` on, opened where the member holds the audit room. The reading is logged."""
    with archive.work() as unit:
        append(archive, unit, acting.member, "log-read", {"start": start, "count": count})
        unit.commit()
    with archive.read() as unit:
        rows = unit.log.entries(start, count)
        return tuple(
            Entry(row.number, row.day, row.actor, row.action, _detail(archive, acting, unit, row))
            for row in rows
        )


def refuse(archive: Archive, acting: Acting, room: UUID | None, what: str) -> NotFound:
    """Log a refusal and return the one answer for absent and not permitted, to be raised."""
    with archive.work() as unit:
        append(archive, unit, acting.member, "refused", {"room": room.hex if room else None, "what": what})
        unit.commit()
    return NotFound()


def leaf_of(body: SealedBody, row: LogRow) -> bytes:
    """Return the leaf hash that a row must have; `checking` compares."""
    return _leaf(body, row.number, row.actor, row.action)


def _leaf(body: SealedBody, number: int, actor: UUID | None, action: str) -> bytes:
    return merkle.leaf_hash(
        canonical(
            {
                "number": number,
                "day": body.day.isoformat(),
                "actor": actor.hex if actor else None,
                "action": action,
                "body": bodies.leaf(body).hex(),
            }
        )
    )


def _detail(archive: Archive, acting: Acting, unit: UnitOfWork, row: LogRow) -> Mapping[str, object] | None:
    audit = archive.row.audit
    if audit not in acting.keys.held() or (body := unit.records.body(row.id)) is None:
        return None
    try:
        parts = bodies.unseal(archive.row.id, body, audit, acting.keys, archive.shares.find(body.id))
    except CannotOpen:
        raise Damaged(
            message("A log entry does not open: it was changed, or its share is lost. Run guwah fsck.")
        ) from None
    said: Mapping[str, object] = json.loads(parts[_PART])
    return said
