"""Knows how an exhibit sheet is signed by a member, and who vouches for them, so that somebody outside can check it.
Must not know what a sheet says, or whether it may leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from archive.crypto import signing
from archive.crypto.contexts import ctx
from archive.crypto.errors import CannotOpen
from archive.domain.keeping import InstanceRow, MemberRow, Signed
from archive.sealing.codec import canonical
from archive.sealing.keyring import Keyring
from archive.sealing.trust import Trust, fingerprint

_NO_DAY: Final = date.min


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerSigned:
    """One officer's signature under a certificate."""

    signer: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A member's public keys and the officers' signatures over them. Ids and bytes are lower-case hex."""

    member: str
    epoch: int
    wrap: str
    sign: str
    officer: bool
    login: str
    signed: tuple[OfficerSigned, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An officer of the first day, or the archive kit, with its public key."""

    id: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouchers:
    """Who vouches for a signer: the officers that the archive was founded with, and every certificate down from them.

    The fingerprint of the founding part is what somebody outside must have from elsewhere.
    """

    roots: tuple[Officer, ...]
    quorum: int
    recovery: Officer
    audit: str
    certificates: tuple[Certificate, ...]


def sign(keys: Keyring, exhibit: UUID, statement: dict[str, object]) -> bytes:
    """Return the member's signature over a sheet. Raises CannotOpen after `Keyring.drop`. Cost: 0.9 ms."""
    return keys.sign(_signed(keys.instance, exhibit, statement))


def vouchers(instance: InstanceRow, signer: UUID, members: Callable[[UUID], MemberRow | None]) -> Vouchers:
    """Return what a verifier needs to believe a signer's key, given only the fingerprint. Raises CannotOpen."""
    return Vouchers(
        roots=tuple(
            Officer(id=root.hex, key=key.hex())
            for root, key in zip(instance.roots, instance.root_keys, strict=True)
        ),
        quorum=instance.quorum,
        recovery=Officer(id=instance.recovery.hex, key=instance.recovery_public.hex()),
        audit=instance.audit.hex,
        certificates=tuple(_certificates(instance, signer, members)),
    )


def founded(instance: UUID, said: Vouchers) -> bytes:
    """Return the fingerprint of the founding part of vouchers: who believes it believes the rest by signatures.

    Raises CannotOpen for what is no hex.
    """
    return fingerprint(_instance(instance, said))


def certified(instance: UUID, said: Vouchers, signer: UUID) -> bytes:
    """Return the signing key of a member for whom a quorum of officers vouches. Raises CannotOpen. Cost: 1 ms."""
    row = _instance(instance, said)
    try:
        rows = {row.id: row for row in map(_member, said.certificates)}
        trust = Trust(row, fingerprint(row), rows.get, lambda _room: None, lambda _room: ())
        for member in rows:
            trust.member(member)
        return trust.member(signer).sign_public
    except ValueError:
        raise CannotOpen from None


def claimed(said: Vouchers, signer: UUID) -> bytes:
    """Return the signing key that a file itself says is a member's; `certified` says whether. Raises CannotOpen."""
    for one in said.certificates:
        if one.member == signer.hex:
            return _raw(one.sign)
    raise CannotOpen


def verify(
    public: bytes, instance: UUID, exhibit: UUID, statement: dict[str, object], signature: str
) -> None:
    """Return when both halves of the signature, in hex, hold for the sheet; else raise CannotOpen."""
    try:
        signing.verify(public, _signed(instance, exhibit, statement), _raw(signature))
    except ValueError:
        raise CannotOpen from None


def _signed(instance: UUID, exhibit: UUID, statement: dict[str, object]) -> bytes:
    return ctx("exhibit", instance, exhibit) + canonical(statement)


def _certificates(
    instance: InstanceRow, signer: UUID, members: Callable[[UUID], MemberRow | None]
) -> Iterator[Certificate]:
    """The certificates of the officers behind a signer, each after those it rests on; the signer's own comes last."""
    met = set(instance.roots) - {signer}

    def behind(member: UUID) -> Iterator[Certificate]:
        met.add(member)
        if (row := members(member)) is None:
            raise CannotOpen
        for one in row.certificate:
            if one.signer not in met:
                yield from behind(one.signer)
        yield _certificate(row)

    return behind(signer)


def _certificate(row: MemberRow) -> Certificate:
    return Certificate(
        member=row.id.hex,
        epoch=row.key_epoch,
        wrap=row.wrap_public.hex(),
        sign=row.sign_public.hex(),
        officer=row.officer,
        login=row.login.hex(),
        signed=tuple(
            OfficerSigned(signer=one.signer.hex, signature=one.signature.hex()) for one in row.certificate
        ),
    )


def _member(said: Certificate) -> MemberRow:
    return MemberRow(
        id=_id(said.member),
        login=_raw(said.login),
        key_epoch=said.epoch,
        wrap_public=_raw(said.wrap),
        sign_public=_raw(said.sign),
        officer=said.officer,
        certificate=tuple(
            Signed(signer=_id(one.signer), signature=_raw(one.signature)) for one in said.signed
        ),
        profile_self=b"",
        profile_audit=b"",
        day=_NO_DAY,
    )


def _instance(instance: UUID, said: Vouchers) -> InstanceRow:
    try:
        return InstanceRow(
            id=instance,
            day=_NO_DAY,
            quorum=said.quorum,
            roots=tuple(_id(root.id) for root in said.roots),
            root_keys=tuple(_raw(root.key) for root in said.roots),
            recovery=_id(said.recovery.id),
            recovery_public=_raw(said.recovery.key),
            audit=_id(said.audit),
        )
    except ValueError:
        raise CannotOpen from None


def _id(said: str) -> UUID:
    return UUID(bytes=_raw(said))


def _raw(said: str) -> bytes:
    """The bytes of lower-case hex; ValueError for any other way to write them."""
    if (raw := bytes.fromhex(said)).hex() != said:
        raise ValueError
    return raw
