"""Certifying a withdrawal: a page that the host signs, and that anybody checks without an archive.

Knows ids, days and the log's place. Must not know what the record said, who it was, or who withdrew it.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from archive.crypto import kdf, merkle, signing
from archive.crypto.contexts import ctx
from archive.crypto.errors import CannotOpen
from archive.domain.consent import Event
from archive.domain.errors import Conflict, NotFound, message
from archive.domain.identifiers import code_of
from archive.domain.log import LogFilter
from archive.domain.rooms import Capability
from archive.sealing.codec import canonical
from archive.services import shredding, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import capable, today
from archive.services.ports import UnitOfWork
from archive.services.withdrawing import Ending

TYPE: Final = "guwah/withdrawal/1"
LARGEST: Final = 64 * 1024
"""Bytes of the largest file that can be a certificate."""
_WITHDRAWN_BY: Final = (Event.WITHDRAW.value, "consent")
"""The actions whose entries may say that a record was withdrawn: at the desk, or by a custodian."""
_DESK: Final = (Capability.WITHDRAW, Capability.PLACE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What is certified, and ``raw``: the signed JSON. ``key`` is the fingerprint of the host's key.

    ``until``: the day from which nobody can undo it. ``destroyed``: the day of its destruction, once it is over.
    ``held``: a legal hold keeps it from being destroyed. ``number`` and ``leaf``: the withdrawal's entry in the log,
    which led to ``root`` with ``size`` entries when this was made.
    """

    archive: UUID
    record: UUID
    code: str
    withdrawn: date
    until: date | None
    destroyed: date | None
    held: bool
    number: int
    leaf: str
    size: int
    root: str
    made: date
    key: str
    raw: bytes


@transparency.refusals("certificate")
def certify(archive: Archive, acting: Acting, record: UUID) -> Certificate:
    """Return the certificate of a withdrawn record, for whoever may close records of its collection. Logged.

    Raises NotFound, Conflict for one that is not withdrawn. Cost: two commits to disk, 2 ms.
    """
    with archive.read() as unit:
        row = unit.records.get(record)
        if row is None or not capable(archive, acting, unit, row.collection, _DESK):
            raise NotFound
    return _certified(archive, acting.member, record)


def of_ending(archive: Archive, ending: Ending) -> Certificate:
    """Return the certificate of a withdrawal just made, nobody signed in: for whoever made it by a receipt's code."""
    return _certified(archive, None, ending.record)


def key(archive: Archive) -> str:
    """Return the fingerprint of the host's key, to be told in another way to those who will check. No key is needed."""
    return kdf.digest(archive.host.sign_public).hex()


def read(raw: bytes) -> Certificate:
    """Return what a certificate says, its signature checked under the key that it names itself. No archive is needed.

    Whose key that is, its fingerprint tells, compared with what the archive said in another way. Raises CannotOpen.
    """
    try:
        said = json.loads(raw)
        signature, public = (
            b64decode(said.pop("signature"), validate=True),
            b64decode(said["key"], validate=True),
        )
        found = _read(said, kdf.digest(public).hex(), raw)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Error):
        raise CannotOpen from None
    signing.verify(public, _statement(found.archive, found.record, said), signature)
    return found


def _certified(archive: Archive, actor: UUID | None, record: UUID) -> Certificate:
    with archive.work() as unit:
        rows = unit.ledger.of_record(record)
        if not rows or rows[-1].event is not Event.WITHDRAW:
            raise Conflict(message("This record is not withdrawn: there is nothing to certify."))
        said = _said(archive, unit, record)
        transparency.append(archive, unit, actor, "certificate", {"record": record.hex}, about=record)
        unit.commit()
    statement = _statement(archive.row.id, record, said)
    signature = b64encode(archive.host.sign(statement)).decode()
    raw = json.dumps(said | {"signature": signature}, indent=1).encode() + b"\n"
    return read(raw)


def _said(archive: Archive, unit: UnitOfWork, record: UUID) -> dict[str, object]:
    head = unit.log.head()
    about = unit.log.find(LogFilter(about=record), None, head.size)
    entry = [row for row in about if row.action in _WITHDRAWN_BY][-1]
    shredded = [row.day for row in about if row.action == "shred" and row.number > entry.number]
    of = unit.records.withdrawn()
    ends = [until for owner, until in archive.shares.aside().items() if of.get(owner) == record]
    return {
        "type": TYPE,
        "archive": archive.row.id.hex,
        "record": record.hex,
        "code": code_of(record),
        "withdrawn": entry.day.isoformat(),
        "until": datetime.fromtimestamp(max(ends), UTC).date().isoformat() if ends else None,
        "destroyed": shredded[0].isoformat() if shredded else None,
        "held": record in shredding.held(archive, unit),
        "log": {
            "number": entry.number,
            "leaf": entry.leaf.hex(),
            "size": head.size,
            "root": merkle.Frontier(head.size, head.peaks).root.hex(),
        },
        "made": today(archive, unit).isoformat(),
        "key": b64encode(archive.host.sign_public).decode(),
    }


def _read(said: dict[str, object], fingerprint: str, raw: bytes) -> Certificate:
    def day(name: str) -> date | None:
        found = said[name]
        return date.fromisoformat(str(found)) if found is not None else None

    withdrawn, made, log = day("withdrawn"), day("made"), said["log"]
    if said["type"] != TYPE or not isinstance(log, dict) or withdrawn is None or made is None:
        raise ValueError("no certificate of ours")
    record = UUID(str(said["record"]))
    if said["code"] != code_of(record):
        raise ValueError("a code of another record")
    return Certificate(
        archive=UUID(str(said["archive"])),
        record=record,
        code=code_of(record),
        withdrawn=withdrawn,
        until=day("until"),
        destroyed=day("destroyed"),
        held=bool(said["held"]),
        number=int(log["number"]),
        leaf=str(log["leaf"]),
        size=int(log["size"]),
        root=str(log["root"]),
        made=made,
        key=fingerprint,
        raw=raw,
    )


def _statement(instance: UUID, record: UUID, said: dict[str, object]) -> bytes:
    return ctx("withdrawal", instance, record) + canonical(said)
