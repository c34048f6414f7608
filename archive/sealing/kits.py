"""Knows how a printed kit is written on paper and typed back: 256 bits in base32 with a check.
Must not know what a kit opens."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from archive.crypto import kdf
from archive.crypto.errors import CannotOpen

_CHECK: Final = 3
_GROUP: Final = 4


def draw() -> bytes:
    """Return 32 random bytes."""
    return kdf.random(kdf.KEY)


def write(kit: bytes) -> str:
    """Return the kit as 14 groups of four letters and digits; the last 24 bits are a check (SHA-256, RFC 4648)."""
    letters = base64.b32encode(kit + kdf.digest(kit)[:_CHECK]).decode().rstrip("=")
    return " ".join(letters[i : i + _GROUP] for i in range(0, len(letters), _GROUP))


def read(typed: str) -> bytes:
    """Return the 32 bytes of a kit as typed: blind to case, spaces and hyphens, and to 0, 1, 8 for O, I, B.

    Raises CannotOpen for a wrong length or check: something was mistyped.
    """
    letters = "".join(typed.split()).replace("-", "").upper().translate(str.maketrans("018", "OIB"))
    try:
        raw = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        raise CannotOpen from None
    kit, check = raw[: kdf.KEY], raw[kdf.KEY :]
    if len(check) != _CHECK or not kdf.same(kdf.digest(kit)[:_CHECK], check):
        raise CannotOpen
    return kit
