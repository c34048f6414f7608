"""Knows each construction a second time, so that vectors do not come from the code they test.

Must not know the package under test: it is written from the standards, with the standard library
and AES-GCM alone, and imports nothing from `archive`.
"""

import hashlib
import hmac
import math
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 16384


def extract(name: str, salt: bytes, secret: bytes) -> bytes:
    """HKDF-Extract, RFC 5869 2.2."""
    return hmac.digest(salt or bytes(hashlib.new(name).digest_size), secret, name)


def expand(name: str, prk: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand, RFC 5869 2.3."""
    out, block, n = b"", b"", 0
    while len(out) < length:
        n += 1
        block = hmac.digest(prk, block + info + bytes([n]), name)
        out += block
    return out[:length]


def cobblestone(key: bytes, salt: bytes, context: bytes, message: bytes) -> bytes:
    """Cobblestone-256, c2sp.org/chunked-encryption, with a chosen salt."""
    info = b"c2sp.org/chunked-encryption@v1+" + b"AEAD_AES_256_GCM" + b"\0" + salt + context
    derived = expand("sha512", key, info, 32 + 12 + 32)
    aead, base, commitment = AESGCM(derived[:32]), derived[32:44], derived[44:]
    sealed = salt + commitment
    for k in range(len(message) // CHUNK + 1):
        nonce = bytes(x ^ y for x, y in zip(base, k.to_bytes(12, "big"), strict=True))
        sealed += aead.encrypt(nonce, message[k * CHUNK : (k + 1) * CHUNK], None)
    return sealed


def hpke_schedule(suite: Sequence[int], nk: int, shared_secret: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and base nonce of HPKE base mode with HKDF-SHA256, RFC 9180 5.1. suite: KEM, KDF, AEAD."""
    suite_id = b"HPKE" + b"".join(i.to_bytes(2, "big") for i in suite)

    def labeled_extract(salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return extract("sha256", salt, b"HPKE-v1" + suite_id + label + ikm)

    def labeled_expand(prk: bytes, label: bytes, context: bytes, length: int) -> bytes:
        labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + context
        return expand("sha256", prk, labeled, length)

    context = b"\0" + labeled_extract(b"", b"psk_id_hash", b"") + labeled_extract(b"", b"info_hash", info)
    secret = labeled_extract(shared_secret, b"secret", b"")
    return labeled_expand(secret, b"key", context, nk), labeled_expand(secret, b"base_nonce", context, 12)


def padme(length: int) -> int:
    """The Padmé length, written as in the paper: floor of log2, then the bits that may be set."""
    exponent = math.floor(math.log2(length))
    kept = math.floor(math.log2(exponent)) + 1
    step: int = 2 ** (exponent - kept)
    return math.ceil(length / step) * step


def pad(message: bytes) -> bytes:
    """The padding of docs/formats/envelope.md."""
    whole = len(message) + 4
    size = 256
    while size < whole and size < CHUNK:
        size *= 2
    if whole > CHUNK:
        size = padme(whole)
    return len(message).to_bytes(4, "big") + message + bytes(size - whole)


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 2.1, by its recursive definition, over leaf data."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + tree_root(leaves[:k]) + tree_root(leaves[k:])).digest()
