"""Knows how a text's length is hidden: it is padded to one of few sizes before sealing.

Must not know whether a size betrays something: what is padded, and what is not, the caller decides.
"""

from typing import Final

from archive.crypto.errors import CannotOpen

PREFIX: Final = 4
LEAST: Final = 256
POWERS: Final = 16 * 1024
MOST: Final = (1 << 32) - 1
"""Bytes in the longest message that can be padded."""


def padded_length(length: int) -> int:
    """Return how many bytes a message of `length` bytes has once padded.

    With its 4-byte prefix it grows to the next power of two, at least 256, up to 16 KiB; beyond
    that to the next Padmé length (Nikitin and others, "Reducing Metadata Leakage from Encrypted
    Files and Communication with PURBs", PoPETs 2019), at most 12 % more and less as it grows.
    """
    whole = length + PREFIX
    if whole <= LEAST:
        return LEAST
    if whole <= POWERS:
        return 1 << (whole - 1).bit_length()
    exponent = whole.bit_length() - 1
    zeros = exponent - exponent.bit_length()
    mask = (1 << zeros) - 1
    return (whole + mask) & ~mask


def pad(message: bytes) -> bytes:
    """Return a big-endian u32 length, the message, and zeros up to `padded_length`.

    Raises ValueError above 4,294,967,295 bytes. Cost: one copy.
    """
    if len(message) > MOST:
        raise ValueError("a padded message holds at most 4,294,967,295 bytes")
    return (len(message).to_bytes(PREFIX, "big") + message).ljust(padded_length(len(message)), b"\0")


def unpad(padded: bytes) -> bytes:
    """Return the message. Raises CannotOpen for anything that `pad` would not have made."""
    length = int.from_bytes(padded[:PREFIX], "big")
    if len(padded) < LEAST or len(padded) != padded_length(length):
        raise CannotOpen
    end = PREFIX + length
    if padded.count(0, end) != len(padded) - end:
        raise CannotOpen
    return padded[PREFIX:end]
