"""Knows what is asked of the transparency log, where an entry stands in it, how long it keeps what was searched for.
Must not know how an entry is sealed, hashed or stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

QUERIES: Final = ("search", "suggest")
"""The actions whose bodies hold what somebody typed."""
STAYING: Final = (
    "shred", "undo", "hand-over", "recall", "recalls", "hold", "lift", "holds", "subject-report", "certificate",
)  # fmt: skip
"""The actions that say what became of a record, with opaque ids only: their bodies outlive it."""
KEPT: Final = timedelta(days=90)
"""How long such a body can be opened; its entry stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which entries are wanted, by what stands in the clear; None for all. ``since`` and ``until`` are included."""

    actor: UUID | None = None
    about: UUID | None = None
    action: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPlace:
    """``number`` counts from 0. ``path`` leads from ``leaf`` to ``root``, the root of the log's first ``size`` entries
    (RFC 6962, lowest hash first), which the host signed in ``checkpoint`` (C2SP).
    """

    number: int
    leaf: bytes
    size: int
    root: bytes
    path: tuple[bytes, ...]
    checkpoint: str


def faded(action: str, day: date, today: date) -> bool:
    """Whether what an entry says has had its time: a query's body is then opened by nobody any more."""
    return action in QUERIES and day + KEPT < today
