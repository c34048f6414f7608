"""Knows each construction a second time, written from its standard with the standard library alone
and AES-GCM for the last step, so that vectors do not come from the code they test.

Must not know the package under test: nothing here imports `archive`.
"""

import hashlib
import hmac
import math

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 16384


def extract(name, salt, secret):
    """HKDF-Extract, RFC 5869 2.2."""
    return hmac.digest(salt or bytes(hashlib.new(name).digest_size), secret, name)


def expand(name, prk, info, length):
    """HKDF-Expand, RFC 5869 2.3."""
    out, block, n = b"", b"", 0
    while len(out) < length:
        n += 1
        block = hmac.digest(prk, block + info + bytes([n]), name)
        out += block
    return out[:length]


def cobblestone(key, salt, context, message):
    """Cobblestone-256, c2sp.org/chunked-encryption, with a chosen salt."""
    info = b"c2sp.org/chunked-encryption@v1+" + b"AEAD_AES_256_GCM" + b"\0" + salt + context
    derived = expand("sha512", key, info, 32 + 12 + 32)
    aead, base, commitment = AESGCM(derived[:32]), derived[32:44], derived[44:]
    sealed = salt + commitment
    for k in range(len(message) // CHUNK + 1):
        nonce = bytes(x ^ y for x, y in zip(base, k.to_bytes(12, "big"), strict=True))
        sealed += aead.encrypt(nonce, message[k * CHUNK : (k + 1) * CHUNK], None)
    return sealed


def hpke_schedule(suite, nk, shared_secret, info):
    """Key and base nonce of HPKE base mode with HKDF-SHA256, RFC 9180 5.1. suite: KEM, KDF, AEAD."""
    suite_id = b"HPKE" + b"".join(i.to_bytes(2, "big") for i in suite)

    def labeled_extract(salt, label, ikm):
        return extract("sha256", salt, b"HPKE-v1" + suite_id + label + ikm)

    def labeled_expand(prk, label, context, length):
        return expand("sha256", prk, length.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + context, length)

    context = b"\0" + labeled_extract(b"", b"psk_id_hash", b"") + labeled_extract(b"", b"info_hash", info)
    secret = labeled_extract(shared_secret, b"secret", b"")
    return labeled_expand(secret, b"key", context, nk), labeled_expand(secret, b"base_nonce", context, 12)


def padme(length):
    """The Padmé length, written as in the paper: floor of log2, then the bits that may be set."""
    exponent = math.floor(math.log2(length))
    kept = math.floor(math.log2(exponent)) + 1
    step = 2 ** (exponent - kept)
    return math.ceil(length / step) * step


def pad(message):
    """The padding of docs/formats/envelope.md."""
    whole = len(message) + 4
    size = 256
    while size < whole and size < CHUNK:
        size *= 2
    if whole > CHUNK:
        size = padme(whole)
    return len(message).to_bytes(4, "big") + message + bytes(size - whole)


def tree_root(leaves):
    """MTH of RFC 6962 2.1, by its recursive definition, over leaf data."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + tree_root(leaves[:k]) + tree_root(leaves[k:])).digest()
