"""A small world of keys for the sealing tests: an officer, a custodian, a reader, two rooms, one sealed body.

Everybody in it is invented; nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from archive.crypto import kdf, wrap
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind, CommitRow, GrantRow, InstanceRow, MemberRow, RoomRow, SealedBody
from archive.domain.licence import Licence
from archive.domain.rooms import Capability, RoomPurpose, RoomTerms
from archive.sealing import bodies, commits, licences, trust
from archive.sealing.bodies import RoomKey, Unsealed
from archive.sealing.commits import Standing
from archive.sealing.keyring import Keyring, publics
from archive.services import keying

DAY = date(2026, 3, 21)
PARTS = {"record": b"Ninety days, invented.", "note": b"another part"}
PLACE = (Capability.READ, Capability.PLACE)


@dataclass
class Somebody:
    row: MemberRow
    keys: Keyring


@dataclass
class World:
    """Rows in dictionaries, as a database would have them; a test changes one and asks `trust` again."""

    instance: InstanceRow
    members: dict[UUID, MemberRow] = field(default_factory=dict)
    rooms: dict[UUID, RoomRow] = field(default_factory=dict)
    grants: list[GrantRow] = field(default_factory=list)
    shares: dict[UUID, bytes] = field(default_factory=dict)
    seeds: dict[UUID, bytes] = field(default_factory=dict)

    def trust(self, instance: InstanceRow | None = None) -> trust.Trust:
        return trust.Trust(
            instance or self.instance,
            trust.fingerprint(self.instance),
            self.members.get,
            self.rooms.get,
            lambda room: [grant for grant in self.grants if grant.room == room],
        )

    def somebody(self, officers: list[Keyring], *, officer: bool = False) -> Somebody:
        seed, member = kdf.random(kdf.KEY), new_id()
        keys = Keyring(self.instance.id, member, 1, seed)
        row = member_row(self.instance.id, member, seed, officer=officer)
        self.members[member] = keying.certify(self.instance.id, row, officers or [keys])
        return Somebody(self.members[member], keys)

    def room(self, signer: Keyring, purpose: RoomPurpose, collection: UUID | None = None) -> RoomRow:
        room = new_id()
        terms = RoomTerms(id=room, collection=collection or room, purpose=purpose, name="Example room")
        via = key_of(self.rooms[collection]) if collection else None
        self.rooms[room], self.seeds[room] = keying.make_room(signer, terms, via)
        return self.rooms[room]

    def grant(
        self,
        signer: Keyring,
        room: RoomRow,
        to: Somebody,
        able: tuple[Capability, ...],
        *,
        since: int = 0,
        not_after: date | None = None,
    ) -> GrantRow:
        made = keying.make_grant(
            signer,
            room,
            self.seeds[room.id],
            keying.Grantee.member(to.row),
            able,
            since=since,
            not_after=not_after,
        )
        self.grants.append(made)
        to.keys.take(made, room.public)
        return made


def member_row(instance: UUID, member: UUID, seed: bytes, *, officer: bool) -> MemberRow:
    wrap_public, sign_public = publics(instance, seed)
    return MemberRow(
        id=member,
        login=kdf.digest(member.bytes),
        key_epoch=1,
        wrap_public=wrap_public,
        sign_public=sign_public,
        officer=officer,
        certificate=(),
        profile_self=b"",
        profile_audit=b"",
        day=DAY,
    )


def key_of(room: RoomRow) -> RoomKey:
    return RoomKey(room.id, room.version, room.public)


@dataclass
class Cast:
    """Who acts: the officer (a pinned root), a custodian who may place, a reader who may not."""

    world: World
    officer: Somebody
    custodian: Somebody
    reader: Somebody
    custody: RoomRow
    reading: RoomRow

    def sealed(self, signer: Keyring | None = None) -> tuple[SealedBody, CommitRow]:
        """A rendition in the reading room, wrapped to custody too, under a commit that adds two bodies."""
        one, other = self.rendition(), self.rendition()
        stand = {one.record: Standing(one.id, 1, b"head")}
        keys = signer or self.custodian.keys
        row, placed = commits.sign(keys, new_id(), [one, other], stand, 7, DAY)
        return placed[0], row

    def rendition(self) -> SealedBody:
        body, record = new_id(), new_id()
        licence = Licence(
            room=self.reading.id, record=record, rendition=body, items=(new_id(),), head=b"head"
        )
        self.world.shares[body] = kdf.random(kdf.KEY)
        unsealed = Unsealed(
            id=body,
            kind=BodyKind.RENDITION,
            record=record,
            rooms=[key_of(self.reading), key_of(self.custody)],
            revision=1,
            day=DAY,
            parts=PARTS,
            licence=licences.write(licence),
        )
        return bodies.seal(self.world.instance.id, unsealed, self.world.shares[body])

    def opened(self, body: SealedBody, row: CommitRow, keys: Keyring | None = None) -> Mapping[str, bytes]:
        """What a reader does: check the commit, then open."""
        instance = self.world.instance.id
        commits.verify(instance, self.custody.id, body, row, self.world.trust())
        return bodies.unseal(
            instance, body, self.reading.id, keys or self.reader.keys, self.world.shares[body.id]
        )


def cast() -> Cast:
    instance, root = new_id(), new_id()
    seed, kit = kdf.random(kdf.KEY), kdf.random(kdf.KEY)
    row = member_row(instance, root, seed, officer=True)
    world = World(
        InstanceRow(
            id=instance,
            day=DAY,
            quorum=1,
            roots=(root,),
            root_keys=(row.sign_public,),
            recovery=new_id(),
            recovery_public=wrap.public_key(kit),
            audit=new_id(),
        )
    )
    keys = Keyring(instance, root, 1, seed)
    world.members[root] = keying.certify(instance, row, [keys])
    officer = Somebody(world.members[root], keys)
    custodian, reader = world.somebody([keys]), world.somebody([keys])
    custody = world.room(keys, RoomPurpose.CUSTODY)
    reading = world.room(keys, RoomPurpose.READING, custody.id)
    world.grant(keys, custody, custodian, (*PLACE, Capability.GRANT))
    world.grant(keys, reading, reader, (Capability.READ,))
    return Cast(world, officer, custodian, reader, custody, reading)


def flipped(value: bytes, at: int = 0) -> bytes:
    """The bytes with one bit changed."""
    return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]


__all__ = ["DAY", "PARTS", "Cast", "Somebody", "World", "cast", "flipped", "key_of", "replace"]
