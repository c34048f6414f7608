"""Previewing: what each room would hold of a record if it read otherwise. Nothing is opened, and nothing stored.

Knows the rooms of a collection and asks the policy. Must not know what was changed, or why.
"""

from __future__ import annotations

from archive.domain.drafts import Record
from archive.domain.errors import NotFound
from archive.domain.rooms import RoomPurpose
from archive.domain.showing import Preview, Shown
from archive.policy.consent import fold
from archive.policy.placement import OPENED_BY, place
from archive.services import placing
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import holdings, today


def preview(archive: Archive, acting: Acting, shown: Shown, changed: Record) -> tuple[Preview, ...]:
    """Return what the rooms of its collection would hold of a record shown in custody, if it read like ``changed``.

    Rooms that would hold the same stand together, those of them that the member does not hold without a name; those
    that would hold nothing come last. Raises NotFound outside custody, Damaged. Cost: 0.5 ms a room.
    """
    if shown.room.purpose is not RoomPurpose.CUSTODY:
        raise NotFound
    with archive.read() as unit:
        held, day = holdings(archive, acting, unit), today(archive, unit)
        rooms = placing.collection(archive, acting, unit, shown.room.id).rooms
    consent = fold(shown.consent, day)
    found: list[Preview] = []
    for room, (_key, terms) in sorted(rooms.items(), key=lambda each: (each[1][1].name, each[0])):
        if terms.purpose not in OPENED_BY:
            continue
        placed = place(consent, changed, terms, day)
        name = terms.name if room in held else ""
        found.append(Preview(record=placed.record if placed else None, rooms=((terms.purpose, name),)))
    return _together(found)


def _together(found: list[Preview]) -> tuple[Preview, ...]:
    alike: list[Preview] = []
    for one in found:
        same = next((other for other in alike if other.record == one.record), None)
        if same:
            alike[alike.index(same)] = Preview(record=one.record, rooms=(*same.rooms, *one.rooms))
        else:
            alike.append(one)
    return tuple(sorted(alike, key=lambda each: each.record is None))
