"""Rooms as a member knows them: which they hold, making one, setting its scope, granting it.

Knows who may do what with a room's key. Must not know what lies in a room.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date
from typing import Final
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.errors import Damaged, NotFound, Refused, message
from archive.domain.identifiers import new_id
from archive.domain.keeping import MemberRow
from archive.domain.rooms import WITH_KEY, Capability, RoomPurpose, RoomTerms, Scope
from archive.domain.showing import Account, HeldRoom, RoomView
from archive.policy.access import Action, Holding
from archive.sealing import names
from archive.sealing.bodies import RoomKey
from archive.services import transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import holdings, live, require, today, trust
from archive.services.keying import Grantee, make_grant, make_room
from archive.services.ports import UnitOfWork

BESIDE: Final = (RoomPurpose.IDENTITY, RoomPurpose.READING, RoomPurpose.MATTER)
"""What a room of a collection may be for; its custody and the audit room are made with it and with the archive."""
_ORDER = (
    RoomPurpose.CUSTODY,
    RoomPurpose.IDENTITY,
    RoomPurpose.READING,
    RoomPurpose.MATTER,
    RoomPurpose.AUDIT,
)


def rooms(archive: Archive, acting: Acting) -> tuple[RoomView, ...]:
    """Return every room that the member holds today. Cost: 0.2 ms a room."""
    with archive.read() as unit:
        held = holdings(archive, acting, unit)
        views = [_view(archive, acting, unit, holding) for holding in held.values()]
    return tuple(sorted(views, key=lambda seen: (_rank(seen.purpose), seen.name, seen.id.hex)))


@transparency.refusals("room")
def room(archive: Archive, acting: Acting, wanted: UUID) -> RoomView:
    """Return one room that the member holds. Raises NotFound."""
    with archive.read() as unit:
        holding = holdings(archive, acting, unit).get(wanted)
        if holding is None:
            raise NotFound
        return _view(archive, acting, unit, holding)


def account(archive: Archive, acting: Acting) -> Account:
    """Return what the member's own page says of them."""
    with archive.read() as unit:
        checks = trust(archive, acting, unit)
        row = checks.member(acting.member)
        profile = names.open_own_profile(acting.keys, row.profile_self, checks)
    return Account(
        member=row.id,
        profile=profile,
        officer=row.officer,
        rooms=rooms(archive, acting),
        since=row.day,
    )


def terms(archive: Archive, acting: Acting, unit: UnitOfWork, wanted: UUID) -> RoomTerms:
    """Return a room's name and scope, through the room itself or through its custody. Raises NotFound, Damaged."""
    row = unit.rooms.get(wanted)
    if row is None:
        raise NotFound
    held = acting.keys.held()
    via = row if wanted in held else unit.rooms.get(row.collection)
    if via is None or via.id not in held:
        raise NotFound
    sealed = row.terms_room if via is row else row.terms_custody
    try:
        key = RoomKey(via.id, via.version, via.public)
        return names.open_terms(
            archive.row.id, wanted, key, acting.keys, sealed, trust(archive, acting, unit)
        )
    except CannotOpen:
        raise Damaged(
            message("A room's name and scope do not open: they were changed. Run guwah fsck.")
        ) from None


@transparency.refusals("room")
def create(
    archive: Archive, acting: Acting, collection: UUID, purpose: RoomPurpose, name: str, scope: Scope
) -> UUID:
    """Make a room in a collection and hold it. Needs the grant capability in the collection's custody.

    Raises NotFound, Refused. What consent and scope open for it is placed by the caller (`placing.place_all`).
    """
    with archive.work() as unit:
        custody = require(archive, acting, unit, collection, Action.GRANT)
        if custody.purpose is not RoomPurpose.CUSTODY:
            raise Refused(message("Rooms are made beside a custody room: name that one."))
        if purpose not in BESIDE:
            raise Refused(message("A room beside custody is for identities, for reading, or for a matter."))
        new = RoomTerms(id=new_id(), collection=collection, purpose=purpose, name=name, scope=scope)
        row, seed = make_room(acting.keys, new, trust(archive, acting, unit).room_key(custody.id))
        unit.rooms.add(row)
        me = Grantee.member(trust(archive, acting, unit).member(acting.member))
        size = unit.log.head().size
        for to in (me, Grantee.kit(archive.row)):
            unit.rooms.grant(make_grant(acting.keys, row, seed, to, WITH_KEY, since=size))
        transparency.append(archive, unit, acting.member, "room", {"room": row.id.hex})
        unit.commit()
    acting.keys.hold(row.id, row.version, seed)
    return row.id


@transparency.refusals("scope")
def set_terms(
    archive: Archive, acting: Acting, wanted: UUID, *, name: str | None = None, scope: Scope | None = None
) -> None:
    """Set a room's name or scope. Needs the grant capability in its collection's custody.

    Raises NotFound, Refused. The caller places the collection's records anew (`placing.place_all`).
    """
    with archive.work() as unit:
        row = unit.rooms.get(wanted)
        if row is None:
            raise NotFound
        custody = require(archive, acting, unit, row.collection, Action.GRANT)
        old = terms(archive, acting, unit, wanted)
        new = replace(
            old, name=old.name if name is None else name, scope=old.scope if scope is None else scope
        )
        keys = trust(archive, acting, unit)
        unit.rooms.replace(
            replace(
                row,
                terms_room=names.seal_terms(acting.keys, new, keys.room_key(row.id)),
                terms_custody=names.seal_terms(acting.keys, new, keys.room_key(custody.id)),
            )
        )
        transparency.append(archive, unit, acting.member, "scope", {"room": row.id.hex})
        unit.commit()


@transparency.refusals("grant")
def grant(
    archive: Archive,
    acting: Acting,
    wanted: UUID,
    member: UUID,
    capabilities: Iterable[Capability],
    not_after: date | None = None,
) -> None:
    """Give a member a room's key. Needs the grant capability there. Raises NotFound, Refused.

    An earlier grant of the same room to them ends: capabilities and term are those given now.
    """
    with archive.work() as unit:
        row = require(archive, acting, unit, wanted, Action.GRANT)
        to = Grantee.member(_certified(archive, acting, unit, member))
        size = unit.log.head().size
        end_grants(unit, wanted, member)
        seed = acting.keys.room_seed(wanted, row.version)
        given = {Capability.READ, *capabilities}
        unit.rooms.grant(make_grant(acting.keys, row, seed, to, given, since=size, not_after=not_after))
        detail = {"room": wanted.hex, "to": member.hex, "capabilities": sorted(word.value for word in given)}
        transparency.append(archive, unit, acting.member, "grant", detail)
        unit.commit()


@transparency.refusals("appoint")
def appoint(
    archive: Archive, acting: Acting, custody: UUID, member: UUID, not_after: date | None = None
) -> None:
    """Put a member on the consent desk of a collection: they withdraw and limit its records, and hold no key of it.

    Needs the grant capability in custody. Raises NotFound, Refused.
    """
    with archive.work() as unit:
        row = require(archive, acting, unit, custody, Action.GRANT)
        if row.purpose is not RoomPurpose.CUSTODY:
            raise Refused(message("A consent desk belongs to a custody room: name that one."))
        to = Grantee.member(_certified(archive, acting, unit, member))
        size = unit.log.head().size
        end_grants(unit, custody, member, keyless=True)
        given = [Capability.WITHDRAW]
        unit.rooms.grant(make_grant(acting.keys, row, None, to, given, since=size, not_after=not_after))
        detail = {"room": custody.hex, "to": member.hex}
        transparency.append(archive, unit, acting.member, "appoint", detail)
        unit.commit()


def end_grants(unit: UnitOfWork, wanted: UUID, grantee: UUID, *, keyless: bool = False) -> None:
    """End every live grant of a room to somebody, or of its consent desk (``keyless``).

    Their open sessions notice at their next request.
    """
    for old in unit.rooms.grants_of(wanted):
        if old.grantee == grantee and old.ended is None and (not old.wrap) == keyless:
            unit.rooms.end_grant(old.id, unit.log.head().size)


def _certified(archive: Archive, acting: Acting, unit: UnitOfWork, member: UUID) -> MemberRow:
    try:
        return trust(archive, acting, unit).member(member)
    except CannotOpen:
        raise NotFound from None


def held_room(archive: Archive, acting: Acting, unit: UnitOfWork, holding: Holding) -> HeldRoom:
    """Return a held room as its member sees it, without its counts. Cost: 0.2 ms."""
    said = terms(archive, acting, unit, holding.room)
    return HeldRoom(
        id=holding.room,
        collection=said.collection,
        purpose=holding.purpose,
        name=said.name,
        scope=said.scope,
        capabilities=frozenset(word.value for word in holding.capabilities),
        not_after=holding.not_after,
    )


def _view(archive: Archive, acting: Acting, unit: UnitOfWork, holding: Holding) -> RoomView:
    """Records whose term is over do not count."""
    held, day = held_room(archive, acting, unit, holding), today(archive, unit)
    people = {
        grant.grantee
        for grant in live(unit.rooms.grants_of(held.id), day)
        if grant.wrap and grant.grantee != archive.row.recovery
    }
    return RoomView(
        **{field.name: getattr(held, field.name) for field in fields(held)},
        records=unit.records.count(held.id, day),
        waiting=unit.outbox.count(held.id),
        only_you=people == {acting.member},
    )


def _rank(purpose: RoomPurpose) -> int:
    return _ORDER.index(purpose) if purpose in _ORDER else len(_ORDER)
