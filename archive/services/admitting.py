"""Admitting members, and bringing back those who lost their passphrase: nobody else can open their slot.

Knows who must sign for whom, and what ends when slots change. Must not know prompts or printers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from archive.crypto import kdf, wrap
from archive.crypto.errors import CannotOpen
from archive.domain.errors import CannotSignIn, Damaged, Invalid, NotFound, Problem, Refused, message
from archive.domain.identifiers import new_id
from archive.domain.keeping import MemberRow, RoomRow, SlotRow
from archive.domain.rooms import WITH_KEY
from archive.domain.showing import Profile
from archive.sealing import kits, names, slots, trust
from archive.sealing.keyring import Keyring, publics
from archive.services import transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import audit_key, holdings, live, today
from archive.services.entitling import trust as trusted
from archive.services.keying import (
    Enrolled,
    Grantee,
    Secrets,
    certify,
    draw_secrets,
    enrolled,
    lock_slots,
    make_grant,
    with_profile,
)
from archive.services.ports import UnitOfWork
from archive.services.rooms import end_grants


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A member as an officer sees them; the profile only for whoever holds the audit room."""

    id: UUID
    officer: bool
    profile: Profile | None
    rooms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Who is to be admitted, under which login, called what, with which roles' words."""

    login: str
    name: str
    roles: tuple[str, ...] = ()
    officer: bool = False
    secrets: Secrets | None = field(default=None, repr=False)


Kept = Callable[[Enrolled], None]
"""Shows somebody their secrets before anything is stored, and raises unless they were kept: then nothing is."""


def _unasked(_person: Enrolled) -> None:
    """Whoever calls keeps what is returned."""


def admit(archive: Archive, officers: Sequence[Acting], who: Newcomer, kept: Kept = _unasked) -> Enrolled:
    """Make a member, certified by as many officers as the archive's quorum asks; grants come later (`rooms.grant`).

    Raises Refused when too few officers act, Invalid for a login that is taken or empty, and what ``kept`` raises.
    Cost: one Argon2id run.
    """
    if not who.login.strip():
        raise Invalid([Problem("login", message("A login cannot be empty."))])
    if not who.name.strip():
        raise Invalid([Problem("name", message("Give the member a name to be shown."))])
    with archive.read() as unit:  # before anybody writes secrets down, and again when it counts
        login = _free(archive, officers, who, unit)
    seed, given, member = kdf.random(kdf.KEY), who.secrets or draw_secrets(), new_id()
    wrap_public, sign_public = publics(archive.row.id, seed)
    rows, kit = lock_slots(archive.row.id, member, seed, trust.fingerprint(archive.row), given)
    person = enrolled(member, who.login, given, kit)
    kept(person)
    with archive.work() as unit:
        login = _free(archive, officers, who, unit)
        row = MemberRow(
            id=member,
            login=login,
            key_epoch=1,
            wrap_public=wrap_public,
            sign_public=sign_public,
            officer=who.officer,
            certificate=(),
            profile_self=b"",
            profile_audit=b"",
            day=today(archive, unit),
        )
        profile = Profile(name=who.name.strip(), roles=who.roles)
        row = with_profile(officers[0].keys, row, profile, audit_key(archive, unit))
        unit.members.add(certify(archive.row.id, row, [officer.keys for officer in officers]))
        for slot in rows:
            unit.members.add_slot(slot)
        detail = {"member": member.hex, "officer": who.officer}
        transparency.append(archive, unit, officers[0].member, "admit", detail)
        unit.commit()
    return person


def _free(archive: Archive, officers: Sequence[Acting], who: Newcomer, unit: UnitOfWork) -> bytes:
    """The stored form of a login that these officers may give to somebody. Raises Refused, Invalid."""
    quorum(archive, officers, unit)
    login = archive.host.login(who.login)
    if unit.members.by_login(login):
        raise Invalid([Problem("login", message("This login is taken. Choose another."))])
    return login


@transparency.refusals("members")
def members(archive: Archive, acting: Acting) -> tuple[Listed, ...]:
    """Return every member, for officers and whoever holds the audit room. Raises Refused."""
    with archive.read() as unit:
        checks, day = trusted(archive, acting, unit), today(archive, unit)
        named = profiles(archive, acting, unit)
        if not (named or checks.member(acting.member).officer):
            raise Refused(message("Only officers and auditors see the list of members."))
        return tuple(
            Listed(
                id=row.id,
                officer=row.officer,
                profile=named.get(row.id),
                rooms=len({grant.room for grant in live(unit.rooms.grants_to(row.id), day)}),
            )
            for row in unit.members.all()
        )


def profiles(archive: Archive, acting: Acting, unit: UnitOfWork) -> Mapping[UUID, Profile]:
    """Return what every member is called, for whoever holds the audit room; nothing for others. Raises Damaged."""
    if archive.row.audit not in holdings(archive, acting, unit):
        return {}
    checks, audit = trusted(archive, acting, unit), audit_key(archive, unit)
    try:
        return {
            row.id: names.open_profile(archive.row.id, row.id, audit, acting.keys, row.profile_audit, checks)
            for row in unit.members.all()
        }
    except CannotOpen:
        raise Damaged(
            message("A member's name was changed, and not by an officer. Run guwah fsck.")
        ) from None


def find(archive: Archive, login: str) -> UUID:
    """Return the member of a login, for a command that names one. Raises NotFound."""
    with archive.read() as unit:
        row = unit.members.by_login(archive.host.login(login))
    if row is None:
        raise NotFound
    return row.id


def recover(archive: Archive, login: str, kit: str, kept: Kept = _unasked) -> Enrolled:
    """Open a member's slot with their printed kit and give them new secrets: passphrase, codes and kit.

    Every session of theirs ends; the old passphrase and kit open nothing more. Raises CannotSignIn for a wrong login
    or kit alike, and what ``kept`` raises. Cost: one Argon2id run.
    """
    with archive.read() as unit:
        row = unit.members.by_login(archive.host.login(login))
        rows = unit.members.slots(row.id, slots.KIT) if row else ()
    try:
        if row is None or not rows:
            raise CannotOpen
        contents = slots.open_kit(archive.row.id, rows[0], kits.read(kit))
    except CannotOpen:
        raise CannotSignIn from None
    return _relocked(archive, row, rows[0], contents, login, kept)


def change_passphrase(archive: Archive, login: str, passphrase: str, kept: Kept = _unasked) -> Enrolled:
    """Give a member who still knows their passphrase new secrets. Raises CannotSignIn, and what ``kept`` raises.

    Cost: two Argon2id runs.
    """
    with archive.read() as unit:
        row = unit.members.by_login(archive.host.login(login))
        rows = unit.members.slots(row.id, slots.PASSPHRASE) if row else ()
    try:
        if row is None or not rows:
            raise CannotOpen
        contents = slots.open_passphrase(archive.row.id, rows[0], passphrase)
    except CannotOpen:
        raise CannotSignIn from None
    return _relocked(archive, row, rows[0], contents, login, kept)


def regrant(archive: Archive, officers: Sequence[Acting], kit: str, member: UUID) -> int:
    """Give a member every room again with the archive kit from the safe; return how many rooms.

    For an archive whose custodians are gone. Needs the quorum of officers beside the kit. Raises CannotSignIn for a
    wrong kit, Refused, NotFound.
    """
    with archive.work() as unit:
        quorum(archive, officers, unit)
        signer = officers[0]
        checks = trusted(archive, signer, unit)
        try:
            to = Grantee.member(checks.member(member))
        except CannotOpen:
            raise NotFound from None
        safe = _safe(archive, kit)
        size = unit.log.head().size
        every = unit.rooms.all()
        for row in every:
            seed = _seed_by_kit(safe, unit, _signed(checks, row.id))
            end_grants(unit, row.id, member)
            unit.rooms.grant(make_grant(signer.keys, row, seed, to, WITH_KEY, since=size))
        safe.drop()
        transparency.append(archive, unit, signer.member, "regrant", {"to": member.hex})
        unit.commit()
    return len(every)


def _relocked(
    archive: Archive, row: MemberRow, opened: SlotRow, contents: slots.Contents, login: str, kept: Kept
) -> Enrolled:
    if publics(archive.row.id, contents.seed) != (row.wrap_public, row.sign_public):
        raise Damaged(message("Your keys in the database are not the ones your slot opens. Tell an officer."))
    given = draw_secrets()
    rows, kit = lock_slots(archive.row.id, row.id, contents.seed, contents.roots, given)
    person = enrolled(row.id, login, given, kit)
    kept(person)
    with archive.work() as unit:
        if opened not in unit.members.slots(row.id, opened.kind):
            raise CannotSignIn  # replaced while somebody wrote secrets down: an old kit may not have the last word
        unit.members.remove_slots(row.id)
        for slot in rows:
            unit.members.add_slot(slot)
        action = "recover" if opened.kind == slots.KIT else "passphrase"
        transparency.append(archive, unit, row.id, action, {"member": row.id.hex})
        unit.commit()
    archive.sessions.remove_member(row.id)
    return person


def quorum(archive: Archive, officers: Sequence[Acting], unit: UnitOfWork) -> None:
    """Return when as many different officers act as the archive's quorum asks. Raises Refused."""
    different = {officer.member for officer in officers}
    if len(different) < archive.row.quorum:
        raise Refused(message("This takes two officers, each with their own passphrase."))
    for officer in officers:
        if not trusted(archive, officer, unit).member(officer.member).officer:
            raise Refused(message("Only officers can do this."))


def _safe(archive: Archive, typed: str) -> Keyring:
    """The archive kit as a keyring. Raises CannotSignIn for any other kit."""
    try:
        kit = kits.read(typed)
    except CannotOpen:
        raise CannotSignIn from None
    if wrap.public_key(kit) != archive.row.recovery_public:
        raise CannotSignIn
    return Keyring(archive.row.id, archive.row.recovery, 0, kit)


def _signed(checks: trust.Trust, room: UUID) -> RoomRow:
    try:
        return checks.room(room)
    except CannotOpen:
        raise Damaged(message("A room's key was changed, and not by an officer. Run guwah fsck.")) from None


def _seed_by_kit(safe: Keyring, unit: UnitOfWork, room: RoomRow) -> bytes:
    for grant in unit.rooms.grants_of(room.id):
        if grant.grantee == safe.member and grant.ended is None and grant.version == room.version:
            with suppress(CannotOpen):
                safe.take(grant, room.public)
                return safe.room_seed(room.id, room.version)
    raise Damaged(
        message(
            "A room's grant to the archive kit is missing or was changed: the room cannot be given again."
        )
    )
