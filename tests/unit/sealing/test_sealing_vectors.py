"""What the archive hashes and signs is, byte for byte, what docs/formats/ledger.md says."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from archive.domain.consent import Event
from archive.domain.keeping import (
    BodyKind,
    CommitRow,
    ConsentRow,
    GrantRow,
    InstanceRow,
    LogRow,
    MemberRow,
    RoomRow,
    SealedBody,
    Signed,
)
from archive.domain.licence import Licence
from archive.domain.rooms import RoomPurpose
from archive.sealing import bodies, commits, licences, receipts, trust
from archive.services import consents, transparency
from tests.vectors.sealing_make import (
    AUDIT,
    BODY,
    COMMIT,
    DAY,
    GRANT,
    INSTANCE,
    MEMBER,
    RECORD,
    ROOM,
    bytes_of,
    id_of,
)

VECTORS = Path(__file__).parents[2] / "vectors"
ON = date.fromisoformat(DAY)
NOBODY = Signed(signer=MEMBER, signature=b"")


def vector(name: str) -> Any:
    content = json.loads((VECTORS / f"sealing_{name}.json").read_text())
    assert content["source"]
    return content


def body_of(said: Any) -> SealedBody:
    return SealedBody(
        id=BODY,
        kind=BodyKind(said["kind"]),
        record=RECORD,
        room=ROOM,
        version=1,
        revision=3,
        day=ON,
        wraps=(),
        key=b"",
        parts={name: bytes.fromhex(part) for name, part in said["parts"].items()},
        licence=bytes.fromhex(said["licence"]),
    )


@pytest.mark.parametrize("case", [0, 1])
def test_licences(case: int) -> None:
    made = vector("licences")["cases"][case]
    said = made["said"]
    licence = Licence(
        room=UUID(said["room"]),
        record=UUID(said["record"]),
        rendition=UUID(said["rendition"]),
        items=tuple(UUID(item) for item in said["items"]),
        head=bytes.fromhex(said["head"]),
        not_after=date.fromisoformat(said["not_after"]) if said["not_after"] else None,
    )
    assert licences.write(licence).hex() == made["bytes"]
    assert licences.read(bytes.fromhex(made["bytes"])) == licence


def test_leaves() -> None:
    for case in vector("leaves")["cases"]:
        assert bodies.leaf(body_of(case)).hex() == case["leaf"]


def test_the_ledger_s_chain() -> None:
    made = vector("ledger")
    for said in made["entries"]:
        row = ConsentRow(
            id=UUID(said["id"]),
            record=UUID(said["record"]),
            number=said["number"],
            event=Event(said["event"]),
            items=tuple(UUID(item) for item in said["items"]),
            closes=tuple(UUID(item) for item in said["closes"]),
            previous=bytes.fromhex(said["previous"]),
            hash=b"",
            body=BODY,
            day=ON,
            leaf=bodies.leaf(body_of(made["body"])),
            receipt=bytes.fromhex(said.get("receipt", "")),
        )
        assert consents.link(row).hex() == said["hash"]
    for typed in (made["receipt"]["code"], made["receipt"]["typed"]):
        assert receipts.digest(INSTANCE, typed).hex() == made["receipt"]["digest"]


def test_the_log_s_leaves_and_the_commit_they_name() -> None:
    made = vector("log")
    commit = CommitRow(
        id=COMMIT,
        signer=MEMBER,
        statement=bytes.fromhex(made["commit"]["statement"]),
        signature=bytes.fromhex(made["commit"]["signature"]),
        log_size=41,
    )
    assert commits.digest(commit).hex() == made["commit"]["leaf"]
    assert commits._signed(INSTANCE, COMMIT, commit.statement).hex() == made["commit"]["signed"]
    assert commits._read(commit.statement).records == {
        RECORD: commits.Standing(BODY, 3, bytes_of("head"), closed=False)
    }
    for said in made["entries"]:
        row = LogRow(
            number=said["number"],
            id=BODY,
            day=ON,
            actor=UUID(said["actor"]) if said["actor"] else None,
            action=said["action"],
            leaf=b"",
            about=UUID(said["about"]) if "about" in said else None,
        )
        named = commit if said["commit"] else None
        assert transparency.leaf_of(row, bodies.leaf(body_of(made["body"])), named).hex() == said["leaf"]


def founded(public: dict[str, bytes]) -> InstanceRow:
    return InstanceRow(
        id=INSTANCE,
        day=ON,
        quorum=1,
        roots=(MEMBER,),
        root_keys=(public["root"],),
        recovery=id_of(10),
        recovery_public=public["kit"],
        audit=AUDIT,
    )


def test_what_is_signed_of_keys() -> None:
    made = vector("statements")
    public = {name: bytes.fromhex(value) for name, value in made["public"].items()}
    assert trust.fingerprint(founded(public)).hex() == made["pins"]
    member = MemberRow(
        id=MEMBER,
        login=public["login"],
        key_epoch=1,
        wrap_public=public["wrap"],
        sign_public=public["sign"],
        officer=True,
        certificate=(),
        profile_self=b"",
        profile_audit=b"",
        day=ON,
    )
    assert trust.certificate(INSTANCE, member).hex() == made["certificate"]
    room = RoomRow(
        id=ROOM,
        collection=id_of(11),
        purpose=RoomPurpose.READING,
        version=2,
        public=public["room"],
        signed=NOBODY,
        terms_room=b"",
        terms_custody=b"",
    )
    assert trust.room_statement(INSTANCE, room).hex() == made["room"]
    grant = GrantRow(
        id=GRANT,
        room=ROOM,
        version=2,
        grantee=MEMBER,
        key_epoch=1,
        capabilities=("read", "place", "grant"),
        not_after=ON,
        wrap=b"",
        signed=NOBODY,
        since=12,
    )
    assert trust.grant_statement(INSTANCE, grant).hex() == made["grant"]
