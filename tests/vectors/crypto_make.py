"""Knows how the archive's own vectors and the self-test's known answers are made again.

Must not know the package under test, except for the signature, which has no second implementation
here: every other value comes from tests/unit/crypto/reference.py. Published vectors stay as they are.

    python -m tests.vectors.crypto_make
"""

import base64
import hashlib
import hmac
import json
import unicodedata
import zlib
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from archive.crypto.signing import SigningKey
from tests.unit.crypto import reference

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

Made = dict[str, Any]

INSTANCE = UUID("00000000-0000-4000-8000-0000000000aa")
OWN = "made by tests/vectors/crypto_make.py from the second implementation, tests/unit/crypto/reference.py"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def bytes_of(label: str) -> bytes:
    """Return 32 fixed, meaningless bytes."""
    return hashlib.sha256(b"guwah vector " + label.encode()).digest()


def contexts() -> list[Made]:
    record = UUID("00000000-0000-4000-8000-0000000000bb")
    cases: list[tuple[str, list[UUID | int | str | bytes]]] = [
        ("commit", [record]),
        ("part", [record, INSTANCE, "summary", 7, 1]),
        ("room", [record, 4294967295]),
        ("blind", ["گۇۋاھ"]),
        ("slot", [record, INSTANCE, "passphrase", b"\x00\x01\x02", b""]),
    ]

    def raw(value: UUID | int | str | bytes) -> tuple[str, str | int, bytes]:
        if isinstance(value, UUID):
            return "uuid", str(value), value.bytes
        if isinstance(value, int):
            return "int", value, value.to_bytes(4, "big")
        if isinstance(value, str):
            return "str", value, value.encode()
        return "bytes", value.hex(), value

    made: list[Made] = []
    for label, fields in cases:
        told = [raw(field) for field in fields]
        parts = [INSTANCE.bytes, *(encoded for _, _, encoded in told)]
        context = (
            b"guwah/1 " + label.encode() + b"\0" + b"".join(len(p).to_bytes(2, "big") + p for p in parts)
        )
        shown = [[kind, value] for kind, value, _ in told]
        made.append({"label": label, "instance": str(INSTANCE), "fields": shown, "context": context.hex()})
    return made


def derivations() -> Made:
    a, b, info = bytes_of("a"), bytes_of("b"), b"guwah/1 vector\0"
    joined = reference.expand("sha512", reference.extract("sha512", b"", a + b), info, 32)
    return {
        "a": a.hex(),
        "b": b.hex(),
        "info": info.hex(),
        "expand": [
            {"length": n, "output": reference.expand("sha512", a, info, n).hex()}
            for n in (1, 32, 64, 76, 200)
        ],
        "join": joined.hex(),
        "mac": {"data": b"fictional".hex(), "output": hmac.digest(a, b"fictional", "sha256").hex()},
    }


def slot_keys() -> list[Made]:
    made: list[Made] = []
    for passphrase, salt, prf in [
        ("amber river lantern seven cloud stone", bytes_of("salt")[:16], b""),
        ("amber river lantern seven cloud stone", bytes_of("salt")[:16], bytes_of("prf")),
        ("ﬁve Ａ گۇۋاھ 证人", bytes_of("salt"), b""),
    ]:
        stretched = Argon2id(salt=salt, length=32, iterations=3, lanes=4, memory_cost=65536).derive(
            unicodedata.normalize("NFKC", passphrase).encode()
        )
        prk = reference.extract("sha512", b"", stretched + prf)
        key = reference.expand("sha512", prk, b"guwah/1 slot key\0" + b"here", 32)
        made.append(
            {
                "passphrase": passphrase,
                "salt": salt.hex(),
                "cost": [65536, 3, 4],
                "prf": prf.hex(),
                "info": b"here".hex(),
                "key": key.hex(),
            }
        )
    return made


def padding() -> Made:
    powers = (0, 1, 252, 253, 508, 509, 16_379, 16_380)
    padme = (16_381, 17_404, 17_405, 100_000, 1_000_000, 16_000_000)
    made = [{"length": n, "padded": len(reference.pad(bytes(n)))} for n in powers + padme]
    text = "Fictional: I was at the well. گۇۋاھ".encode()
    return {"lengths": made, "message": text.hex(), "padded": reference.pad(text).hex()}


def blobs() -> list[Made]:
    key, key_id, context = (
        bytes_of("blob key"),
        UUID("00000000-0000-4000-8000-0000000000cc"),
        b"guwah/1 vector\0",
    )
    text = "Fictional testimony, sealed for a test. گۇۋاھ".encode()
    made: list[Made] = []
    for suite, body in ((1, reference.pad(text)), (2, text)):
        header = bytes([1, suite]) + key_id.bytes
        salt = bytes_of(f"salt {suite}")[:24]
        blob = header + reference.cobblestone(key, salt, header + context, body)
        made.append(
            {
                "suite": suite,
                "key": key.hex(),
                "key_id": str(key_id),
                "context": context.hex(),
                "plaintext": text.hex(),
                "blob": b64(blob),
            }
        )
    return made


def wraps() -> Made:
    published = json.loads((HERE / "crypto_xwing.json").read_text())["hpke"][0]
    info, secret = b"guwah/1 vector\0", bytes_of("wrapped")
    key, nonce = reference.hpke_schedule((0x647A, 1, 2), 32, bytes.fromhex(published["shared_secret"]), info)
    sealed = bytes.fromhex(published["enc"]) + AESGCM(key).encrypt(nonce, secret, b"")
    public = bytes.fromhex(published["public"])
    return {
        "seed": published["seed"],
        "public_sha256": hashlib.sha256(public).hexdigest(),
        "info": info.hex(),
        "secret": secret.hex(),
        "sealed": b64(sealed),
    }


def signatures() -> Made:
    seed, message = bytes_of("signer"), b"Fictional commit"
    key = SigningKey(seed)
    return {
        "seed": seed.hex(),
        "public_sha256": hashlib.sha256(key.public).hexdigest(),
        "message": message.hex(),
        "signature": b64(key.sign(message)),
    }


def put(path: Path, content: Made) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def main() -> None:
    wrap, signature, own_blobs, derived = wraps(), signatures(), blobs(), derivations()
    put(HERE / "crypto_contexts.json", {"source": OWN, "vectors": contexts()})
    put(HERE / "crypto_derivations.json", {"source": OWN, "vector": derived})
    put(
        HERE / "crypto_slot_keys.json",
        {"source": OWN + "; Argon2id by the library, see crypto_argon2id.json", "vectors": slot_keys()},
    )
    put(HERE / "crypto_padding.json", {"source": OWN, "vector": padding()})
    put(HERE / "crypto_blobs.json", {"source": OWN, "vectors": own_blobs})
    put(
        HERE / "crypto_wraps.json",
        {
            "source": OWN + ", from the published encapsulation and shared secret in crypto_xwing.json",
            "vectors": [wrap],
        },
    )
    put(
        HERE / "crypto_signatures.json",
        {
            "source": "made by archive.crypto.signing itself; each half is also checked alone",
            "vectors": [signature],
        },
    )
    short = next(
        v for v in json.loads((HERE / "crypto_cobblestone.json").read_text())["vectors"] if v["tcId"] == 9
    )
    argon = json.loads((HERE / "crypto_argon2id.json").read_text())["vectors"]
    merkle = json.loads((HERE / "crypto_merkle.json").read_text())
    put(
        ROOT / "archive/crypto/known_answers.json",
        {
            "source": "copied from tests/vectors by tests/vectors/crypto_make.py",
            "argon2id": next(v for v in argon if v["passphrase"] and not v["secret"] and v["length"] == 32),
            "derivation": derived,
            "wrap": wrap,
            "cobblestone": {
                "key": short["key"],
                "context": short["ctx"],
                "sealed": zlib.decompress(bytes.fromhex(short["ct"])).hex(),
                "plaintext_sha512": short["msgSha512"],
            },
            "blob": own_blobs[0],
            "signature": signature,
            "merkle": {"leaves": merkle["leaves"][:7], "root": merkle["roots"][7]},
        },
    )


if __name__ == "__main__":
    main()
