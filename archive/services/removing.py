"""Taking a room's key back from a member: the room gets a new key, and everybody else a grant of it.

Knows what must be sealed anew when a key changes. Must not know why somebody leaves.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from archive.crypto import kdf, wrap
from archive.domain.errors import NotFound, Refused, message
from archive.domain.keeping import GrantRow, RoomRow
from archive.domain.rooms import Capability, RoomPurpose
from archive.policy.access import Action
from archive.sealing import names
from archive.sealing.bodies import RoomKey
from archive.sealing.keyring import room_seed, seal_predecessor
from archive.services import rooms, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import live, require, today, trust
from archive.services.keying import Grantee, make_grant, sign_room
from archive.services.ports import UnitOfWork


@transparency.refusals("remove")
def remove(archive: Archive, acting: Acting, room: UUID, member: UUID) -> None:
    """End a member's grant of a room and give the room its next key, of which they get nothing.

    The old seed is sealed under the new one, so whoever remains opens what was sealed before; what is sealed from now
    on the removed member's copies do not open. The room's index gets a new key and is built anew at the next search.
    Every session of the removed member ends. What they copied, wraps and shares together, stays readable to them.
    Needs the grant capability in the room. Raises NotFound, Refused. Cost: one signature a remaining member.
    """
    with archive.work() as unit:
        row = require(archive, acting, unit, room, Action.GRANT)
        grants = live(unit.rooms.grants_of(room), today(archive, unit))
        _check(acting, row, member, grants)
        new, seed = _renewed(acting, row)
        remaining = [grant for grant in grants if grant.grantee != member]
        to = [_grantee(archive, acting, unit, grant) for grant in remaining]
        size = unit.log.head().size
        for grant in grants:
            unit.rooms.end_grant(grant.id, size)
        sealed = seal_predecessor(
            archive.row.id, room, row.version, acting.keys.room_seed(room, row.version), seed
        )
        unit.rooms.add_predecessor(room, row.version, sealed)
        _retell(archive, acting, unit, row, new)
        for grant, grantee in zip(remaining, to, strict=True):
            given = [Capability(word) for word in grant.capabilities]
            unit.rooms.grant(
                make_grant(
                    acting.keys,
                    new,
                    seed if grant.wrap else None,
                    grantee,
                    given,
                    since=size,
                    not_after=grant.not_after,
                )
            )
        unit.outbox.set_head(room, None)
        detail = {"room": room.hex, "member": member.hex, "version": new.version}
        transparency.append(archive, unit, acting.member, "remove", detail)
        unit.commit()
    acting.keys.hold(room, new.version, seed)
    archive.opened.close_index(room)
    archive.sessions.remove_member(member)


def _check(acting: Acting, row: RoomRow, member: UUID, grants: tuple[GrantRow, ...]) -> None:
    if member not in {grant.grantee for grant in grants}:
        raise NotFound
    if member == acting.member:
        raise Refused(message("Nobody takes a room from themselves. Ask another who may grant it."))
    if row.purpose is RoomPurpose.AUDIT:
        raise Refused(message("The log's room cannot change its key: every entry is sealed to it."))


def _renewed(acting: Acting, row: RoomRow) -> tuple[RoomRow, bytes]:
    """The room's next version, signed, and its seed; its terms are still those of the old key."""
    seed, version = kdf.random(kdf.KEY), row.version + 1
    public = wrap.public_key(room_seed(acting.keys.instance, seed, row.id, version))
    new = replace(row, version=version, public=public, index_epoch=row.index_epoch + 1)
    return replace(new, signed=sign_room(acting.keys, new)), seed


def _retell(archive: Archive, acting: Acting, unit: UnitOfWork, row: RoomRow, new: RoomRow) -> None:
    """Seal the room's terms to its new key; a custody's new key takes the terms of its whole collection."""
    key = RoomKey(new.id, new.version, new.public)
    custody = key if row.purpose is RoomPurpose.CUSTODY else None
    for other in unit.rooms.of_collection(row.collection):
        if other.id != row.id and custody is None:
            continue
        said = rooms.terms(archive, acting, unit, other.id)
        told = new if other.id == row.id else other
        via = custody or trust(archive, acting, unit).room_key(row.collection)
        changed = replace(told, terms_custody=names.seal_terms(acting.keys, said, via))
        if other.id == row.id:
            changed = replace(changed, terms_room=names.seal_terms(acting.keys, said, key))
        unit.rooms.replace(changed)


def _grantee(archive: Archive, acting: Acting, unit: UnitOfWork, grant: GrantRow) -> Grantee:
    if grant.grantee == archive.row.recovery:
        return Grantee.kit(archive.row)
    return Grantee.member(trust(archive, acting, unit).member(grant.grantee))
