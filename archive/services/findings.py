"""Findings: what a check of the archive says, and what each of its steps is given.

Knows what a step needs to look. Must not know what any of them looks for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.errors import Damaged
from archive.sealing.trust import Trust
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.ports import UnitOfWork
from archive.services.rederiving import Rederiving


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be: what it is (a kind of row), which one, what is wrong (a msgid)."""

    what: str
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """What every step of one check needs; ``acting`` is None for a check without keys.

    ``seen`` are bodies checked; ``spent`` those of log entries that may be gone by now.
    """

    archive: Archive
    acting: Acting | None
    unit: UnitOfWork
    checks: Trust
    seen: set[UUID] = field(default_factory=set)
    spent: set[UUID] = field(default_factory=set)
    withdrawn: frozenset[UUID] = frozenset()
    placing: Rederiving | None = None

    def holds(self, room: UUID) -> bool:
        return self.acting is not None and room in self.acting.keys.held()


def sound(step: Callable[[], object]) -> bool:
    """Whether a step goes through without finding anything changed."""
    try:
        step()
    except (CannotOpen, Damaged):
        return False
    return True
