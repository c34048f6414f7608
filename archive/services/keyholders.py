"""Keyholders: are members, rooms and grants what somebody entitled signed, and does each grant give the room's key?

Knows who vouches for whom. Must not know what lies in a room.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from archive.domain.errors import message
from archive.domain.keeping import GrantRow, RoomRow
from archive.services import admitting, indexing, rooms
from archive.services.acting import Acting
from archive.services.findings import Check, Finding, sound


def members(check: Check) -> Iterator[Finding]:
    """Yield members whose keys, login or name no officer vouches for. Cost: 0.5 ms a member, the first time."""
    for member in check.unit.members.all():
        if not sound(partial(check.checks.member, member.id)):
            yield Finding(
                "member",
                member.id.hex,
                message("This member's keys or login are not what officers certified."),
            )
    if check.acting and not sound(partial(admitting.profiles, check.archive, check.acting, check.unit)):
        yield Finding("member", "", message("A member's name was changed, and not by an officer."))


def rooms_and_grants(check: Check) -> Iterator[Finding]:
    """Yield rooms and grants that nobody entitled signed, and what does not open to whoever acts. Cost: 1 ms each."""
    for room in check.unit.rooms.all():
        if not sound(partial(check.checks.room, room.id)):
            yield Finding("room", room.id.hex, message("Nobody entitled signed this room's key."))
        elif check.acting and check.holds(room.id):
            if not sound(partial(rooms.terms, check.archive, check.acting, check.unit, room.id)):
                yield Finding(
                    "room", room.id.hex, message("Nobody entitled signed this room's name and scope.")
                )
            if not indexing.recorded(check.archive, check.acting, check.unit, room):
                yield Finding(
                    "index",
                    room.id.hex,
                    message(
                        "Its search index is not in the state that was recorded; the next search makes it anew."
                    ),
                )
        for grant in check.unit.rooms.grants_of(room.id):
            if not sound(partial(check.checks.grant, grant)):
                yield Finding("grant", grant.id.hex, message("Nobody entitled signed this grant."))
            elif check.acting and not _opens(check.acting, grant, room):
                yield Finding("grant", grant.id.hex, message("This grant does not give the room's key."))


def _opens(acting: Acting, grant: GrantRow, room: RoomRow) -> bool:
    mine = grant.grantee == acting.member and grant.ended is None and bool(grant.wrap)
    return not mine or sound(partial(acting.keys.take, grant, room.public))
