"""What a member is entitled to today: their grants, each checked down to the pinned roots, opened into the keyring.

Knows how grants become keys and holdings. Must not know how the member signed in, or what lies in a room.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.errors import Damaged, NotFound, Refused, message
from archive.domain.keeping import GrantRow, RoomRow
from archive.domain.rooms import Capability
from archive.policy.access import Action, Holding, decide
from archive.sealing.keyring import Keyring
from archive.sealing.trust import Trust
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.ports import UnitOfWork


def today(archive: Archive, unit: UnitOfWork) -> date:
    """Return the day that licences and terms are held against: the clock's, never before the last log entry's."""
    last = unit.log.last_day()
    now = archive.clock().date()
    return max(now, date.fromisoformat(last)) if last else now


def trust(archive: Archive, acting: Acting, unit: UnitOfWork) -> Trust:
    """Return what checks signatures down to the roots that the member's slot pins. Raises Damaged if they differ."""
    try:
        return Trust(archive.row, acting.pinned, unit.members.get, unit.rooms.get, unit.rooms.grants_of)
    except CannotOpen:
        raise Damaged(
            message("The officers named in the database are not the ones your keys know. Nothing was opened.")
        ) from None


def take_rooms(archive: Archive, acting: Acting, unit: UnitOfWork) -> None:
    """Open every live grant of the member into the keyring. A grant or room that nobody vouches for is passed over.

    Cost: 0.1 ms a room not yet held.
    """
    checks = trust(archive, acting, unit)
    for grant in live(unit.rooms.grants_to(acting.member), today(archive, unit)):
        if grant.room in acting.keys.held():
            continue
        room = unit.rooms.get(grant.room)
        try:
            checks.grant(grant)
            checks.room_key(grant.room)
            acting.keys.take(grant)
            _take_older(acting.keys, grant, unit)
        except CannotOpen:
            continue
        if room is None or acting.keys.public(grant.room, grant.version) != room.public:
            raise Damaged(message("A room's key in the database is not the one it was made with."))


def holdings(archive: Archive, acting: Acting, unit: UnitOfWork) -> dict[UUID, Holding]:
    """Return the rooms that the member holds today, by live grants whose keys have opened."""
    held = acting.keys.held()
    return {
        grant.room: Holding(
            room=grant.room,
            purpose=room.purpose,
            capabilities=frozenset(Capability(word) for word in grant.capabilities),
            not_after=grant.not_after,
        )
        for grant in live(unit.rooms.grants_to(acting.member), today(archive, unit))
        if grant.room in held and (room := unit.rooms.get(grant.room))
    }


def require(archive: Archive, acting: Acting, unit: UnitOfWork, room: UUID, action: Action) -> RoomRow:
    """Return a room in which the member may do this; raises NotFound, or Refused when they hold it but may not."""
    held = holdings(archive, acting, unit)
    row = unit.rooms.get(room)
    if row is None or room not in held:
        raise NotFound
    if not decide(action, held.values(), None, room, today(archive, unit)):
        raise Refused(
            message("You can read this room, but this deed is not among what you were granted there.")
        )
    return row


def live(grants: Iterable[GrantRow], on: date) -> tuple[GrantRow, ...]:
    """Return the grants that hold on a day."""
    return tuple(
        grant
        for grant in grants
        if grant.ended is None and (grant.not_after is None or on <= grant.not_after)
    )


def _take_older(keys: Keyring, grant: GrantRow, unit: UnitOfWork) -> None:
    for version in range(grant.version - 1, 0, -1):
        sealed = unit.rooms.predecessor(grant.room, version)
        if sealed is None:
            raise CannotOpen
        keys.take_predecessor(grant.room, version, sealed)
