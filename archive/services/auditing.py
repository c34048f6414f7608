"""Auditing: who may look at the log, what they asked of it, whether it is whole, a checkpoint to take away.

Knows the right that all of these share. Must not know how the log is sealed or hashed, nor pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.errors import Damaged, NotFound
from archive.domain.identifiers import new_id
from archive.domain.log import LogFilter
from archive.sealing.codec import decode, encode
from archive.services import checking, checkpoints, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.findings import Finding
from archive.services.signing_in import keep_note, kept_note


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check found: how many entries there are, how far the host signed (None: never), what is wrong."""

    size: int
    signed: int | None
    findings: tuple[Finding, ...]


def may_read(archive: Archive, acting: Acting) -> bool:
    """Whether this member reads the log at all: an auditor or an officer."""
    with archive.read() as unit:
        try:
            transparency.reads(archive, acting, unit)
        except NotFound:
            return False
    return True


@transparency.refusals("log-read")
def enter(archive: Archive, acting: Acting) -> None:
    """Return when this member reads the log. Raises NotFound, which is logged."""
    with archive.read() as unit:
        transparency.reads(archive, acting, unit)


@transparency.refusals("log-read")
def verify(archive: Archive, acting: Acting) -> Verdict:
    """Check every entry against its leaf, the leaves against the log's end, all against what the host signed last.

    Raises NotFound for who may not read the log. The check is logged first. Cost: 1 ms an entry.
    """
    _logged(archive, acting, "verify")
    findings = checking.log(archive)
    with archive.read() as unit:
        size = unit.log.head().size
        try:
            last = checkpoints.compare_last(archive, unit)
        except Damaged:
            last = None  # it is among the findings
    return Verdict(size=size, signed=last.size if last else None, findings=findings)


@transparency.refusals("log-read")
def checkpoint(archive: Archive, acting: Acting) -> str:
    """Return a checkpoint of now, to be kept elsewhere. Raises NotFound, Damaged as `checkpoints.checkpoint`."""
    _logged(archive, acting, "checkpoint")
    return checkpoints.checkpoint(archive)


def keep(archive: Archive, acting: Acting, only: LogFilter) -> UUID:
    """Keep what was asked of the log, sealed in the session, behind an opaque address; return the address."""
    note = new_id()
    keep_note(archive, acting, note, b"log" + encode(LogFilter, only))
    return note


def kept(archive: Archive, acting: Acting, note: UUID) -> LogFilter:
    """Return what was asked at an address of this session. Raises NotFound for every other."""
    raw = kept_note(archive, acting, note)
    try:
        if raw is None or not raw.startswith(b"log"):
            raise NotFound
        return decode(LogFilter, raw.removeprefix(b"log"))
    except CannotOpen:
        raise NotFound from None


def _logged(archive: Archive, acting: Acting, what: str) -> None:
    with archive.work() as unit:
        transparency.reads(archive, acting, unit)
        transparency.append(archive, unit, acting.member, "log-read", {"what": what})
        unit.commit()
