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
    """One owner whose share was destroyed, and the day."""

    owner: UUID
    day: date


@dataclass(frozen=True, slots=True)
class ShredList:
    """All of them, oldest first. An entry's number is its place, from 1; only whole lists are compared."""

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
        return frozenset(entry.owner for entry in self.entries)

    def extends(self, other: ShredList) -> bool:
        """Whether this list begins with all of the other one."""
        return self.entries[: other.number] == other.entries

    def joined(self, other: ShredList) -> ShredList:
        """This list, and then what only the other one has."""
        mine = self.owners
        return ShredList((*self.entries, *(entry for entry in other.entries if entry.owner not in mine)))


def link(previous: bytes, entry: Shredded) -> bytes:
    """The hash that chains an entry to the one before it (docs/formats/backup.md)."""
    said = previous + entry.owner.bytes + entry.day.isoformat().encode()
    return hashlib.sha256(b"guwah/1 shredded\0" + said).digest()
