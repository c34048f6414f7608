"""What a backup says of itself: which files, of which state of the archive, made by what.

Knows digests, sizes and counts. Must not know how a file is copied, or what lies in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Advance = Callable[[int, int], None]
"""Told how much of how much is done, in bytes, whenever there is news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedFile:
    """One copied file: which half of the backup it is (``main`` or ``shares``), how long, its SHA-256 in hex."""

    half: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One backup. ``log_size`` and ``log_root`` (hex) are those of the main copy's log.

    ``shredded`` and ``shred_head`` (hex) say how far the shred list in the copied shares goes.
    """

    id: UUID
    instance: UUID
    at: datetime
    files: tuple[CopiedFile, ...]
    log_size: int
    log_root: str
    shredded: int
    shred_head: str
    program: str
    schema: str
