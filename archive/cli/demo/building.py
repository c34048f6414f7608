"""Knows how the demonstration becomes an archive: founded, filled and granted through the same services as any other.
Must not know what its records say, nor write a row itself."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

from archive import bootstrap
from archive.cli.demo import content
from archive.cli.demo import members as cast
from archive.cli.demo.members import AUDIT, DemoMember, DemoRoom
from archive.cli.refusals import Mistaken
from archive.config import Config
from archive.domain.rooms import RoomPurpose
from archive.services import (
    accessioning,
    admitting,
    consenting,
    founding,
    indexing,
    registering,
    rooms,
    signing_in,
)
from archive.services.acting import Acting
from archive.services.admitting import Newcomer
from archive.services.archive import Archive
from archive.services.founding import Founded, Founder
from archive.services.keying import Secrets

CREDENTIALS: Final = "demo-credentials.json"
_BUILDING: Final = ".building"
_CUSTODIAN: Final = "custodian"
_LOG: Final = "Log (demonstration)"


@dataclass(frozen=True, slots=True)
class Room:
    """A room as the credentials name it."""

    id: str
    name: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is printed of one member of the demonstration: all of it public by intent."""

    login: str
    name: str
    roles: tuple[str, ...]
    passphrase: str = field(repr=False)
    totp: str = field(repr=False)
    rooms: tuple[Room, ...]


def credentials(instance: Path) -> tuple[Credentials, ...]:
    """Return who can sign in to the demonstration in this folder. Raises Mistaken when there is none."""
    try:
        told = json.loads((instance / CREDENTIALS).read_text())
        return tuple(
            Credentials(
                **{**one, "roles": tuple(one["roles"]), "rooms": tuple(Room(**room) for room in one["rooms"])}
            )
            for one in told
        )
    except FileNotFoundError:
        raise Mistaken(
            f"There is no demonstration in {instance}. Make one with guwah demo, or name it with --instance."
        ) from None
    except (OSError, ValueError, TypeError, KeyError):
        raise Mistaken(
            f"{instance / CREDENTIALS} cannot be read. Delete {instance} and run guwah demo again."
        ) from None


def build(config: Config) -> tuple[Credentials, ...]:
    """Make the demonstration, wholly or not at all; an earlier one is kept as it is. Cost: some ten seconds.

    Raises Mistaken when the folder holds anything but a demonstration.
    """
    place = config.instance
    if (place / CREDENTIALS).exists():
        _is_demo(config)
        return credentials(place)
    if any(folder.exists() for folder in bootstrap.Places(place).folders):
        raise Mistaken(
            f"{place} holds an archive that is no demonstration. Choose another folder with --instance."
        )
    building = place / _BUILDING
    shutil.rmtree(building, ignore_errors=True)
    try:
        _fill(config.model_copy(update={"instance": building}))
        for made in sorted(building.iterdir(), key=lambda path: path.name == CREDENTIALS):
            made.rename(place / made.name)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return credentials(place)


def _is_demo(config: Config) -> None:
    with bootstrap.opened(config) as archive:
        if not archive.row.demo:
            raise Mistaken(f"{config.instance} holds a real archive. Choose another folder with --instance.")


def _fill(config: Config) -> None:
    people, told = cast.members(), {room.key: room for room in cast.rooms()}
    with bootstrap.founding(config) as ground:
        founders = [_founder(member) for member in people if _founds(member)]
        names = {room.purpose: room.name for room in reversed(told.values())}
        founded = founding.found(
            ground, founders, names_of_rooms={**names, RoomPurpose.AUDIT: _LOG}, demo=True
        )
    by_login = {member.login: member for member in people}
    with bootstrap.opened(config) as archive:
        officers = [_unlocked(archive, member) for member in people if member.officer]
        custodian = _unlocked(archive, by_login[_CUSTODIAN])
        ids = _rooms(archive, custodian, founded, told)
        _records(archive, custodian, ids["custody"])
        for member in people:
            if not _founds(member):
                _admit(archive, officers, custodian, member, ids)
    held = {
        **told,
        AUDIT: DemoRoom(key=AUDIT, purpose=RoomPurpose.AUDIT, name=_LOG, scope=told["custody"].scope),
    }
    said = [asdict(_credentials(member, ids, held)) for member in people]
    file = config.instance / CREDENTIALS
    file.touch(mode=0o600)
    file.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n")


def _founds(member: DemoMember) -> bool:
    return member.officer or member.login == _CUSTODIAN


def _founder(member: DemoMember) -> Founder:
    return Founder(
        login=member.login,
        name=member.name,
        officer=member.officer,
        custodian=member.login == _CUSTODIAN,
        secrets=_secrets(member),
    )


def _secrets(member: DemoMember) -> Secrets:
    return Secrets(passphrase=member.passphrase, totp=base64.b32decode(member.totp))


def _unlocked(archive: Archive, member: DemoMember) -> Acting:
    return signing_in.unlock(archive, member.login, member.passphrase)


def _rooms(
    archive: Archive, custodian: Acting, founded: Founded, told: Mapping[str, DemoRoom]
) -> dict[str, UUID]:
    """The demonstration's keys of rooms → ids: those that were founded, and those made now."""
    ids = {AUDIT: founded.row.audit}
    founded_rooms = dict(founded.rooms)
    for key, room in told.items():
        first = founded_rooms.pop(room.purpose, None)
        ids[key] = first or rooms.create(
            archive, custodian, ids["custody"], room.purpose, room.name, room.scope
        )
    return ids


def _records(archive: Archive, custodian: Acting, custody: UUID) -> None:
    registering.add(archive, custodian, custody, content.facilities())
    told = content.drafts(archive.clock().date())
    accessioning.accession(archive, custodian, custody, [record.draft for record in told], index=False)
    for record in told:
        for event in record.events:
            consenting.append(archive, custodian, custody, event, index=False)
    indexing.drain_held(archive, custodian, custody)


def _admit(
    archive: Archive,
    officers: Sequence[Acting],
    custodian: Acting,
    member: DemoMember,
    ids: Mapping[str, UUID],
) -> None:
    newcomer = Newcomer(login=member.login, name=member.name, roles=member.roles, secrets=_secrets(member))
    admitted = admitting.admit(archive, officers, newcomer)
    for holding in member.holdings:
        holder = officers[0] if holding.room == AUDIT else custodian
        rooms.grant(archive, holder, ids[holding.room], admitted.member, holding.capabilities)
    for custody in member.desk:
        rooms.appoint(archive, custodian, ids[custody], admitted.member)


def _credentials(member: DemoMember, ids: Mapping[str, UUID], told: Mapping[str, DemoRoom]) -> Credentials:
    keys = [holding.room for holding in member.holdings]
    if member.officer and AUDIT not in keys:
        keys.append(AUDIT)  # who founds an archive as an officer holds its log
    return Credentials(
        login=member.login,
        name=member.name,
        roles=member.roles,
        passphrase=member.passphrase,
        totp=member.totp,
        rooms=tuple(Room(str(ids[key]), told[key].name, told[key].purpose.value) for key in keys),
    )
