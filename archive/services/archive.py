"""One archive, opened: its adapters in one value that every use case takes first.

Knows which ports there are. Must not know how they are made (`bootstrap`) or who acts (`acting`).
"""

from __future__ import annotations

from dataclasses import dataclass

from archive.domain.keeping import InstanceRow
from archive.sealing.host import Host
from archive.services.opened import Opened
from archive.services.ports import Clock, Indexes, Sessions, ShareStore, Units


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """``idle`` and ``lasting`` bound a session, in seconds. ``opened`` is what this process holds open."""

    row: InstanceRow
    work: Units
    read: Units
    shares: ShareStore
    sessions: Sessions
    indexes: Indexes
    host: Host
    clock: Clock
    opened: Opened
    idle: int = 15 * 60
    lasting: int = 8 * 3600
