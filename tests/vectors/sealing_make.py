"""Knows how the archive's own vectors of docs/formats/ledger.md are made again, with nothing but hashes and JSON.

Must not know the package under test: every value is written down here as the page says it is.

    python -m tests.vectors.sealing_make
"""

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

HERE = Path(__file__).parent
OWN = "made by tests/vectors/sealing_make.py, a second implementation of docs/formats/ledger.md"

Made = dict[str, Any]


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def leaf(data: bytes) -> str:
    return sha(b"\0" + data).hex()


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def bytes_of(label: str) -> bytes:
    return sha(b"guwah vector " + label.encode())


def id_of(number: int) -> UUID:
    return UUID(f"00000000-0000-4000-8000-{number:012x}")


def ctx(label: str, *fields: UUID | int | str | bytes) -> bytes:
    def raw(value: UUID | int | str | bytes) -> bytes:
        if isinstance(value, UUID):
            return value.bytes
        if isinstance(value, int):
            return value.to_bytes(4, "big")
        return value.encode() if isinstance(value, str) else value

    parts = [raw(field) for field in (INSTANCE, *fields)]
    return (
        b"guwah/1 " + label.encode() + b"\0" + b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    )


INSTANCE, ROOM, RECORD, BODY, MEMBER, ENTRY, COMMIT, AUDIT, GRANT = (id_of(n) for n in range(1, 10))
ITEMS = [id_of(20), id_of(21)]
DAY = "2026-03-21"


def licence() -> Made:
    said = {
        "room": ROOM.hex,
        "record": RECORD.hex,
        "rendition": BODY.hex,
        "items": [item.hex for item in ITEMS],
        "head": bytes_of("head").hex(),
        "not_after": "2031-12-31",
    }
    lasting = {**said, "items": [], "not_after": None}
    return {"source": OWN, "cases": [{"said": one, "bytes": canonical(one).hex()} for one in (said, lasting)]}


def body_leaf(kind: str = "rendition", licence: bytes = b"licence") -> Made:
    parts = {"record": bytes_of("part one"), "note": bytes_of("part two")}
    said = {
        "id": BODY.hex,
        "kind": kind,
        "record": RECORD.hex,
        "room": ROOM.hex,
        "revision": 3,
        "day": DAY,
        "licence": sha(licence).hex(),
        "parts": {name: sha(part).hex() for name, part in parts.items()},
    }
    return {
        "kind": kind,
        "licence": licence.hex(),
        "parts": {name: part.hex() for name, part in parts.items()},
        "leaf": leaf(canonical(said)),
    }


def ledger() -> Made:
    body = body_leaf("consent", b"")
    first = entry(0, "grant", ITEMS, [], "", body["leaf"])
    second = entry(1, "limit", [], ITEMS[:1], first["hash"], body["leaf"])
    code = "0123456789ABCDEFGHJKMNPQRS"
    digest = sha(ctx("receipt", "code") + code.encode()).hex()
    third = entry(2, "receipt", [], [], second["hash"], body["leaf"], digest)
    receipt = {"code": code, "typed": "ol234-56789 abcdefghjk-mnpqrs", "digest": digest}
    return {"source": OWN, "body": body, "entries": [first, second, third], "receipt": receipt}


def entry(
    number: int,
    event: str,
    items: list[UUID],
    closes: list[UUID],
    previous: str,
    body: str,
    receipt: str = "",
) -> Made:
    said = {
        "id": id_of(30 + number).hex,
        "record": RECORD.hex,
        "number": number,
        "event": event,
        "items": [item.hex for item in items],
        "closes": [item.hex for item in closes],
        "previous": previous,
        "body": body,
        **({"receipt": receipt} if receipt else {}),
    }
    return {**said, "hash": leaf(canonical(said))}


def commit() -> Made:
    statement = canonical(
        {
            "signer": MEMBER.hex,
            "root": bytes_of("root").hex(),
            "size": 2,
            "records": {RECORD.hex: [BODY.hex, 3, bytes_of("head").hex(), False]},
            "policy": 1,
            "day": DAY,
            "log": 41,
        }
    )
    signature = bytes_of("signature")
    said = {
        "id": COMMIT.hex,
        "signer": MEMBER.hex,
        "statement": sha(statement).hex(),
        "signature": sha(signature).hex(),
        "log": 41,
    }
    return {
        "statement": statement.hex(),
        "signature": signature.hex(),
        "signed": (ctx("commit", COMMIT) + statement).hex(),
        "leaf": leaf(canonical(said)),
    }


def log() -> Made:
    body, made = body_leaf("log", b""), commit()
    cases = []
    about = {"about": RECORD.hex}
    for actor, action, names, more in (
        (MEMBER.hex, "accession", made["leaf"], {}),
        (None, "sign-in-refused", "", {}),
        (MEMBER.hex, "open", "", about),
        (MEMBER.hex, "revise", made["leaf"], about),
    ):
        said = {
            "number": 41,
            "day": DAY,
            "actor": actor,
            "action": action,
            "body": body["leaf"],
            "commit": names,
            **more,
        }
        cases.append({**said, "leaf": leaf(canonical(said))})
    return {"source": OWN, "body": body, "commit": made, "entries": cases}


def statements() -> Made:
    public = {name: bytes_of(name) for name in ("root", "wrap", "sign", "room", "kit", "login")}
    pins = {
        "roots": [[MEMBER.hex, sha(public["root"]).hex()]],
        "quorum": 1,
        "recovery": [id_of(10).hex, sha(public["kit"]).hex()],
        "audit": AUDIT.hex,
    }
    certificate = {
        "wrap": sha(public["wrap"]).hex(),
        "sign": sha(public["sign"]).hex(),
        "officer": True,
        "login": public["login"].hex(),
    }
    room = {"public": sha(public["room"]).hex(), "purpose": "reading", "collection": id_of(11).hex}
    grant = ctx("grant", ROOM, 2, MEMBER, 1, GRANT, "grant,place,read", 20533)  # 2026-03-21
    return {
        "source": OWN,
        "public": {name: value.hex() for name, value in public.items()},
        "pins": sha(ctx("pin", "root") + canonical(pins)).hex(),
        "certificate": (ctx("certificate", MEMBER, 1) + canonical(certificate)).hex(),
        "room": (ctx("room", ROOM, 2) + canonical(room)).hex(),
        "grant": (grant + canonical({"since": 12})).hex(),
    }


def main() -> None:
    made = {
        "licences": licence(),
        "leaves": {"source": OWN, "cases": [body_leaf(), body_leaf("master", b"")]},
        "ledger": ledger(),
        "log": log(),
        "statements": statements(),
    }
    for name, content in made.items():
        (HERE / f"sealing_{name}.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
