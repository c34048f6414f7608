"""Knows what may become of a log entry's sealed body: for how long the archive keeps what somebody searched for.
Must not know how an entry is sealed, hashed or stored."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

QUERIES: Final = ("search", "suggest")
"""The actions whose bodies hold what somebody typed."""
KEPT: Final = timedelta(days=90)
"""How long such a body can be opened; its entry stays."""


def faded(action: str, day: date, today: date) -> bool:
    """Whether what an entry says has had its time: a query's body is then opened by nobody any more."""
    return action in QUERIES and day + KEPT < today
