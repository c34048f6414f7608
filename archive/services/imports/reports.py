"""Reject reports: the rows of an import that were refused, and why, sealed to the member who imported.

Knows a report's shape and who may open it. Must not know files, or how a row came to be refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.errors import Damaged, NotFound, Problem, message
from archive.domain.identifiers import new_id
from archive.sealing import reports as sealing
from archive.sealing.codec import decode, encode
from archive.services import transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import today
from archive.services.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was refused: the line on which it begins, and everything that must be mended."""

    line: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one import refused. ``more`` counts the rows beyond those that are listed."""

    mapping: str
    rejected: tuple[Rejected, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A report that lies ready for its member."""

    id: UUID
    day: date


def keep(archive: Archive, acting: Acting, unit: UnitOfWork, report: Report) -> UUID:
    """Seal a report to the member who acts, in a unit of work that goes on, and return its id. Raises NotFound."""
    member = unit.members.get(acting.member)
    if member is None:
        raise NotFound
    id = new_id()
    unit.reports.add(sealing.seal(archive.row.id, member, id, today(archive, unit), encode(Report, report)))
    return id


def reports(archive: Archive, acting: Acting) -> tuple[Kept, ...]:
    """Return the member's own reports, none of them opened."""
    with archive.read() as unit:
        return tuple(Kept(id=row.id, day=row.day) for row in unit.reports.of_member(acting.member))


@transparency.refusals("report")
def report(archive: Archive, acting: Acting, id: UUID) -> Report:
    """Open one of the member's own reports, once the log says so. Raises NotFound, Damaged."""
    with archive.work() as unit:
        row = unit.reports.get(id)
        if row is None or row.member != acting.member:
            raise NotFound
        transparency.append(archive, unit, acting.member, "report", {"report": id.hex})
        unit.commit()
    try:
        return decode(Report, sealing.unseal(acting.keys, row))
    except CannotOpen:
        raise Damaged(
            message("This report is not what was stored. Import the file again to get another.")
        ) from None
