"""Handing over: to whom something of a record was given, outside the archive's reach, and whether they were asked back.

Knows the shape of a hand-over and the states of its recall. Must not know how either is kept, or when one is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from archive.domain.consent import Purpose


class RecallState(StrEnum):
    """How far the recall of one hand-over has come. IRRECALLABLE: filed in court, published; said plainly."""

    DUE = "due"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    IRRECALLABLE = "irrecallable"


OPEN: Final = (RecallState.DUE, RecallState.SENT)
"""A recall that still needs to know its recipient; in every other state it is settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """One hand-over of something of a record, by the archive or elsewhere, as custody knows it.

    ``what`` was handed over to ``recipient``, who is reached by ``reach`` and written to in ``language`` (a BCP 47
    tag). ``items`` are the grant items that it rested on; none when nobody knows them any more.
    """

    id: UUID
    record: UUID
    recipient: str
    purpose: Purpose
    day: date
    what: str
    reach: str = ""
    language: str = "en"
    items: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """A hand-over that is to come back: its state since a day; ``handover`` for those who may know whom it names."""

    id: UUID
    record: UUID
    state: RecallState
    day: date
    handover: HandOver | None = None
