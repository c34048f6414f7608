"""The facility register of a collection: added to, read, and applied to the tags that name it.

Knows the register as one sealed body of custody. Must not know where an entry came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.errors import Conflict, Damaged, message
from archive.domain.facilities import Facility
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind, SealedBody
from archive.domain.tags import Facet, Tag
from archive.policy.access import Action
from archive.sealing.bodies import Unsealed
from archive.sealing.codec import decode, encode
from archive.services import saving, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import require, today, trust
from archive.services.ports import UnitOfWork

Register = Mapping[str, Facility]
"""Term (``reg-…``) → facility."""
_PART = "register"
_Facilities = tuple[Facility, ...]


@transparency.refusals("register")
def facilities(archive: Archive, acting: Acting, custody: UUID) -> tuple[Facility, ...]:
    """Return the register of a collection, in the order of its labels. Raises NotFound. Cost: 10 µs an entry."""
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.SEARCH)
        return tuple(register(archive, acting, unit, custody).values())


def register(archive: Archive, acting: Acting, unit: UnitOfWork, custody: UUID) -> Register:
    """Return the register by term, for a unit of work that goes on. Raises Damaged."""
    body = _present(unit, custody)
    if body is None:
        return {}
    parts = saving.unseal(archive, acting, unit, body, custody, custody)
    try:
        return {facility.term: facility for facility in decode(_Facilities, parts[_PART])}
    except CannotOpen:
        raise Damaged(
            message("The facility register was written by another version of the program.")
        ) from None


@transparency.refusals("register")
def add(archive: Archive, acting: Acting, custody: UUID, new: Iterable[Facility]) -> int:
    """Add facilities to the register, or replace those with the same source key or id; return how many it holds.

    Raises NotFound, Refused, Conflict. Cost: the whole register is sealed anew.
    """
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        before = _present(unit, custody)
        known = dict(register(archive, acting, unit, custody))
        room, day = trust(archive, acting, unit).room_key(custody), today(archive, unit)
    by_source = {facility.source_key: facility.id for facility in known.values() if facility.source_key}
    for facility in new:
        kept = replace(facility, id=by_source.get(facility.source_key, facility.id))
        known[kept.term] = kept
    ordered = tuple(
        sorted(known.values(), key=lambda facility: (facility.labels.get("en", ""), facility.id.hex))
    )
    unsealed = Unsealed(
        id=new_id(),
        kind=BodyKind.REGISTER,
        record=custody,
        rooms=[room],
        revision=before.revision + 1 if before else 1,
        day=day,
        parts={_PART: encode(_Facilities, ordered)},
    )
    sealed = saving.seal(archive, [unsealed], saving.draw(archive, [unsealed.id]))
    commit, placed = saving.sign(archive, acting, sealed, {})
    with archive.work() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        if (now := _present(unit, custody)) != before:
            raise Conflict(message("Somebody else changed the facility register meanwhile. Try again."))
        unit.records.add_commit(commit)
        unit.records.add_bodies(placed)
        if now:
            unit.records.remove_bodies([now.id])
        transparency.append(
            archive, unit, acting.member, "register", {"room": custody.hex, "holds": len(ordered)}, commit
        )
        unit.commit()
    if before:
        archive.shares.discard([before.id])  # nobody's testimony: a backup may bring an older register back
    return len(ordered)


def completed(tag: Tag, known: Register) -> Tag:
    """Return the tag with names, place and kind of the facility it names, as the register has them now."""
    facility = known.get(tag.term)
    if tag.facet is not Facet.FACILITY or facility is None:
        return tag
    return replace(tag, labels=facility.labels, aliases=facility.aliases, kind=facility.kind)


def _present(unit: UnitOfWork, custody: UUID) -> SealedBody | None:
    found = unit.records.bodies_of(custody, BodyKind.REGISTER)
    return found[-1] if found else None
