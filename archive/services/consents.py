"""The consent ledger of one record: entries sealed to custody, chained, and read back whole.

Knows the chain. Must not know what consent opens: `policy` decides that.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from archive.services.saving import unseal

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

    Raises Damaged when an entry was changed, left out, moved or does not open.
    """
    said, head = [], b""
    for number, found in enumerate(unit.ledger.of_record(record)):
        body = unit.records.body(found.body)
        if body is None or found.number != number or found.previous != head:
            raise _broken()
        if not kdf.same(_chained(found, body).hash, found.hash):
            raise _broken()
        try:
            entry = decode(ConsentEntry, unseal(archive, acting, unit, body, custody, custody)[_PART])
        except CannotOpen:
            raise _broken() from None
        if (entry.id, entry.event, entry.closes) != (found.id, found.event, found.closes):
            raise _broken()
        said.append(entry)
        head = found.hash
    return tuple(said), head


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
