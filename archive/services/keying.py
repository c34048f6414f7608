"""Making keys: a member's slots and rows, a room with its seed, a grant of it, certificates.

Knows which keys belong together and who must sign them. Must not know ceremonies, rows already kept, or who may ask.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final
from uuid import UUID

from xkcdpass import xkcd_password

from archive.crypto import kdf, wrap
from archive.domain.identifiers import new_id
from archive.domain.keeping import GrantRow, InstanceRow, MemberRow, RoomRow, Signed, SlotRow
from archive.domain.rooms import Capability, RoomTerms
from archive.domain.showing import Profile
from archive.sealing import kits, names, slots, trust
from archive.sealing.bodies import RoomKey
from archive.sealing.keyring import Keyring, grant_info, room_seed

WORDS: Final = 6
"""Words in a generated passphrase: 6 of the EFF's 7,776 give 77 bits."""
_NOBODY: Final = Signed(signer=UUID(int=0), signature=b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What a demo fixes in advance; everyone else's are drawn. ``totp`` has 20 bytes."""

    passphrase: str = field(repr=False)
    totp: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What is printed once for a member: passphrase, TOTP secret (base32), recovery kit (groups of four)."""

    member: UUID
    login: str
    passphrase: str = field(repr=False)
    totp: str = field(repr=False)
    kit: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grantee:
    """Whom a room's seed is wrapped to: a member, or the archive kit (key epoch 0)."""

    id: UUID
    key_epoch: int
    public: bytes

    @classmethod
    def member(cls, row: MemberRow) -> Grantee:
        """A member, whose certificate the caller has checked."""
        return cls(id=row.id, key_epoch=row.key_epoch, public=row.wrap_public)

    @classmethod
    def kit(cls, instance: InstanceRow) -> Grantee:
        """The archive kit in the safe, pinned with the roots."""
        return cls(id=instance.recovery, key_epoch=0, public=instance.recovery_public)


def draw_secrets() -> Secrets:
    """Return a new passphrase of six words (EFF long list) and a new TOTP secret, from the system's generator."""
    words = xkcd_password.generate_wordlist(
        wordfile=xkcd_password.locate_wordfile("eff-long"), min_length=1, max_length=99
    )
    phrase = " ".join(secrets.choice(words) for _ in range(WORDS))
    return Secrets(passphrase=phrase, totp=kdf.random(slots.TOTP_SECRET))


def lock_slots(
    instance: UUID, member: UUID, seed: bytes, pinned: bytes, given: Secrets
) -> tuple[tuple[SlotRow, ...], str]:
    """Return a member's two slots (passphrase, recovery kit) and the kit as printed. Cost: one Argon2id run."""
    contents = slots.Contents(seed, pinned, given.totp)
    kit = kits.draw()
    rows = (
        slots.with_passphrase(instance, member, new_id(), given.passphrase, contents),
        slots.with_kit(instance, member, new_id(), kit, contents),
    )
    return rows, kits.write(kit)


def enrolled(member: UUID, login: str, given: Secrets, kit: str) -> Enrolled:
    """Return what is printed for a member."""
    return Enrolled(
        member=member,
        login=login,
        passphrase=given.passphrase,
        totp=base64.b32encode(given.totp).decode(),
        kit=kit,
    )


def with_profile(officer: Keyring, member: MemberRow, profile: Profile, audit: RoomKey) -> MemberRow:
    """Return the member's row with their name and roles, signed, sealed to themselves and to the audit room."""
    return replace(
        member,
        profile_self=names.seal_profile(officer, member.id, member.wrap_public, profile),
        profile_audit=names.seal_profile(officer, member.id, audit.public, profile),
    )


def certify(instance: UUID, member: MemberRow, officers: Iterable[Keyring]) -> MemberRow:
    """Return the member with each officer's signature over their keys and office."""
    statement = trust.certificate(instance, member)
    signed = tuple(Signed(signer=keys.member, signature=keys.sign(statement)) for keys in officers)
    return replace(member, certificate=signed)


def make_room(signer: Keyring, terms: RoomTerms, custody: RoomKey | None = None) -> tuple[RoomRow, bytes]:
    """Return a new room's row and its seed, which ``signer`` then holds; without ``custody`` it is its own.

    The caller grants the seed at once, to members and to the archive kit, and lets go of it.
    """
    seed = kdf.random(kdf.KEY)
    public = wrap.public_key(room_seed(signer.instance, seed, terms.id, 1))
    own = RoomKey(terms.id, 1, public)
    row = RoomRow(
        id=terms.id,
        collection=terms.collection,
        purpose=terms.purpose,
        version=1,
        public=public,
        signed=_NOBODY,
        terms_room=names.seal_terms(signer, terms, own),
        terms_custody=names.seal_terms(signer, terms, custody or own),
    )
    return replace(row, signed=sign_room(signer, row)), seed


def sign_room(signer: Keyring, room: RoomRow) -> Signed:
    """Return the signature over a room's public key, purpose and collection."""
    statement = trust.room_statement(signer.instance, room)
    return Signed(signer=signer.member, signature=signer.sign(statement))


def make_grant(
    signer: Keyring,
    room: RoomRow,
    seed: bytes | None,
    to: Grantee,
    capabilities: Iterable[Capability],
    *,
    since: int,
    not_after: date | None = None,
) -> GrantRow:
    """Return a signed grant of a room's seed, or of no key at all. ``since`` is the log's size now. Cost: 1 ms."""
    grant = GrantRow(
        id=new_id(),
        room=room.id,
        version=room.version,
        grantee=to.id,
        key_epoch=to.key_epoch,
        capabilities=tuple(sorted(word.value for word in capabilities)),
        not_after=not_after,
        wrap=b"",
        signed=_NOBODY,
        since=since,
    )
    statement = trust.grant_statement(signer.instance, grant)
    return replace(
        grant,
        wrap=wrap.wrap(to.public, grant_info(signer.instance, grant), seed) if seed else b"",
        signed=Signed(signer=signer.member, signature=signer.sign(statement)),
    )
