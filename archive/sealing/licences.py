"""Knows how a licence is written beside its rendition and read back.
Must not know whether it still holds: `policy.access` decides that."""

from __future__ import annotations

import json
from datetime import date
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.licence import Licence
from archive.sealing.codec import canonical


def write(licence: Licence) -> bytes:
    """Return the licence as canonical bytes, which the commit's signature covers."""
    return canonical(
        {
            "room": licence.room.hex,
            "record": licence.record.hex,
            "rendition": licence.rendition.hex,
            "items": [item.hex for item in licence.items],
            "head": licence.head.hex(),
            "not_after": licence.not_after.isoformat() if licence.not_after else None,
        }
    )


def last_day(raw: bytes) -> date | None:
    """Return the last day of a licence as it is written beside a body; None for none, and without term."""
    return read(raw).not_after if raw else None


def read(raw: bytes) -> Licence:
    """Return the licence of `write`. Raises CannotOpen for other bytes."""
    try:
        said = json.loads(raw)
        return Licence(
            room=UUID(said["room"]),
            record=UUID(said["record"]),
            rendition=UUID(said["rendition"]),
            items=tuple(UUID(item) for item in said["items"]),
            head=bytes.fromhex(said["head"]),
            not_after=date.fromisoformat(said["not_after"]) if said["not_after"] else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CannotOpen from None
