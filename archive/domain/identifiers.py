"""Opaque identifiers: random UUIDs, and the short code a person can say aloud.

Knows how ids and codes are drawn and written. Must not know what they name.
"""

from __future__ import annotations

from uuid import UUID, uuid4

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_CHARACTERS = 10
_GROUP = 5
_ALIKE = str.maketrans("OIL", "011")


def new_id() -> UUID:
    """Draw a random UUIDv4: ids carry no order, time or place, so gaps reveal nothing."""
    return uuid4()


def code_of(record: UUID) -> str:
    """Return the record's spoken code: 10 Crockford base32 characters (50 random bits), e.g. ``7K2MP-4XQ9T``.

    Taken from the first 50 bits that UUIDv4 leaves random: bits 0-47 and two from the last group.
    """
    bits = (record.int >> 80) << 2 | (record.int & 0b11)
    letters = "".join(_CROCKFORD[(bits >> (5 * i)) & 31] for i in reversed(range(_CODE_CHARACTERS)))
    return f"{letters[:_GROUP]}-{letters[_GROUP:]}"


def is_code(typed: str, code: str) -> bool:
    """Whether somebody who wrote this meant that code: blind to case, blanks and hyphens, O for 0, I and L for 1."""
    written = "".join(typed.split()).replace("-", "").upper().translate(_ALIKE)
    return written == code.replace("-", "")
