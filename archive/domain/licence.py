"""The licence of a rendition: the clear words without which nothing is read.

Knows which consent a rendition rests on and until when. Must not know what it says or who reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """``items`` are the grant items that all must live; ``head`` is the ledger's head it was placed under.

    ``not_after`` is the last day of reading; None means without term.
    """

    room: UUID
    record: UUID
    rendition: UUID
    items: tuple[UUID, ...]
    head: bytes
    not_after: date | None = None
