"""Founding an archive: its officers and pinned roots, the audit room, the first collection, the kit for the safe.

Knows what must exist before anybody can sign in, and makes it in one transaction. Must not know prompts or printers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from archive.crypto import kdf, wrap
from archive.domain.errors import Invalid, Problem, message
from archive.domain.identifiers import new_id
from archive.domain.keeping import InstanceRow, MemberRow, RoomRow
from archive.domain.rooms import Capability, RoomPurpose, RoomTerms, Scope
from archive.domain.showing import Profile
from archive.sealing import kits, trust
from archive.sealing.bodies import RoomKey
from archive.sealing.host import Host
from archive.sealing.keyring import Keyring, publics
from archive.services import transparency
from archive.services.keying import (
    Enrolled,
    Grantee,
    Secrets,
    certify,
    draw_secrets,
    enrolled,
    lock_slots,
    make_grant,
    make_room,
    with_profile,
)
from archive.services.ports import Clock, ShareStore, UnitOfWork, Units

ALL: Final = (Capability.READ, Capability.PLACE, Capability.GRANT)
FIRST_ROOMS: Final = (RoomPurpose.IDENTITY, RoomPurpose.READING, RoomPurpose.MATTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """An empty archive to found: its databases, its host's secrets, its id."""

    instance: UUID
    work: Units
    shares: ShareStore
    host: Host
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """Somebody who is there from the start: an officer, a custodian of the first collection, or (alone) both."""

    login: str
    name: str
    officer: bool = False
    custodian: bool = False
    secrets: Secrets | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """What to print, once: everybody's secrets and the archive kit; and the rooms by purpose."""

    row: InstanceRow
    people: tuple[Enrolled, ...]
    archive_kit: str = field(repr=False)
    rooms: dict[RoomPurpose, UUID]


@dataclass(frozen=True, slots=True)
class _Person:
    founder: Founder
    seed: bytes = field(repr=False)
    member: MemberRow
    keys: Keyring


def found(
    ground: Ground, people: Sequence[Founder], *, names_of_rooms: dict[RoomPurpose, str], demo: bool = False
) -> Founded:
    """Make the archive in one transaction. One officer makes a solo archive; two or more sign everything together.

    names_of_rooms: a name for custody and each of FIRST_ROOMS and audit. Raises Invalid when no officer or no
    custodian is named, or a login comes twice. Cost: one Argon2id run a person.
    """
    _check(people)
    day = ground.clock().date()
    persons = [_drawn(ground, founder, day) for founder in people]
    officers = [person for person in persons if person.founder.officer]
    kit = kits.draw()
    row = InstanceRow(
        id=ground.instance,
        day=day,
        quorum=min(len(officers), 2),
        roots=tuple(person.member.id for person in officers),
        root_keys=tuple(person.member.sign_public for person in officers),
        recovery=new_id(),
        recovery_public=wrap.public_key(kit),
        audit=new_id(),
        demo=demo,
    )
    with ground.work() as unit:
        unit.found(row)
        audit = _audit_room(unit, row, persons, names_of_rooms)
        printed = tuple(_keep(unit, row, person, officers, audit) for person in persons)
        rooms = _first_collection(unit, row, persons, names_of_rooms)
        place = transparency.Place(row.id, audit, ground.shares, ground.clock())
        transparency.write(place, unit, officers[0].member.id, "init", {"members": len(persons)}, day=day)
        unit.commit()
    for person in persons:
        person.keys.drop()
    return Founded(row=row, people=printed, archive_kit=kits.write(kit), rooms=rooms)


def _check(people: Sequence[Founder]) -> None:
    problems = []
    if not any(founder.officer for founder in people):
        problems.append(Problem("officer", message("Name at least one officer.")))
    if not any(founder.custodian for founder in people):
        problems.append(Problem("custodian", message("Name somebody who holds the first collection.")))
    if len({founder.login.strip().casefold() for founder in people}) < len(people):
        problems.append(Problem("login", message("Each person needs a login of their own.")))
    if any(not founder.login.strip() for founder in people):
        problems.append(Problem("login", message("A login cannot be empty.")))
    if problems:
        raise Invalid(problems)


def _drawn(ground: Ground, founder: Founder, day: date) -> _Person:
    seed, member = kdf.random(kdf.KEY), new_id()
    wrap_public, sign_public = publics(ground.instance, seed)
    row = MemberRow(
        id=member,
        login=ground.host.login(founder.login),
        key_epoch=1,
        wrap_public=wrap_public,
        sign_public=sign_public,
        officer=founder.officer,
        certificate=(),
        profile_self=b"",
        profile_audit=b"",
        day=day,
    )
    return _Person(founder, seed, row, Keyring(ground.instance, member, 1, seed))


def _keep(
    unit: UnitOfWork,
    row: InstanceRow,
    person: _Person,
    officers: Sequence[_Person],
    audit: RoomKey,
) -> Enrolled:
    founder = person.founder
    words = (("officer", founder.officer), ("custodian", founder.custodian))
    profile = Profile(name=founder.name, roles=tuple(role for role, has in words if has))
    member = with_profile(officers[0].keys, person.member, profile, audit)
    given = founder.secrets or draw_secrets()
    rows, kit = lock_slots(row.id, member.id, person.seed, trust.fingerprint(row), given)
    unit.members.replace(certify(row.id, member, [officer.keys for officer in officers]))
    for slot in rows:
        unit.members.add_slot(slot)
    return enrolled(member.id, founder.login, given, kit)


def _audit_room(
    unit: UnitOfWork, row: InstanceRow, persons: Sequence[_Person], called: dict[RoomPurpose, str]
) -> RoomKey:
    officers = [person for person in persons if person.founder.officer]
    for person in persons:
        unit.members.add(person.member)
    terms = _terms(row.audit, row.audit, RoomPurpose.AUDIT, called)
    room = _room(unit, row, officers[0].keys, terms, None, officers)
    return RoomKey(room.id, room.version, room.public)


def _first_collection(
    unit: UnitOfWork, row: InstanceRow, persons: Sequence[_Person], called: dict[RoomPurpose, str]
) -> dict[RoomPurpose, UUID]:
    signer = next(person.keys for person in persons if person.founder.officer)
    custodians = [person for person in persons if person.founder.custodian]
    collection = new_id()
    custody = _room(
        unit, row, signer, _terms(collection, collection, RoomPurpose.CUSTODY, called), None, custodians
    )
    rooms = {RoomPurpose.CUSTODY: custody.id, RoomPurpose.AUDIT: row.audit}
    for purpose in FIRST_ROOMS:
        terms = _terms(new_id(), collection, purpose, called)
        via = RoomKey(custody.id, custody.version, custody.public)
        rooms[purpose] = _room(unit, row, signer, terms, via, custodians).id
    return rooms


def _room(
    unit: UnitOfWork,
    row: InstanceRow,
    signer: Keyring,
    terms: RoomTerms,
    custody: RoomKey | None,
    members: Sequence[_Person],
) -> RoomRow:
    room, seed = make_room(signer, terms, custody)
    unit.rooms.add(room)
    for person in members:
        unit.rooms.grant(make_grant(signer, room, seed, Grantee.member(person.member), ALL, since=0))
    unit.rooms.grant(make_grant(signer, room, seed, Grantee.kit(row), ALL, since=0))
    return room


def _terms(room: UUID, collection: UUID, purpose: RoomPurpose, called: dict[RoomPurpose, str]) -> RoomTerms:
    name = called.get(purpose, purpose.value)
    return RoomTerms(id=room, collection=collection, purpose=purpose, name=name, scope=Scope())
