"""Knows the hybrid signature: Ed25519 and ML-DSA-65 over the same bytes, and both must verify.

Must not know what is signed, nor who may sign: certificates and the policy say that.
"""

import hashlib
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey

from archive.crypto.errors import CannotOpen
from archive.crypto.kdf import KEY, expand

ED_PUBLIC: Final = 32
PUBLIC: Final = ED_PUBLIC + 1952
"""Bytes in a public key: Ed25519 first, then ML-DSA-65."""

ED_SIGNATURE: Final = 64
SIGNATURE: Final = ED_SIGNATURE + 3309
"""Bytes in a signature: Ed25519 first, then ML-DSA-65."""

_DOMAIN: Final = b"guwah/1 signature\0"


class SigningKey:
    """A signing key made from a 32-byte seed; the two halves come from it under separate labels.

    Raises CannotOpen for a seed of another length. Cost: 0.2 ms.
    """

    __slots__ = ("_ed", "_mldsa", "public")

    public: bytes
    """The 1,984-byte public key."""

    def __init__(self, seed: bytes | bytearray) -> None:
        if len(seed) != KEY:
            raise CannotOpen
        self._ed = Ed25519PrivateKey.from_private_bytes(expand(seed, b"guwah/1 sign ed25519\0"))
        self._mldsa = MLDSA65PrivateKey.from_seed_bytes(expand(seed, b"guwah/1 sign ml-dsa-65\0"))
        self.public = self._ed.public_key().public_bytes_raw() + self._mldsa.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        r"""Return 3,373 bytes: Ed25519 (RFC 8032), then ML-DSA-65 (FIPS 204, hedged, pure).

        Both sign b"guwah/1 signature\0", the SHA-512 of the whole public key, and the message; so
        neither half is of use in another protocol or beside another half. Cost: 0.9 ms
        on average; ML-DSA draws again until a signature is short enough.
        """
        bound = _bound(self.public, message)
        return self._ed.sign(bound) + self._mldsa.sign(bound)


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Return when both halves of the signature hold for the message; else raise CannotOpen.

    public: 1,984 bytes; signature: 3,373 bytes. Cost: 0.3 ms.
    """
    if len(public) != PUBLIC or len(signature) != SIGNATURE:
        raise CannotOpen
    bound = _bound(public, message)
    try:
        Ed25519PublicKey.from_public_bytes(public[:ED_PUBLIC]).verify(signature[:ED_SIGNATURE], bound)
        MLDSA65PublicKey.from_public_bytes(public[ED_PUBLIC:]).verify(signature[ED_SIGNATURE:], bound)
    except (InvalidSignature, ValueError):
        raise CannotOpen from None


def _bound(public: bytes, message: bytes) -> bytes:
    return _DOMAIN + hashlib.sha512(public).digest() + message
