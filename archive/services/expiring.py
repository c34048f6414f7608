"""Expiring: what ran out is removed by the clock alone, nobody signed in, unless the clock itself is in doubt.

Knows days and rows. Must not know what ran out: nothing here unseals anything.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Final
from uuid import UUID

from archive.domain.errors import Refused, message
from archive.services import indexing, recalling, saving, shredding, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import trust
from archive.services.ports import UnitOfWork

DOUBTED: Final = 48 * 3600
"""Seconds without upkeep after which an officer must say that the clock is right before anything is destroyed."""


def run(archive: Archive) -> bool:
    """Do what is due; return False when it waits for an officer, because the clock was set back or leapt ahead.

    Nobody reads what ran out meanwhile: a licence is held against the day at every reading. Needs no key. Cost: one
    query, then some 0.1 ms a body that ran out, in one transaction, and a rebuilt index in each room it lay in.
    """
    saving.settle(archive)
    shredding.set_aside(archive)
    if not _steady(archive):
        return False
    _expire(archive, None)
    return True


def confirm(archive: Archive, acting: Acting) -> None:
    """Say, as an officer, that the clock is right, and do what waits. Raises Refused.

    Days of the log that lie ahead of it were written by a wrong clock, then, and hold upkeep up no more.
    """
    with archive.read() as unit:
        if not trust(archive, acting, unit).member(acting.member).officer:
            raise Refused(message("Only officers can do this."))
        last = unit.log.last_day()
    if last and date.fromisoformat(last) > archive.clock().date():
        archive.shares.doubt(date.fromisoformat(last))
    _expire(archive, acting.member)


def waits(archive: Archive) -> bool:
    """Whether what ran out waits for an officer's word that the clock is right."""
    return not _steady(archive)


def _steady(archive: Archive) -> bool:
    moment, before = shredding.now(archive), archive.shares.last_upkeep()
    believed = max(archive.clock().date(), archive.shares.doubted() or date.min)
    with archive.read() as unit:
        set_back = believed.isoformat() < (unit.log.last_day() or "")
    return not set_back and (before is None or before - DOUBTED <= moment <= before + DOUBTED)


def _expire(archive: Archive, actor: UUID | None) -> None:
    """By the clock's own day: what a wrong one once wrote into the log closes for reading, but destroys nothing."""
    day = archive.clock().date()
    with archive.read() as unit:
        due = bool(unit.records.ended(day))
    if due:
        with archive.work() as unit:
            ended = unit.records.ended(day)
            _remove(
                unit, {record for _body, record, _room in ended}, [body for body, _record, _room in ended]
            )
            rooms = {room for _body, _record, room in ended}
            for room in rooms:
                unit.outbox.set_head(room, None)
            transparency.append(archive, unit, actor, "expire", {"bodies": len(ended)})
            unit.commit()
        indexing.drop(archive, rooms)
        archive.shares.destroy(body for body, _record, _room in ended)
    recalling.summon_lapsed(archive, actor, day)
    shredding.finish(archive)
    archive.shares.note_upkeep(shredding.now(archive))


def _remove(unit: UnitOfWork, records: set[UUID], bodies: list[UUID]) -> None:
    unit.records.remove_bodies(bodies)
    waiting = defaultdict[UUID, list[UUID]](list)
    for row in unit.records.get_many(records).values():
        if not row.closed:
            waiting[row.collection].append(row.id)
    for custody, ids in waiting.items():
        unit.outbox.await_placing(custody, ids)
