"""Knows how keys come from passphrases, from other keys and from chance.

Must not know what a derived key opens: the caller names that in `info`.
"""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from archive.crypto.errors import CannotOpen

KEY: Final = 32
"""Bytes in every symmetric key, seed and share."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one Argon2id run costs: memory in KiB, passes over it, lanes worked in parallel."""

    memory_kib: int
    iterations: int
    lanes: int

    def packed(self) -> bytes:
        """Return 12 bytes (three big-endian u32) for the `kdf parameters` field of a context."""
        return b"".join(n.to_bytes(4, "big") for n in (self.memory_kib, self.iterations, self.lanes))

    def within(self, low: "Cost", high: "Cost") -> bool:
        """Tell whether each of the three figures lies between those of low and high."""
        return (
            low.memory_kib <= self.memory_kib <= high.memory_kib
            and low.iterations <= self.iterations <= high.iterations
            and low.lanes <= self.lanes <= high.lanes
        )


FLOOR = Cost(65536, 3, 4)
"""The least cost accepted, whatever a database row says. Only tests lower it, and only by a fixture."""

CEILING: Final = Cost(4 * 1024 * 1024, 64, 64)
"""The most accepted (4 GiB): a changed row must not be able to take the server's memory."""

SALT: Final = range(16, 33)
"""Lengths that an Argon2id salt may have."""

MOST_PASSPHRASE: Final = 4096
"""UTF-8 bytes; far above any passphrase, far below what could be used to keep a server busy."""


def slot_key(
    passphrase: str,
    salt: bytes,
    cost: Cost,
    prf: bytes = b"",
    info: bytes = b"",
) -> bytes:
    """Return the 32-byte key of one key slot.

    Argon2id (RFC 9106) over the NFKC form of the passphrase gives 32 bytes; HKDF-SHA512 (RFC 5869)
    joins them with `prf`, the 32-byte output of a passkey's PRF extension, or nothing, and binds
    `info`. Without the passkey a slot made with one cannot be opened, and the other way round.

    salt: 16 to 32 random bytes, one for each slot. Raises CannotOpen for a cost outside FLOOR and
    CEILING, a salt or prf of another length, a passphrase that is empty, too long or not Unicode.
    Cost: at the floor 64 MiB and 130 to 250 ms on two cores; hold a semaphore around it.
    """
    try:
        secret = unicodedata.normalize("NFKC", passphrase).encode()
    except UnicodeEncodeError:
        raise CannotOpen from None
    if not cost.within(FLOOR, CEILING) or len(salt) not in SALT or len(prf) not in (0, KEY):
        raise CannotOpen
    if not 0 < len(secret) <= MOST_PASSPHRASE:
        raise CannotOpen
    try:
        stretched = Argon2id(
            salt=salt, length=KEY, iterations=cost.iterations, lanes=cost.lanes, memory_cost=cost.memory_kib
        ).derive(secret)
    except (ValueError, MemoryError, UnsupportedAlgorithm):
        raise CannotOpen from None
    # The first part always has 32 bytes, so the concatenation cannot be read in two ways.
    return HKDF(SHA512(), KEY, salt=None, info=b"guwah/1 slot key\0" + info).derive(stretched + prf)


def expand(secret: bytes | bytearray, info: bytes, length: int = KEY) -> bytes:
    """Return `length` bytes for one use of a uniform secret: HKDF-Expand-SHA512 (RFC 5869, 2.3).

    secret: at least 32 uniform bytes (a seed or a derived key, never a passphrase); info: a context
    string or a label that begins with b"guwah/1 ". Raises ValueError for a shorter secret or a
    length outside 1 to 16,320. Cost: 2.5 µs.
    """
    if len(secret) < KEY:
        raise ValueError("expand needs a uniform secret of at least 32 bytes")
    return HKDFExpand(SHA512(), length, info).derive(secret)


def join(a: bytes | bytearray, b: bytes | bytearray, info: bytes) -> bytes:
    """Return the 32-byte key that needs both halves: HKDF-SHA512 over a followed by b.

    Raises CannotOpen unless both have 32 bytes: halves come from storage. Cost: 4.7 µs.
    """
    if len(a) != KEY or len(b) != KEY:
        raise CannotOpen
    return HKDF(SHA512(), KEY, salt=None, info=info).derive(bytes(a) + bytes(b))


def mac(key: bytes | bytearray, data: bytes) -> bytes:
    """Return the 32-byte HMAC-SHA256 (RFC 2104) of data. Raises ValueError for a key under 32 bytes."""
    if len(key) < KEY:
        raise ValueError("mac needs a key of at least 32 bytes")
    return hmac.digest(key, data, "sha256")


def digest(data: bytes | bytearray | memoryview) -> bytes:
    """Return the 32-byte SHA-256 of data. Cost: 0.65 ms a MiB."""
    return hashlib.sha256(data).digest()


def random(n: int) -> bytes:
    """Return n bytes from the operating system's generator, fit for keys."""
    return secrets.token_bytes(n)


def same(a: bytes | bytearray, b: bytes | bytearray) -> bool:
    """Compare in time that does not depend on where two values of equal length differ."""
    return hmac.compare_digest(a, b)
