"""Knows how a secret is wrapped to someone's public key: HPKE with X-Wing.

Must not know who holds the key, nor whether a public key is the right one: certificates say that.
"""

import hashlib
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from archive.crypto.errors import CannotOpen

SEED: Final = 32
MLKEM_PUBLIC: Final = 1184
PUBLIC: Final = MLKEM_PUBLIC + 32
"""Bytes in a public key: ML-KEM-768 first, then X25519."""

OVERHEAD: Final = 1120 + 16
"""Bytes a wrap is longer than its secret: the encapsulated key and the tag."""

_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Opener:
    """A private key ready for many unwraps, derived once from its 32-byte seed.

    X-Wing key expansion (draft-connolly-cfrg-xwing-kem): SHAKE256(seed, 96) gives the 64-byte
    ML-KEM-768 seed and the 32-byte X25519 key. Raises CannotOpen for a seed of another length.
    Cost: 0.13 ms.
    """

    __slots__ = ("_private", "public")

    public: bytes
    """The 1,216-byte public key."""

    def __init__(self, seed: bytes | bytearray) -> None:
        if len(seed) != SEED:
            raise CannotOpen
        expanded = hashlib.shake_256(seed).digest(96)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
        self.public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        self._private: MLKEM768X25519PrivateKey | None = MLKEM768X25519PrivateKey(mlkem, x25519)

    def unwrap(self, info: bytes, sealed: bytes) -> bytes:
        """Return the secret; `info` must be what it was wrapped with.

        Raises CannotOpen, also after `drop`. Cost: 0.08 ms.
        """
        if self._private is None:
            raise CannotOpen
        try:
            return _SUITE.decrypt(sealed, self._private, info)
        except (InvalidTag, ValueError):
            raise CannotOpen from None

    def drop(self) -> None:
        """Let go of the private key; every later unwrap fails. Memory is freed, not provably wiped."""
        self._private = None


def public_key(seed: bytes | bytearray) -> bytes:
    """Return the 1,216-byte public key of a 32-byte seed. Raises CannotOpen for another length."""
    return Opener(seed).public


def wrap(public: bytes, info: bytes, secret: bytes | bytearray) -> bytes:
    """Return `secret` wrapped so that only the holder of the key opens it, under the same `info`.

    HPKE (RFC 9180) base mode, single shot, X-Wing KEM (0x647a), HKDF-SHA256, AES-256-GCM: 1,120
    bytes of encapsulated key, then the ciphertext, then a 16-byte tag. It hides the secret from an
    attacker with a quantum computer, and says nothing of who wrapped it: signatures do that.
    Raises CannotOpen for bytes that are no public key. Cost: 0.12 ms.
    """
    if len(public) != PUBLIC:
        raise CannotOpen
    try:
        return _SUITE.encrypt(secret, _public(public), info)
    except ValueError:
        raise CannotOpen from None


def unwrap(seed: bytes | bytearray, info: bytes, sealed: bytes) -> bytes:
    """Return the secret of one wrap. Raises CannotOpen. For many wraps to one key use `Opener`."""
    return Opener(seed).unwrap(info, sealed)


@lru_cache(maxsize=64)
def _public(public: bytes) -> MLKEM768X25519PublicKey:
    # Reading a key takes a quarter of a wrap's time; rooms are few, and their public keys no secret.
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC]),
        X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC:]),
    )
