"""Knows one known answer for each construction, from the vectors that the tests read.

Must not know what to tell the person at the machine: `selftest` does.
"""

import json
from base64 import b64decode
from collections.abc import Callable
from functools import cache
from hashlib import sha512
from importlib.resources import files
from typing import Any, Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from archive.crypto import cobblestone, envelope, kdf, merkle, signing, wrap
from archive.crypto.errors import CannotOpen


@cache
def _answers() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(files("archive.crypto").joinpath("known_answers.json").read_bytes())
    return known


def _hex(answer: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(answer[name])


def _refuses(opening: Callable[[], object]) -> bool:
    try:
        opening()
    except CannotOpen:
        return True
    return False


def _changed(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _argon2id() -> bool:
    known = _answers()["argon2id"]
    return Argon2id(
        salt=_hex(known, "salt"),
        length=known["length"],
        iterations=known["iterations"],
        lanes=known["lanes"],
        memory_cost=known["memory_kib"],
    ).derive(_hex(known, "passphrase")) == _hex(known, "output")


def _derivation() -> bool:
    known = _answers()["derivation"]
    a, b, info = _hex(known, "a"), _hex(known, "b"), _hex(known, "info")
    return (
        all(kdf.expand(a, info, k["length"]) == _hex(k, "output") for k in known["expand"])
        and kdf.join(a, b, info) == _hex(known, "join")
        and kdf.mac(a, _hex(known["mac"], "data")) == _hex(known["mac"], "output")
    )


def _wrap() -> bool:
    known = _answers()["wrap"]
    opener = wrap.Opener(_hex(known, "seed"))
    info, secret, sealed = _hex(known, "info"), _hex(known, "secret"), b64decode(known["sealed"])
    return (
        kdf.digest(opener.public) == _hex(known, "public_sha256")
        and opener.unwrap(info, sealed) == secret
        and opener.unwrap(info, wrap.wrap(opener.public, info, secret)) == secret
        and _refuses(lambda: opener.unwrap(info, _changed(sealed)))
        and _refuses(lambda: opener.unwrap(_changed(info), sealed))
    )


def _cobblestone() -> bool:
    known = _answers()["cobblestone"]
    key, context, sealed = _hex(known, "key"), _hex(known, "context"), _hex(known, "sealed")
    return (
        sha512(cobblestone.open_sealed(key, context, sealed)).digest() == _hex(known, "plaintext_sha512")
        and _refuses(lambda: cobblestone.open_sealed(key, context, _changed(sealed)))
        and _refuses(lambda: cobblestone.open_sealed(key, _changed(context), sealed))
    )


def _blob() -> bool:
    known = _answers()["blob"]
    key, context, blob = _hex(known, "key"), _hex(known, "context"), b64decode(known["blob"])
    plaintext = _hex(known, "plaintext")
    again = envelope.seal_blob(key, envelope.key_id(blob), context, plaintext)
    return (
        envelope.open_blob(key, context, blob) == plaintext
        and envelope.open_blob(key, context, again) == plaintext
        and str(envelope.key_id(blob)) == known["key_id"]
        and _refuses(lambda: envelope.open_blob(key, context, b"\x01\x02" + blob[2:]))
    )


def _signature() -> bool:
    known = _answers()["signature"]
    key, message, signature = (
        signing.SigningKey(_hex(known, "seed")),
        _hex(known, "message"),
        b64decode(known["signature"]),
    )
    signing.verify(key.public, message, signature)
    signing.verify(key.public, message, key.sign(message))
    return (
        kdf.digest(key.public) == _hex(known, "public_sha256")
        and _refuses(lambda: signing.verify(key.public, _changed(message), signature))
        and _refuses(lambda: signing.verify(key.public, message, _changed(signature)))
        and _refuses(lambda: signing.verify(key.public, message, b"\0" + signature[1:]))
    )


def _merkle() -> bool:
    known = _answers()["merkle"]
    leaves = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in known["leaves"]]
    return merkle.root(leaves) == _hex(known, "root")


CHECKS: Final[tuple[tuple[str, Callable[[], bool]], ...]] = (
    ("Argon2id", _argon2id),
    ("key derivation (HKDF-SHA512, HMAC-SHA256)", _derivation),
    ("HPKE with X-Wing (ML-KEM-768 and X25519)", _wrap),
    ("Cobblestone-256", _cobblestone),
    ("sealed blobs", _blob),
    ("signatures (Ed25519 and ML-DSA-65)", _signature),
    ("Merkle trees", _merkle),
)
