"""The shred list: whose shares were destroyed and on which day, each entry bound to all before it.

Knows opaque ids and days. Must not know what was shredded, or why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Shredded:
    """One owner whose share was destroyed or put aside, and the day.

    ``back``: it was brought back that day. ``by``: the owner that says the same and took its place, so that nothing was
    taken away; None when nothing did.
    """

    owner: UUID
    day: date
    back: bool = False
    by: UUID | None = None


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
    def gone(self) -> frozenset[UUID]:
        """Those that were taken away, by what was said of each last: whatever took their place went too."""
        last = {entry.owner: entry for entry in self.entries}
        return frozenset(owner for owner in last if _is_gone(owner, last))

    @property
    def replaced(self) -> frozenset[UUID]:
        """Those whose share is destroyed while what took their place stands."""
        last = {entry.owner: entry for entry in self.entries}
        return frozenset(owner for owner, entry in last.items() if not entry.back) - self.gone

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
        gone = other.gone - self.gone
        last = {entry.owner: entry for entry in other.entries}
        return ShredList(
            (*self.entries, *(Shredded(owner, last[owner].day) for owner in last if owner in gone))
        )


def link(previous: bytes, entry: Shredded) -> bytes:
    """The hash that chains an entry to the one before it (docs/formats/backup.md)."""
    then = b"\x01" if entry.back else b"\x02" + entry.by.bytes if entry.by else b"\x00"
    said = previous + entry.owner.bytes + entry.day.isoformat().encode() + then
    return hashlib.sha256(b"guwah/1 shredded\0" + said).digest()


def _is_gone(owner: UUID, last: Mapping[UUID, Shredded]) -> bool:
    met = set()
    while (entry := last.get(owner)) and not entry.back:
        if entry.by is None or owner in met:
            return True
        met.add(owner)
        owner = entry.by
    return False
