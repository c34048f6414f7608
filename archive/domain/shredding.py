"""The shred list: whose shares were destroyed and on which day, each entry bound to all before it.

Knows opaque ids and days. Must not know what was shredded, or why.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import reduce
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Shredded:
    """One owner whose share was destroyed or put aside, and the day; ``back``: it was brought back that day."""

    owner: UUID
    day: date
    back: bool = False


@dataclass(frozen=True, slots=True)
class ShredList:
    """All of them, oldest first. An entry's number is its place, from 1."""

    entries: tuple[Shredded, ...] = ()

    @property
    def number(self) -> int:
        """The number of the newest entry."""
        return len(self.entries)

    @property
    def head(self) -> bytes:
        """The hash of the newest entry, and so of all; empty when there is none."""
        return reduce(link, self.entries, b"")

    @property
    def owners(self) -> frozenset[UUID]:
        """Those whose share is gone, by what was said of each last."""
        last = {entry.owner: entry.back for entry in self.entries}
        return frozenset(owner for owner, back in last.items() if not back)

    def extends(self, other: ShredList) -> bool:
        """Whether this list begins with all of the other one."""
        return self.entries[: other.number] == other.entries

    def joined(self, other: ShredList) -> ShredList:
        """The longer of two lists of one line; of two that contradict each other, this one and what only that knows.

        What either says is gone is then gone.
        """
        if other.extends(self):
            return other
        if self.extends(other):
            return self
        gone = other.owners - self.owners
        last = {entry.owner: entry for entry in other.entries}
        return ShredList((*self.entries, *(entry for entry in last.values() if entry.owner in gone)))


def link(previous: bytes, entry: Shredded) -> bytes:
    """The hash that chains an entry to the one before it (docs/formats/backup.md)."""
    said = previous + entry.owner.bytes + entry.day.isoformat().encode() + bytes([entry.back])
    return hashlib.sha256(b"guwah/1 shredded\0" + said).digest()
