"""The consent ledger of one record: entries sealed to custody, chained, and read back whole.

Knows the chain. Must not know what consent opens: `policy` decides that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from archive.crypto import kdf, merkle
from archive.crypto.errors import CannotOpen
from archive.domain.consent import ConsentEntry, Decision, Event
from archive.domain.errors import Damaged, message
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind, CommitRow, ConsentRow, RecordRow, SealedBody
from archive.sealing import bodies, commits
from archive.sealing.bodies import RoomKey, Unsealed
from archive.sealing.codec import canonical, decode, encode
from archive.sealing.commits import Signs
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.ports import UnitOfWork
from archive.services.saving import unseal_many

CLOSING: Final = frozenset({Event.LIMIT, Event.WITHDRAW})
LEDGER: Final = frozenset({BodyKind.CONSENT, BodyKind.CLOSURE})

Chain = Sequence[tuple[ConsentRow, SealedBody]]
_PART = "consent"


def unsealed(entry: ConsentEntry, custody: RoomKey, today: date) -> Unsealed:
    """Return a ledger entry's body, to be sealed to custody."""
    return Unsealed(
        id=new_id(),
        kind=BodyKind.CLOSURE if closes_only(entry) else BodyKind.CONSENT,
        record=entry.record,
        rooms=[custody],
        revision=1,
        day=today,
        parts={_PART: encode(ConsentEntry, entry)},
    )


def closes_only(entry: ConsentEntry) -> bool:
    """Whether an entry only takes away and refuses: then no key is needed to make it."""
    return entry.event in CLOSING and all(item.decision is Decision.NO for item in entry.items)


def row(
    entry: ConsentEntry, body: SealedBody, before: Sequence[ConsentRow], receipt: bytes = b""
) -> ConsentRow:
    """Return the ledger's row, chained to the record's entries before it. ``receipt``: the hash of a code given out."""
    previous = before[-1].hash if before else b""
    found = ConsentRow(
        id=entry.id,
        record=entry.record,
        number=len(before),
        event=entry.event,
        items=tuple(item.id for item in entry.items),
        closes=entry.closes,
        previous=previous,
        hash=b"",
        body=body.id,
        day=body.day,
        leaf=bodies.leaf(body),
        receipt=receipt,
    )
    return replace(found, hash=link(found))


def enter(
    unit: UnitOfWork,
    signer: Signs,
    record: RecordRow,
    entry: ConsentEntry,
    body: SealedBody,
    *,
    receipt: bytes = b"",
    closed: bool = False,
) -> CommitRow:
    """Add one entry to a record's ledger in this unit, signed; its master stays. Return the commit, for the log.

    Not checked against what was signed before: whoever damaged the ledger must not hinder its end. `fsck` names that.
    """
    added = row(entry, body, unit.ledger.of_record(record.id), receipt)
    stand = commits.Standing(record.master, record.revision, added.hash, closed)
    size = unit.log.head().size
    commit, placed = commits.sign(signer, new_id(), [body], {record.id: stand}, size, body.day)
    unit.records.add_commit(commit)
    unit.records.add_bodies(placed)
    unit.ledger.append(added)
    return commit


def entries(
    archive: Archive, acting: Acting, unit: UnitOfWork, record: UUID, custody: UUID
) -> tuple[tuple[ConsentEntry, ...], bytes]:
    """Return a record's ledger, oldest first, and its head. Needs custody's key.

    Raises Damaged when an entry was changed, left out, moved or does not open. That none was taken from the end shows
    when the head is compared with what was signed last (`saving.same_ledger`).
    """
    ledger = chain(unit, record)
    parts = unseal_many(archive, acting, unit, [body for _row, body in ledger], custody, custody)
    return read(ledger, parts), ledger[-1][0].hash if ledger else b""


def chain(unit: UnitOfWork, record: UUID) -> Chain:
    """Return a record's ledger as rows and sealed bodies, oldest first. No key is needed.

    Raises Damaged when an entry was changed, left out or moved.
    """
    sealed = [body for kind in sorted(LEDGER) for body in unit.records.bodies_of(record, kind)]
    return linked(unit.ledger.of_record(record), sealed)


def linked(rows: Iterable[ConsentRow], sealed: Iterable[SealedBody]) -> Chain:
    """Return `chain` of one record's rows, oldest first, and the bodies that speak of it. Raises Damaged as it does."""
    bodies_of = {body.id: body for body in sealed if body.kind in LEDGER}
    said = []
    for found in chained(rows):
        body = bodies_of.get(found.body)
        closure = body is not None and body.kind is BodyKind.CLOSURE
        if body is None or found.day != body.day or found.leaf != bodies.leaf(body):
            raise _broken()
        if closure and found.event not in CLOSING:
            raise _broken()
        said.append((found, body))
    return said


def chained(rows: Iterable[ConsentRow]) -> Sequence[ConsentRow]:
    """Return the rows of a record's ledger, oldest first; raises Damaged when one was changed, left out or moved."""
    rows, head = list(rows), b""
    for number, found in enumerate(rows):
        if (found.number, found.previous) != (number, head) or not kdf.same(link(found), found.hash):
            raise _broken()
        head = found.hash
    return rows


def read(ledger: Chain, parts: Iterable[Mapping[str, bytes]]) -> tuple[ConsentEntry, ...]:
    """Return the entries of a ledger from its opened bodies. Raises Damaged when a row says other than its body."""
    try:
        entries = tuple(decode(ConsentEntry, part[_PART]) for part in parts)
    except (CannotOpen, KeyError):
        raise _broken() from None
    for entry, (found, body) in zip(entries, ledger, strict=True):
        if body.kind is BodyKind.CLOSURE and not closes_only(entry):
            raise _broken()
        items = tuple(item.id for item in entry.items)
        said = (entry.id, entry.record, entry.event, items, entry.closes)
        if said != (found.id, found.record, found.event, found.items, found.closes):
            raise _broken()
    return entries


def link(found: ConsentRow) -> bytes:
    """Return the hash that a row of the ledger must have (docs/formats/ledger.md)."""
    said = {
        "id": found.id.hex,
        "record": found.record.hex,
        "number": found.number,
        "event": found.event.value,
        "items": [item.hex for item in found.items],
        "closes": [item.hex for item in found.closes],
        "previous": found.previous.hex(),
        "body": found.leaf.hex(),
    }
    if found.receipt:  # older entries have none, and keep their hash
        said["receipt"] = found.receipt.hex()
    return merkle.leaf_hash(canonical(said))


def _broken() -> Damaged:
    return Damaged(message("The consent ledger of this record was changed or is incomplete. Run guwah fsck."))
