"""Knows a key slot: what a passphrase or a printed kit opens, and what lies in it.
Must not know how a person signs in, nor how often they may try."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from archive.crypto import envelope, kdf
from archive.crypto.contexts import ctx
from archive.crypto.errors import CannotOpen
from archive.domain.keeping import SlotRow

PASSPHRASE: Final = "passphrase"  # noqa: S105 - the kind of slot, not one
KIT: Final = "kit"
TOTP_SECRET: Final = 20
"""Bytes in a one-time code's secret (RFC 4226 recommends 160 bits)."""
_LENGTH: Final = 2 * kdf.KEY + TOTP_SECRET
_COST_FIELD: Final = 4


@dataclass(frozen=True, slots=True)
class Contents:
    """The 32-byte member seed, the 32-byte fingerprint of the pinned roots, and the 20-byte TOTP secret."""

    seed: bytes = field(repr=False)
    roots: bytes
    totp: bytes = field(repr=False)


def with_passphrase(instance: UUID, member: UUID, slot: UUID, passphrase: str, contents: Contents) -> SlotRow:
    """Return a slot that the passphrase opens, at today's floor of Argon2id. Cost: one Argon2id run."""
    salt = kdf.random(kdf.SALT.start)
    cost = kdf.FLOOR.packed()
    context = ctx("slot", instance, member, slot, PASSPHRASE, cost, b"")
    key = kdf.slot_key(passphrase, salt, kdf.FLOOR, info=context)
    return SlotRow(
        id=slot,
        member=member,
        kind=PASSPHRASE,
        salt=salt,
        cost=cost,
        sealed=_seal(key, slot, context, contents),
    )


def open_passphrase(instance: UUID, row: SlotRow, passphrase: str) -> Contents:
    """Open a slot. Raises CannotOpen: wrong passphrase, changed row, a cost below the floor. One Argon2id run."""
    cost = _cost(row.cost)
    context = ctx("slot", instance, row.member, row.id, PASSPHRASE, row.cost, b"")
    key = kdf.slot_key(passphrase, row.salt, cost, info=context)
    return _open(key, context, row.sealed)


def with_kit(instance: UUID, member: UUID, slot: UUID, kit: bytes, contents: Contents) -> SlotRow:
    """Return a slot that a printed kit (32 uniform bytes) opens; it needs no stretching."""
    context = ctx("kit", instance, member, slot)
    sealed = _seal(kdf.expand(kit, context), slot, context, contents)
    return SlotRow(id=slot, member=member, kind=KIT, salt=b"", cost=b"", sealed=sealed)


def open_kit(instance: UUID, row: SlotRow, kit: bytes) -> Contents:
    """Open a kit's slot. Raises CannotOpen."""
    context = ctx("kit", instance, row.member, row.id)
    return _open(kdf.expand(kit, context), context, row.sealed)


def as_if(salt: bytes, passphrase: str) -> None:
    """Do the work of opening a slot that does not exist, and raise CannotOpen: an unknown login costs the same."""
    kdf.slot_key(passphrase, salt, kdf.FLOOR)
    raise CannotOpen


def _seal(key: bytes, slot: UUID, context: bytes, contents: Contents) -> bytes:
    whole = contents.seed + contents.roots + contents.totp
    return envelope.seal_blob(key, slot, context, whole, padded=False)


def _open(key: bytes, context: bytes, sealed: bytes) -> Contents:
    whole = envelope.open_blob(key, context, sealed)
    if len(whole) != _LENGTH:
        raise CannotOpen
    return Contents(whole[: kdf.KEY], whole[kdf.KEY : 2 * kdf.KEY], whole[2 * kdf.KEY :])


def _cost(packed: bytes) -> kdf.Cost:
    if len(packed) != 3 * _COST_FIELD:
        raise CannotOpen
    memory, iterations, lanes = (
        int.from_bytes(packed[i : i + _COST_FIELD], "big") for i in range(0, len(packed), _COST_FIELD)
    )
    return kdf.Cost(memory, iterations, lanes)
