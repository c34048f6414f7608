"""Reporting to the person: what they agreed to, what was done since, who has what of it, and what happens next.

Knows which of the archive's ledgers answer that. Must not know languages or paper, nor name any member: roles only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.consent import Event
from archive.domain.errors import NotFound
from archive.domain.handover import HandOver, Recall
from archive.domain.log import LogFilter
from archive.domain.rooms import Capability, RoomPurpose
from archive.policy.access import Action
from archive.policy.consent import State
from archive.services import deciding, holding, recalling, shredding, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.deciding import Agreed
from archive.services.entitling import require, trust
from archive.services.holding import Held
from archive.services.ports import UnitOfWork

ITSELF: Final = "archive"
"""The role of whatever nobody signed in did: a receipt, the clock, upkeep."""
_SHREDDED: Final = "shred"
_BY_ROOM: Final = {RoomPurpose.READING: "researcher", RoomPurpose.MATTER: "counsel"}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done with a record on a day, so many times, by members of one role (``vocabularies/roles.toml``)."""

    day: date
    action: str
    role: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that a person may know of their record.

    ``given``: hand-overs, and recalls where there are any. ``risk``: day and reason of each hold that stands because
    others are at risk; ``legal``: legal holds, lifted ones too. Of a withdrawn record: ``until`` when that can be
    undone (seconds since 1970), or the day it was ``destroyed``. ``reviews``: days on which consent is asked anew.
    """

    agreed: Agreed
    deeds: tuple[Deed, ...]
    given: tuple[HandOver | Recall, ...]
    risk: tuple[tuple[date, str], ...]
    legal: tuple[Held, ...]
    reviews: tuple[date, ...]
    until: int | None = None
    destroyed: date | None = None

    @property
    def held(self) -> bool:
        """Whether a legal hold keeps it from being destroyed."""
        return any(one.ended is None for one in self.legal)


@transparency.refusals("subject-report")
def report(archive: Archive, acting: Acting, custody: UUID, record: UUID) -> Report:
    """Return the report of a record, for its custodian to give to the person. Logged first, with all that it opens.

    What was done is told by day and role, from what stands in the clear in the log; searches are told by nobody, for
    the log does not say which records they found. Needs the place capability. Raises NotFound, Refused, Damaged. Cost:
    as opening the record in custody.
    """
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        row = unit.records.get(record)
        if row is None or row.collection != custody:
            raise NotFound
        deeds = _deeds(archive, acting, unit, record, custody)
    with archive.work() as unit:
        transparency.append(
            archive, unit, acting.member, "subject-report", {"record": record.hex}, about=record
        )
        unit.commit()
    agreed = deciding.agreed(archive, acting, custody, record)
    released = {id for said in agreed.entries if said.event is Event.RELEASE for id in said.closes}
    until = shredding.waiting(archive, acting, custody).get(record)
    ends = [deed.day for deed in deeds if deed.action == _SHREDDED]
    return Report(
        agreed=agreed,
        deeds=deeds,
        given=recalling.handovers(archive, acting, custody, record),
        risk=tuple(
            (said.at, said.reason)
            for said in agreed.entries
            if said.event is Event.HOLD and said.id not in released
        ),
        legal=holding.legal(archive, acting, ended=True, record=record),
        reviews=tuple(
            sorted({on for said in agreed.entries if (on := said.review_on) and on >= agreed.today})
        ),
        until=until,
        destroyed=ends[0] if ends and agreed.state is State.WITHDRAWN and until is None else None,
    )


def _deeds(
    archive: Archive, acting: Acting, unit: UnitOfWork, record: UUID, custody: UUID
) -> tuple[Deed, ...]:
    rows = unit.log.find(LogFilter(about=record), None, unit.log.head().size)
    purposes = {room.id: room.purpose for room in unit.rooms.of_collection(custody)}
    roles = {actor: _role(archive, acting, unit, purposes, actor) for actor in {row.actor for row in rows}}
    counted = Counter((row.day, row.action, roles[row.actor]) for row in rows)
    return tuple(Deed(*what, times) for what, times in counted.items())


def _role(
    archive: Archive,
    acting: Acting,
    unit: UnitOfWork,
    purposes: Mapping[UUID, RoomPurpose],
    actor: UUID | None,
) -> str:
    """As what somebody works in a collection, by the rooms that they were granted there: the closest to the record."""
    if actor is None:
        return ITSELF
    grants = [grant for grant in unit.rooms.grants_to(actor) if grant.room in purposes]
    of = {purposes[grant.room]: grant.capabilities for grant in grants}
    if RoomPurpose.CUSTODY in of:
        keyless = set(of[RoomPurpose.CUSTODY]) == {Capability.WITHDRAW.value}
        return "desk" if keyless and len(of) == 1 else "custodian"
    for purpose, role in _BY_ROOM.items():
        if purpose in of:
            return role
    try:
        officer = trust(archive, acting, unit).member(actor).officer
    except CannotOpen:
        officer = False
    return "officer" if officer else "custodian"
