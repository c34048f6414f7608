"""Made-up rows for the storage tests, and a cipher whose seal is plain to see: what it leaves on a disk is found."""

import secrets
import subprocess
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from archive.crypto.errors import CannotOpen
from archive.domain.consent import Event
from archive.domain.handover import RecallState
from archive.domain.keeping import (
    BodyKind,
    CommitRow,
    ConsentRow,
    GrantRow,
    HoldRow,
    InstanceRow,
    LogHead,
    LogRow,
    MemberRow,
    RecallRow,
    RecordRow,
    ReportRow,
    RoomRow,
    SealedBody,
    Signed,
    SlotRow,
    Wrap,
)
from archive.domain.rooms import RoomPurpose
from archive.storage.database import Unit

DAY = date(2026, 3, 21)
MARK = b"sealed share"


class PlainCipher:
    """Seals nothing. Never outside tests."""

    epoch = 1

    def draw(self) -> bytes:
        return secrets.token_bytes(32)

    def keyless(self, _epochs: object) -> None:
        return None

    def seal(self, owner: UUID, epoch: int, share: bytes) -> bytes:
        return MARK + owner.bytes + bytes([epoch]) + share

    def open(self, owner: UUID, epoch: int, sealed: bytes) -> bytes:
        if sealed[:-32] != MARK + owner.bytes + bytes([epoch]):
            raise CannotOpen
        return sealed[-32:]

    def missing(self) -> CannotOpen:
        return CannotOpen()


def signed() -> Signed:
    return Signed(signer=uuid4(), signature=secrets.token_bytes(90))


def instance(**fields: Any) -> InstanceRow:
    given = {
        "id": uuid4(), "day": DAY, "quorum": 2, "roots": (uuid4(), uuid4()), "root_keys": (b"one", b"", b"three"),
        "recovery": uuid4(), "recovery_public": b"recovery", "audit": uuid4(), "demo": True,
    }  # fmt: skip
    return InstanceRow(**{**given, **fields})


def member(**fields: Any) -> MemberRow:
    given = {
        "id": uuid4(), "login": secrets.token_bytes(32), "key_epoch": 3, "wrap_public": b"wrap", "sign_public": b"sign",
        "officer": True, "certificate": (signed(), signed()), "profile_self": b"self", "profile_audit": b"audit",
        "day": DAY,
    }  # fmt: skip
    return MemberRow(**{**given, **fields})


def slot(**fields: Any) -> SlotRow:
    given = {
        "id": uuid4(), "member": uuid4(), "kind": "kit", "salt": b"salt", "cost": b"cost", "sealed": b"sealed",
    }  # fmt: skip
    return SlotRow(**{**given, **fields})


def room(**fields: Any) -> RoomRow:
    given = {
        "id": uuid4(), "collection": uuid4(), "purpose": RoomPurpose.MATTER, "version": 2, "public": b"public",
        "signed": signed(), "terms_room": b"terms", "terms_custody": b"terms too", "index_epoch": 4,
    }  # fmt: skip
    return RoomRow(**{**given, **fields})


def grant(**fields: Any) -> GrantRow:
    given = {
        "id": uuid4(), "room": uuid4(), "version": 1, "grantee": uuid4(), "key_epoch": 1,
        "capabilities": ("read", "place"), "not_after": DAY, "wrap": b"wrapped seed", "signed": signed(), "since": 7,
        "ended": None,
    }  # fmt: skip
    return GrantRow(**{**given, **fields})


def record(**fields: Any) -> RecordRow:
    given = {
        "id": uuid4(), "collection": uuid4(), "master": uuid4(), "revision": 1, "day": DAY, "closed": False,
    }  # fmt: skip
    return RecordRow(**{**given, **fields})


def commit(**fields: Any) -> CommitRow:
    given = {"id": uuid4(), "signer": uuid4(), "statement": b"said", "signature": b"so", "log_size": 9}
    return CommitRow(**{**given, **fields})


def body(**fields: Any) -> SealedBody:
    home = fields.get("room") or uuid4()
    given = {
        "id": uuid4(), "kind": BodyKind.RENDITION, "record": uuid4(), "room": home, "version": 1, "revision": 1,
        "day": DAY, "key": b"key", "licence": b"licence", "commit": None, "leaf": 3, "path": (b"a" * 32, b"b" * 32),
        "wraps": (Wrap(room=home, version=1, sealed=b"home"), Wrap(room=uuid4(), version=5, sealed=b"custody")),
        "parts": {"text": b"sealed text", "tags": b""},
    }  # fmt: skip
    return SealedBody(**{**given, **fields})


def consent(**fields: Any) -> ConsentRow:
    given = {
        "id": uuid4(), "record": uuid4(), "number": 0, "event": Event.LIMIT, "items": (uuid4(), uuid4()),
        "closes": (), "previous": b"", "hash": b"h" * 32, "body": uuid4(), "day": DAY,
    }  # fmt: skip
    return ConsentRow(**{**given, **fields})


def report(**fields: Any) -> ReportRow:
    given = {"id": uuid4(), "member": uuid4(), "day": DAY, "wrap": b"wrap", "sealed": b"sealed"}
    return ReportRow(**{**given, **fields})


def hold(**fields: Any) -> HoldRow:
    given = {"id": uuid4(), "record": uuid4(), "day": DAY, "version": 2, "wrap": b"wrap", "sealed": b"sealed"}
    return HoldRow(**{**given, "signed": (signed(), signed()), **fields})


def recall(**fields: Any) -> RecallRow:
    return RecallRow(**{"id": uuid4(), "record": uuid4(), "state": RecallState.DUE, "day": DAY, **fields})


def log(unit: Unit, **fields: Any) -> LogRow:
    """Append the entry that every change owes."""
    head = unit.log.head()
    given = {
        "number": head.size,
        "id": uuid4(),
        "day": DAY,
        "actor": uuid4(),
        "action": "init",
        "leaf": b"l" * 32,
    }
    row = LogRow(**{**given, **fields})
    unit.log.append(row, LogHead(size=head.size + 1, peaks=(*head.peaks, row.leaf)))
    return row


def bytes_below(folder: Path) -> bytes:
    """Every byte of every file. Another process reads: closing a file drops this process's locks on it."""
    return subprocess.run(["cat", *sorted(folder.iterdir())], capture_output=True, check=True).stdout
