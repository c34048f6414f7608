"""The consent ledger of one record: entries sealed to custody, chained, and read back whole.

Knows the chain. Must not know what consent opens: `policy` decides that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from archive.crypto import kdf, merkle
from archive.crypto.errors import CannotOpen
from archive.domain.consent import ConsentEntry
from archive.domain.errors import Damaged, message
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind, ConsentRow, SealedBody
from archive.sealing import bodies
from archive.sealing.bodies import RoomKey, Unsealed
from archive.sealing.codec import canonical, decode, encode
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.ports import UnitOfWork
from archive.services.saving import unseal_many

Chain = Sequence[tuple[ConsentRow, SealedBody]]
_PART = "consent"


def unsealed(entry: ConsentEntry, custody: RoomKey, today: date) -> Unsealed:
    """Return a ledger entry's body, to be sealed to custody."""
    return Unsealed(
        id=new_id(),
        kind=BodyKind.CONSENT,
        record=entry.record,
        rooms=[custody],
        revision=1,
        day=today,
        parts={_PART: encode(ConsentEntry, entry)},
    )


def row(entry: ConsentEntry, body: SealedBody, before: Sequence[ConsentRow]) -> ConsentRow:
    """Return the ledger's row, chained to the record's entries before it."""
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
    )
    return _chained(found, body)


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
    return linked(unit.ledger.of_record(record), unit.records.bodies_of(record, BodyKind.CONSENT))


def linked(rows: Iterable[ConsentRow], sealed: Iterable[SealedBody]) -> Chain:
    """Return `chain` of one record's rows, oldest first, and the bodies that speak of it. Raises Damaged as it does."""
    bodies_of = {body.id: body for body in sealed if body.kind is BodyKind.CONSENT}
    said, head = [], b""
    for number, found in enumerate(rows):
        body = bodies_of.get(found.body)
        if body is None or (found.number, found.previous, found.day) != (number, head, body.day):
            raise _broken()
        if not kdf.same(_chained(found, body).hash, found.hash):
            raise _broken()
        said.append((found, body))
        head = found.hash
    return said


def read(ledger: Chain, parts: Iterable[Mapping[str, bytes]]) -> tuple[ConsentEntry, ...]:
    """Return the entries of a ledger from its opened bodies. Raises Damaged when a row says other than its body."""
    try:
        entries = tuple(decode(ConsentEntry, part[_PART]) for part in parts)
    except (CannotOpen, KeyError):
        raise _broken() from None
    for entry, (found, _body) in zip(entries, ledger, strict=True):
        items = tuple(item.id for item in entry.items)
        said = (entry.id, entry.record, entry.event, items, entry.closes)
        if said != (found.id, found.record, found.event, found.items, found.closes):
            raise _broken()
    return entries


def _chained(found: ConsentRow, body: SealedBody) -> ConsentRow:
    said = {
        "id": found.id.hex,
        "record": found.record.hex,
        "number": found.number,
        "event": found.event.value,
        "items": [item.hex for item in found.items],
        "closes": [item.hex for item in found.closes],
        "previous": found.previous.hex(),
        "body": bodies.leaf(body).hex(),
    }
    return replace(found, hash=merkle.leaf_hash(canonical(said)))


def _broken() -> Damaged:
    return Damaged(message("The consent ledger of this record was changed or is incomplete. Run guwah fsck."))
