"""Knows the blob: an 18-byte header that names version, suite and key, then a Cobblestone message.

Must not know where keys are kept; and it takes an algorithm from its own table, never from outside.
"""

from enum import IntEnum
from typing import Final
from uuid import UUID

from archive.crypto import cobblestone, padding
from archive.crypto.errors import CannotOpen

VERSION: Final = 1
HEADER: Final = 18


class Suite(IntEnum):
    """The closed table of suites. A number is never reused and never redefined."""

    PADDED = 1
    """Cobblestone-256 over the padded plaintext."""
    EXACT = 2
    """Cobblestone-256 over the plaintext as it is, for what has its own fixed sizes."""


def seal_blob(
    key: bytes | bytearray,
    key_id: UUID,
    context: bytes,
    plaintext: bytes,
    *,
    padded: bool = True,
) -> bytes:
    """Return a blob: version (1 byte), suite (1), key id (16), then the sealed plaintext.

    The header leads the Cobblestone context, so a changed version, suite or key id does not open.
    key: 32 uniform bytes; context: from `contexts.ctx`. Raises ValueError for a key of another
    length. Cost: 7 µs, then as `cobblestone.seal`.
    """
    suite = Suite.PADDED if padded else Suite.EXACT
    header = bytes((VERSION, suite)) + key_id.bytes
    body = padding.pad(plaintext) if padded else plaintext
    return header + cobblestone.seal(key, header + context, body)


def open_blob(key: bytes | bytearray, context: bytes, blob: bytes) -> bytes:
    """Return the plaintext of a blob. Raises CannotOpen, whatever is wrong with it."""
    suite = _suite(blob)
    plaintext = cobblestone.open_sealed(key, blob[:HEADER] + context, memoryview(blob)[HEADER:])
    return padding.unpad(plaintext) if suite is Suite.PADDED else plaintext


def key_id(blob: bytes) -> UUID:
    """Return the id of the key that a blob says it needs; proven only once `open_blob` returns.

    Raises CannotOpen for another version, an unknown suite or a header cut short.
    """
    _suite(blob)
    return UUID(bytes=bytes(blob[2:HEADER]))


def _suite(blob: bytes) -> Suite:
    if len(blob) < HEADER or blob[0] != VERSION:
        raise CannotOpen
    try:
        return Suite(blob[1])
    except ValueError:
        raise CannotOpen from None
