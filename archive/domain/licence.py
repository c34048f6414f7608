"""The licence of a rendition or master: the clear words without which nothing is read.

Knows which consent a rendition rests on and until when. Must not know what it says or who reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """``rendition`` is the body's id, a master's too. ``items`` are the grant items that all must live.

    ``head`` is the ledger's head it was placed under; ``not_after`` the last day of reading, None: without term.
    """

    room: UUID
    record: UUID
    rendition: UUID
    items: tuple[UUID, ...]
    head: bytes
    not_after: date | None = None
