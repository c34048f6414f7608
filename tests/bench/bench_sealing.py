"""What sealing costs beyond plain AES-256-GCM, which hides no length and binds neither key nor place."""

import os
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from archive.crypto import envelope
from tests.bench import harness

ACCOUNT = 20_000  # bytes of text: a testimony of some 3,000 words
TIMES = 500


def run() -> None:
    key, key_id, context = os.urandom(32), uuid4(), b"guwah/1 bench\0"
    plain = AESGCM(key)
    account = os.urandom(ACCOUNT)
    blob = envelope.seal_blob(key, key_id, context, account)
    nonce = os.urandom(12)
    peer_blob = plain.encrypt(nonce, account, context)

    def each(work: object) -> float:
        assert callable(work)
        return harness.seconds(lambda: [work() for _ in range(TIMES)]) / TIMES * 1e6

    harness.compare(
        "sealing",
        "seal an account of 20 kB",
        peer="AES-256-GCM in one piece",
        ours=lambda: each(lambda: envelope.seal_blob(key, key_id, context, account)),
        theirs=lambda: each(lambda: plain.encrypt(os.urandom(12), account, context)),
        unit="µs",
        goal=None,
        better="lower",
    )
    harness.compare(
        "sealing",
        "open an account of 20 kB",
        peer="AES-256-GCM in one piece",
        ours=lambda: each(lambda: envelope.open_blob(key, context, blob)),
        theirs=lambda: each(lambda: plain.decrypt(nonce, peer_blob, context)),
        unit="µs",
        goal=None,
        better="lower",
    )
