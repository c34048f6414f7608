"""Knows how a room is described on a page: name, purpose, what is not let in, until when.
Must not know its keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from flask_babel import format_date
from flask_babel import gettext as _

from archive.domain.rooms import RoomPurpose, Scope
from archive.domain.showing import HeldRoom, RoomView
from archive.web.presenting import Said, tag, theirs


@dataclass(frozen=True, slots=True)
class RoomHeading:
    """A room as the pages of its records name it."""

    id: UUID
    name: Said


@dataclass(frozen=True, slots=True)
class RoomCard:
    """A room for templates."""

    id: UUID
    name: Said
    purpose: str
    custody: bool
    why_closed: str
    counted: bool
    records: int
    waiting: int
    until: str
    only_you: bool
    bounds: tuple[tuple[str, tuple[Said, ...]], ...]


def heading(room: HeldRoom) -> RoomHeading:
    return RoomHeading(id=room.id, name=theirs(room.name))


def card(room: RoomView) -> RoomCard:
    return RoomCard(
        id=room.id,
        name=theirs(room.name),
        purpose=purpose(room.purpose),
        custody=room.purpose is RoomPurpose.CUSTODY,
        why_closed=_why_closed(room.purpose),
        counted=room.purpose not in (RoomPurpose.AUDIT, RoomPurpose.RECOVERY),
        records=room.records,
        waiting=room.waiting,
        until=format_date(room.not_after, "long") if room.not_after else "",
        only_you=room.only_you,
        bounds=tuple(_bounds(room.scope)),
    )


def purpose(of: RoomPurpose) -> str:
    """What a room is for, in a few words."""
    return {
        RoomPurpose.CUSTODY: _("Custody: whole accounts, narrators without names"),
        RoomPurpose.IDENTITY: _("Identity: who narrators are and how to reach them"),
        RoomPurpose.READING: _("Reading: what vetted researchers may see"),
        RoomPurpose.MATTER: _("Matter: what one legal case may see"),
        RoomPurpose.INTAKE: _("Intake: sealed submissions"),
        RoomPurpose.AUDIT: _("Audit: the transparency log"),
        RoomPurpose.RECOVERY: _("Recovery"),
    }[of]


def _why_closed(of: RoomPurpose) -> str:
    """How a room that is not searched is used."""
    match of:
        case RoomPurpose.IDENTITY:
            return str(
                _(
                    "Names and contacts are not searched. Each is shown beside its record in the custody room, to"
                    " whoever holds both rooms."
                )
            )
        case RoomPurpose.AUDIT:
            return str(
                _(
                    "The log says who did what and when: every opening, every change, every key that was given. A link"
                    " to it stands on the page “Your work”."
                )
            )
    return str(_("There is nothing to search here."))


def _bounds(scope: Scope) -> Iterable[tuple[str, tuple[Said, ...]]]:
    for name, facet, terms in (
        (_("Only these places"), "place", scope.places),
        (_("Not these places"), "place", scope.not_places),
        (_("Only these facilities"), "facility", scope.facilities),
        (_("Not these facilities"), "facility", scope.not_facilities),
        (_("Only these types of abuse"), "abuse", scope.abuses),
        (_("Not these types of abuse"), "abuse", scope.not_abuses),
    ):
        if terms:
            yield name, tuple(tag(facet, term) for term in terms)
    if scope.since or scope.until:
        yield _("Time"), (theirs(f"{scope.since or '…'} – {scope.until or '…'}"),)
