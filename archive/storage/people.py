"""Knows how members, their slots, rooms and grants are kept. Must not know what their keys open."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from archive.domain.keeping import GrantRow, MemberRow, RoomRow, SlotRow
from archive.storage.rows import Rows
from archive.storage.tables import grants, members, predecessors, rooms, slots


class Members:
    """`services.ports.Members`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, member: MemberRow) -> None:
        self._rows.add(members, member)

    def replace(self, member: MemberRow) -> None:
        self._rows.replace(members, member, members.c.id == member.id)

    def get(self, member: UUID) -> MemberRow | None:
        return self._rows.once(
            ("member get", member), lambda: self._rows.load_one(MemberRow, members, members.c.id == member)
        )

    def by_login(self, login: bytes) -> MemberRow | None:
        return self._rows.load_one(MemberRow, members, members.c.login == login)

    def all(self) -> tuple[MemberRow, ...]:
        return self._rows.load(MemberRow, members, order=members.c.id)

    def add_slot(self, slot: SlotRow) -> None:
        self._rows.add(slots, slot)

    def slots(self, member: UUID, kind: str) -> tuple[SlotRow, ...]:
        return self._rows.load(
            SlotRow, slots, slots.c.member == member, slots.c.kind == kind, order=slots.c.id
        )

    def remove_slots(self, member: UUID) -> None:
        self._rows.erase(slots.delete().where(slots.c.member == member))


class Rooms:
    """`services.ports.Rooms`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, room: RoomRow) -> None:
        self._rows.add(rooms, room)

    def replace(self, room: RoomRow) -> None:
        self._rows.replace(rooms, room, rooms.c.id == room.id)

    def get(self, room: UUID) -> RoomRow | None:
        return self._rows.once(
            ("room get", room), lambda: self._rows.load_one(RoomRow, rooms, rooms.c.id == room)
        )

    def all(self) -> tuple[RoomRow, ...]:
        return self._rows.load(RoomRow, rooms, order=rooms.c.id)

    def of_collection(self, collection: UUID) -> tuple[RoomRow, ...]:
        return self._rows.once(
            ("room of_collection", collection),
            lambda: self._rows.load(RoomRow, rooms, rooms.c.collection == collection, order=rooms.c.id),
        )

    def add_predecessor(self, room: UUID, version: int, sealed: bytes) -> None:
        self._rows.insert(predecessors, [{"room": room, "version": version, "sealed": sealed}])

    def predecessor(self, room: UUID, version: int) -> bytes | None:
        found = self._rows.first(
            select(predecessors.c.sealed).where(
                predecessors.c.room == room, predecessors.c.version == version
            )
        )
        return found["sealed"] if found else None

    def grant(self, grant: GrantRow) -> None:
        self._rows.add(grants, grant)

    def grants_to(self, grantee: UUID) -> tuple[GrantRow, ...]:
        return self._rows.once(
            ("room grants_to", grantee),
            lambda: self._rows.load(GrantRow, grants, grants.c.grantee == grantee, order=grants.c.since),
        )

    def grants_of(self, room: UUID) -> tuple[GrantRow, ...]:
        return self._rows.once(
            ("room grants_of", room),
            lambda: self._rows.load(GrantRow, grants, grants.c.room == room, order=grants.c.since),
        )

    def end_grant(self, grant: UUID, log_size: int) -> None:
        self._rows.erase(
            grants.update()
            .where(grants.c.id == grant, grants.c.ended.is_(None))
            .values(ended=log_size, wrap=b"")
        )
