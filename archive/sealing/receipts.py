"""Knows the one-time code with which a person withdraws, nobody signed in: how it is drawn, written and recognised.
Must not know what it closes."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from archive.crypto import kdf, wrap
from archive.crypto.contexts import ctx
from archive.crypto.errors import CannotOpen

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE: Final = str.maketrans("OIL", "011")
_CHARACTERS: Final = 26
_GROUP: Final = 5
_BITS: Final = 128


def draw() -> str:
    """Return a new code: 128 random bits as 26 letters and digits of Crockford's base32, in groups of five."""
    bits = int.from_bytes(kdf.random(_BITS // 8), "big")
    letters = "".join(_LETTERS[(bits >> (5 * i)) & 31] for i in reversed(range(_CHARACTERS)))
    return "-".join(letters[i : i + _GROUP] for i in range(0, _CHARACTERS, _GROUP))


def digest(instance: UUID, typed: str) -> bytes:
    """Return the hash by which a code is known, the only thing that is kept of it.

    Blind to case, spaces and hyphens, and to O, I and L for 0 and 1. A code of 128 random bits cannot be guessed from
    its hash, so none is stretched. Raises CannotOpen for what can be no code.
    """
    letters = "".join(typed.split()).replace("-", "").upper().translate(_ALIKE)
    if len(letters) != _CHARACTERS or not set(letters) <= set(_LETTERS):
        raise CannotOpen
    return kdf.digest(ctx("receipt", instance, "code") + letters.encode())


def set_aside(instance: UUID, recovery: bytes, owner: UUID, share: bytes) -> bytes:
    """Seal a withdrawn body's share to the archive kit, out of the archive's own reach. Cost: 0.2 ms."""
    return wrap.wrap(recovery, ctx("aside", instance, owner), share)


def bring_back(instance: UUID, kit: bytes, owner: UUID, sealed: bytes) -> bytes:
    """Open what `set_aside` sealed, with the 32 bytes of the archive kit. Raises CannotOpen."""
    return wrap.Opener(kit).unwrap(ctx("aside", instance, owner), sealed)
