"""Knows how the archive's own vectors of docs/formats/checkpoint.md are made again, from the page and the standards.

Must not know the package under test. ML-DSA signs hedged: each run makes other signatures, equally good.

    python -m tests.vectors.notes_make
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

HERE = Path(__file__).parent
OWN = "made by tests/vectors/notes_make.py, a second implementation of docs/formats/checkpoint.md"
GO = "golang.org/x/mod/sumdb/note, note_test.go (BSD-3-Clause)"
INSTANCE = UUID("00000000-0000-4000-8000-000000000001")
ORIGIN = f"guwah.invalid/{INSTANCE.hex}"
SECRET = hashlib.sha256(b"guwah vector host").digest()
ENTRIES = [f'{{"number":{number}}}'.encode() for number in range(7)]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def expand(secret: bytes, info: bytes) -> bytes:
    """HKDF-Expand with SHA-512, RFC 5869 2.3, of 32 bytes."""
    return hmac.digest(secret, info + b"\x01", "sha512")[:32]


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def mth(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 2.1."""
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def proof(m: int, leaves: Sequence[bytes], *, known: bool = True) -> list[bytes]:
    """RFC 6962 2.1.2."""
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*proof(m, leaves[:k], known=known), mth(leaves[k:])]
    return [*proof(m - k, leaves[k:], known=False), mth(leaves[:k])]


class Host:
    """The log's two keys, from the host's secret."""

    def __init__(self) -> None:
        fields = b"".join(len(field).to_bytes(2, "big") + field for field in (INSTANCE.bytes, b"log"))
        self.seed = expand(SECRET, b"guwah/1 host\0" + fields)
        ed = Ed25519PrivateKey.from_private_bytes(expand(self.seed, b"guwah/1 note ed25519\0"))
        mldsa = MLDSA65PrivateKey.from_seed_bytes(expand(self.seed, b"guwah/1 note ml-dsa-65\0"))
        self.keys = [
            (b"\x01" + ed.public_key().public_bytes_raw(), ed.sign),
            (b"\xffguwah/1 note ml-dsa-65\0" + mldsa.public_key().public_bytes_raw(), mldsa.sign),
        ]

    def verifier(self) -> list[str]:
        return [f"{ORIGIN}+{key_id(typed).hex()}+{b64(typed)}" for typed, _sign in self.keys]

    def checkpoint(self, size: int) -> str:
        text = f"{ORIGIN}\n{size}\n{b64(mth([leaf(entry) for entry in ENTRIES[:size]]))}\n"
        lines = [f"— {ORIGIN} {b64(key_id(typed) + sign(text.encode()))}\n" for typed, sign in self.keys]
        return f"{text}\n{''.join(lines)}"


def key_id(typed: bytes) -> bytes:
    return hashlib.sha256(ORIGIN.encode() + b"\n" + typed).digest()[:4]


def main() -> None:
    host, leaves = Host(), [leaf(entry) for entry in ENTRIES]
    now = host.checkpoint(7)
    inclusion = [b64(found) for found in path(4, leaves)]
    growth = [b64(found) for found in proof(3, leaves)]
    made: dict[str, Any] = {
        "source": OWN,
        "instance": INSTANCE.hex,
        "secret": SECRET.hex(),
        "seed": host.seed.hex(),
        "verifier": host.verifier(),
        "entries": [entry.decode() for entry in ENTRIES],
        "checkpoint of 3": host.checkpoint(3),
        "checkpoint of 7": now,
        "entry 4 in 7": "\n".join(
            ["c2sp.org/tlog-proof@v1", f"extra {b64(ENTRIES[4])}", "index 4", *inclusion, "", now]
        ),
        "3 grew into 7": "\n".join(["old 3", *growth, "", now]),
    }
    go = {
        "source": GO,
        "verifier": "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "signer": "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
        "note": (
            "If you think cryptography is the answer to your problem,\n"
            "then you don't know what your problem is.\n\n"
            "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNX"
            "gKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        ),
    }
    for name, content in (("checkpoints", made), ("go", go)):
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        (HERE / f"notes_{name}.json").write_text(text)


if __name__ == "__main__":
    main()
