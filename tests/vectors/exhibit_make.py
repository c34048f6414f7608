"""Knows how an exhibit of docs/formats/exhibit.md is made, with nothing but hashes, JSON and `cryptography`.

Must not know the package under test. ML-DSA draws anew for each signature, so the vector was made once and is kept.

    python -m tests.vectors.exhibit_make
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from tests.vectors import notes_make
from tests.vectors.sealing_make import INSTANCE, bytes_of, canonical, ctx, id_of, sha

FILE = Path(__file__).parent / "exhibit.json"
OWN = "made by tests/vectors/exhibit_make.py, a second implementation of docs/formats/exhibit.md"
ROOT_ONE, ROOT_TWO, LATER, COUNSEL = (id_of(n) for n in range(41, 45))
UYGHUR = "بىزنى تاڭ ئاتقاندا ئېلىپ كەتتى."
ENGLISH = "They took us away at dawn.\n\nThe soup was cold."
Made = dict[str, Any]


class Key:
    """A dual signing key from a made-up seed."""

    def __init__(self, label: str) -> None:
        self.ed = Ed25519PrivateKey.from_private_bytes(bytes_of(f"{label} ed25519"))
        self.mldsa = MLDSA65PrivateKey.from_seed_bytes(bytes_of(f"{label} ml-dsa-65"))
        self.public = self.ed.public_key().public_bytes_raw() + self.mldsa.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> str:
        bound = b"guwah/1 signature\0" + hashlib.sha512(self.public).digest() + message
        return (self.ed.sign(bound) + self.mldsa.sign(bound)).hex()


KEYS = {who: Key(f"key {who.hex}") for who in (ROOT_ONE, ROOT_TWO, LATER, COUNSEL)}


def certificate(who: Any, officer: bool, signers: tuple[Any, ...]) -> Made:
    wrap, login = bytes_of(f"wrap {who.hex}"), bytes_of(f"login {who.hex}")
    said = {
        "wrap": sha(wrap).hex(),
        "sign": sha(KEYS[who].public).hex(),
        "officer": officer,
        "login": login.hex(),
    }
    statement = ctx("certificate", who, 1) + canonical(said)
    return {
        "member": who.hex,
        "epoch": 1,
        "wrap": wrap.hex(),
        "sign": KEYS[who].public.hex(),
        "officer": officer,
        "login": login.hex(),
        "signed": [{"signer": one.hex, "signature": KEYS[one].sign(statement)} for one in signers],
    }


def vouchers() -> Made:
    return {
        "roots": [{"id": root.hex, "key": KEYS[root].public.hex()} for root in (ROOT_ONE, ROOT_TWO)],
        "quorum": 2,
        "recovery": {"id": id_of(45).hex, "key": bytes_of("kit").hex()},
        "audit": id_of(46).hex,
        "certificates": [
            certificate(LATER, True, (ROOT_ONE, ROOT_TWO)),
            certificate(COUNSEL, False, (ROOT_TWO, LATER)),
        ],
    }


def fingerprint(said: Made) -> str:
    roots = [[root["id"], sha(bytes.fromhex(root["key"])).hex()] for root in said["roots"]]
    recovery = [said["recovery"]["id"], sha(bytes.fromhex(said["recovery"]["key"])).hex()]
    founding = {"roots": roots, "quorum": said["quorum"], "recovery": recovery, "audit": said["audit"]}
    return sha(ctx("pin", "root") + canonical(founding)).hex()


def text(role: str, lang: str, words: str, translator: str = "") -> Made:
    return {
        "role": role,
        "lang": lang,
        "direction": "rtl" if lang == "ug-Arab" else "ltr",
        "text": words,
        "sha256": sha(words.encode()).hex(),
        "translator": translator,
        "method": "",
    }


def sheet() -> Made:
    leaves = [notes_make.leaf(entry) for entry in notes_make.ENTRIES]
    return {
        "format": "guwah-exhibit/1",
        "exhibit": id_of(47).hex,
        "archive": INSTANCE.hex,
        "room": id_of(48).hex,
        "code": "7K2MP-4XQ9T",
        "kind": "survivor",
        "title": "[withheld]",
        "version": {"revision": 2, "day": "2026-03-21"},
        "given": {"when": "2019-03~", "where": "tr-istanbul"},
        "content_note": ["death"],
        "texts": [
            text("original", "ug-Arab", UYGHUR),
            text("translation", "en", ENGLISH, "Example Translator"),
            text("summary", "zh-Hans", "[withheld]"),
        ],
        "present": [{"role": "interviewer", "name": "[withheld]", "organisation": ""}],
        "source": {"citation": "Example Press", "licence": "CC-BY-4.0"},
        "consent": {
            "items": [id_of(20).hex, id_of(21).hex],
            "ledger": bytes_of("head").hex(),
            "until": "2031-12-31",
        },
        "made": {"by": COUNSEL.hex, "at": "2026-11-24T18:05:00Z"},
        "log": {
            "number": 4,
            "leaf": leaves[4].hex(),
            "size": 7,
            "root": notes_make.mth(leaves).hex(),
            "path": [step.hex() for step in notes_make.path(4, leaves)],
            "checkpoint": notes_make.Host().checkpoint(7),
        },
    }


def main() -> None:
    said, who = sheet(), vouchers()
    signature = KEYS[COUNSEL].sign(ctx("exhibit", id_of(47)) + canonical(said))
    exhibit = {"sheet": said, "signature": signature, "vouchers": who}
    made = {
        "source": OWN,
        "fingerprint": fingerprint(who),
        "log key": "".join(f"{line}\n" for line in notes_make.Host().verifier()),
        "sha256": sha(canonical(exhibit)).hex(),
        "exhibit": exhibit,
    }
    FILE.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
