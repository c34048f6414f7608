"""Knows how names are sealed to those who may read them: a member's profile, a room's name and scope.
Must not know who asks, or what a scope admits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from pydantic import ConfigDict

from archive.crypto import padding, wrap
from archive.crypto.contexts import ctx
from archive.crypto.errors import CannotOpen
from archive.domain.keeping import Signed
from archive.domain.rooms import RoomTerms
from archive.domain.showing import Profile
from archive.sealing.bodies import Opens, RoomKey
from archive.sealing.codec import decode, encode
from archive.sealing.keyring import Keyring
from archive.sealing.trust import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTerms:
    """A room's terms with the signature of who set them: anyone can seal into a room, so sealing proves nothing."""

    __pydantic_config__: ClassVar = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    terms: RoomTerms
    signed: Signed


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedProfile:
    """A member's profile with the signature of the officer who wrote it, for the same reason."""

    __pydantic_config__: ClassVar = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    profile: Profile
    signed: Signed


def seal_terms(keys: Keyring, terms: RoomTerms, to: RoomKey) -> bytes:
    """Return a room's name and scope, signed, padded, wrapped to a room that may read them."""
    statement = _terms_statement(keys.instance, terms)
    signed = Signed(signer=keys.member, signature=keys.sign(statement))
    raw = encode(SignedTerms, SignedTerms(terms=terms, signed=signed))
    return wrap.wrap(to.public, ctx("name", keys.instance, "room", terms.id), padding.pad(raw))


def open_terms(
    instance: UUID, room: UUID, via: RoomKey, keys: Opens, sealed: bytes, trust: Trust
) -> RoomTerms:
    """Return a room's terms through a held room; the signer must be entitled to set them. Raises CannotOpen."""
    info = ctx("name", instance, "room", room)
    said = decode(SignedTerms, padding.unpad(keys.open_wrap(via.room, via.version, info, sealed)))
    if said.terms.id != room:
        raise CannotOpen
    trust.named(room, said.signed.signer, _terms_statement(instance, said.terms), said.signed.signature)
    return said.terms


def seal_profile(keys: Keyring, member: UUID, public: bytes, profile: Profile) -> bytes:
    """Return a member's name and roles, signed by an officer's ``keys``, padded, wrapped to a public key.

    The key is the member's own, or the audit room's.
    """
    statement = _profile_statement(keys.instance, member, profile)
    signed = Signed(signer=keys.member, signature=keys.sign(statement))
    raw = encode(SignedProfile, SignedProfile(profile=profile, signed=signed))
    return wrap.wrap(public, ctx("name", keys.instance, "member", member), padding.pad(raw))


def open_own_profile(keys: Keyring, sealed: bytes, trust: Trust) -> Profile:
    """Return the profile of the keyring's member, which an officer signed. Raises CannotOpen."""
    raw = keys.open_own(ctx("name", keys.instance, "member", keys.member), sealed)
    return _profile(keys.instance, keys.member, raw, trust)


def open_profile(
    instance: UUID, member: UUID, audit: RoomKey, keys: Opens, sealed: bytes, trust: Trust
) -> Profile:
    """Return a member's profile through the audit room; an officer signed it. Raises CannotOpen."""
    info = ctx("name", instance, "member", member)
    return _profile(instance, member, keys.open_wrap(audit.room, audit.version, info, sealed), trust)


def _profile(instance: UUID, member: UUID, raw: bytes, trust: Trust) -> Profile:
    said = decode(SignedProfile, padding.unpad(raw))
    if not trust.member(said.signed.signer).officer:
        raise CannotOpen
    statement = _profile_statement(instance, member, said.profile)
    trust.signature(said.signed.signer, statement, said.signed.signature)
    return said.profile


def _profile_statement(instance: UUID, member: UUID, profile: Profile) -> bytes:
    return ctx("name", instance, "member", member) + encode(Profile, profile)


def _terms_statement(instance: UUID, terms: RoomTerms) -> bytes:
    return ctx("name", instance, "room", terms.id) + encode(RoomTerms, terms)
