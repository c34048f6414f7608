"""Withdrawing and limiting: a record is closed by somebody who holds no key of it, at once and on every path.

Knows what an ending takes with it. Must not know what a record says: nothing here unseals anything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.consent import Basis, ConsentEntry, DataClass, Decision, Event, GrantItem
from archive.domain.errors import Conflict, Damaged, NoSuchReceipt, NotFound, message
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind, ConsentRow, RecordRow, SealedBody
from archive.domain.rooms import Capability, RoomPurpose
from archive.policy.placement import OPENED_BY
from archive.sealing import receipts
from archive.sealing.commits import Signs
from archive.services import consents, indexing, placing, recalling, saving, shredding, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import capable, keyless_trust, licence_of, today
from archive.services.ports import UnitOfWork

PLACED: Final = frozenset({BodyKind.RENDITION, BodyKind.IDENTITY})
_DESK: Final = frozenset({Capability.WITHDRAW, Capability.PLACE})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Closing:
    """What is to be closed: these grant items (none: all), with a no to what else may say yes; why, and by what way.

    ``seen``: the ledger's head from which it was worked out what is closed; None where everything is, or a list says.
    """

    event: Event
    closes: tuple[UUID, ...] = ()
    items: tuple[GrantItem, ...] = ()
    reason: str = ""
    method: str = "desk"
    seen: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What an ending did: which rooms hold the record no more, and until when a withdrawal can be undone.

    ``until``: seconds since 1970; None when the record was limited only, or when a legal hold keeps it.
    """

    record: UUID
    entry: UUID
    rooms: tuple[UUID, ...]
    until: int | None = None


@transparency.refusals("withdraw")
def placed(archive: Archive, acting: Acting, record: UUID) -> Mapping[UUID, RoomPurpose]:
    """Return the rooms that hold a record now, custody included, with what each is for; needs no key of any.

    For the consent desk, before it withdraws or limits. Needs the withdraw or the place capability in the record's
    custody. Raises NotFound.
    """
    with archive.read() as unit:
        row = _row(archive, acting, unit, record)
        held = {body.room for body in _placed(unit, row)} | ({row.collection} if not row.closed else set())
        return {room.id: room.purpose for room in unit.rooms.of_collection(row.collection) if room.id in held}


@transparency.refusals("withdraw")
def withdraw(archive: Archive, acting: Acting, record: UUID, reason: str = "") -> Ending:
    """Withdraw the whole record: every room loses it at once, and its content is on its way to be destroyed.

    Its shares go to the archive kit for 72 hours against mistake or sabotage (`shredding.undo`), then for good; a
    second member's `shredding.confirm` destroys them at once. Needs the withdraw or the place capability in custody;
    no key of a room. Raises NotFound, Conflict when it is withdrawn already. Cost: one commit to disk in each of two
    databases, and a rebuilt index in each room that lost something and that ``acting`` does not hold.
    """
    with archive.read() as unit:
        row = _row(archive, acting, unit, record)
    return _end(archive, row, _Closing(event=Event.WITHDRAW, reason=reason), acting)


@transparency.refusals("limit")
def limit(
    archive: Archive, acting: Acting, record: UUID, purposes: Collection[RoomPurpose], reason: str = ""
) -> Ending:
    """Take a record out of every room of these purposes, end the grant items that it rested on there, and refuse them.

    The refusal is written down because other grants may say yes to the same: a no wins. What may stay elsewhere,
    narrower, is placed by the next session in custody (`cataloguing.place_waiting`). As `withdraw`; raises Conflict
    too when it lies in no such room.
    """
    with archive.read() as unit:
        row, seen = _row(archive, acting, unit, record), _head(unit, record)
        of = {room.id for room in unit.rooms.of_collection(row.collection) if room.purpose in purposes}
        closes = {
            item
            for body in _placed(unit, row)
            if body.room in of and (licence := licence_of(body.licence))
            for item in licence.items
        }
    if not closes:
        raise Conflict(message("This record lies in no such room. Nothing was changed."))
    closing = _Closing(
        event=Event.LIMIT, closes=tuple(sorted(closes)), items=_refused(purposes), reason=reason, seen=seen
    )
    return _end(archive, row, closing, acting)


def _refused(purposes: Collection[RoomPurpose]) -> tuple[GrantItem, ...]:
    """A no to every class, for whatever opens rooms of these purposes."""
    pairs = {pair for purpose in purposes for pair in OPENED_BY.get(purpose, ())}
    return tuple(
        GrantItem(
            id=new_id(), purpose=purpose, audience=audience, data_class=data_class, decision=Decision.NO
        )
        for purpose, audience in sorted(pairs)
        for data_class in DataClass
    )


def by_receipt(archive: Archive, code: str) -> Ending:
    """Withdraw the record that a one-time code was given out for. Nobody is signed in; the host signs.

    Raises NoSuchReceipt, alike for a code that is mistyped, used, replaced or invented. A code has 128 random bits, so
    tries need not be counted. Cost: as `withdraw`.
    """
    with archive.read() as unit:
        row = _by_receipt(archive, unit, code)
    return _end(archive, row, _Closing(event=Event.WITHDRAW, method="receipt"))


def by_list(archive: Archive, withdrawn: Collection[UUID], closes: Mapping[UUID, Collection[UUID]]) -> None:
    """Close again, in a restored backup, what the shred list says was closed since: whole records, and grant items.

    Nobody is signed in; the host signs. What the backup still had of withdrawn records goes at once: their days ran
    elsewhere. Raises Damaged. Cost: as `withdraw` each.
    """
    with archive.read() as unit:
        rows = unit.records.get_many({*withdrawn, *closes})
        ended = {record for record in rows if _withdrawn(unit, record)}
    for record in sorted(rows.keys() - ended):
        if record in withdrawn:
            _end(archive, rows[record], _Closing(event=Event.WITHDRAW, method="restore"))
        else:
            items = tuple(sorted(closes[record]))
            _end(archive, rows[record], _Closing(event=Event.LIMIT, closes=items, method="restore"))
    shredding.shred(archive, withdrawn, None)


def recognised(archive: Archive, code: str) -> None:
    """Return when a one-time code would close something; raises NoSuchReceipt as `by_receipt`. Nothing happens."""
    with archive.read() as unit:
        _by_receipt(archive, unit, code)


def _by_receipt(archive: Archive, unit: UnitOfWork, code: str) -> RecordRow:
    try:
        given = unit.ledger.by_receipt(receipts.digest(archive.row.id, code))
    except CannotOpen:
        given = None
    if given is None:
        raise NoSuchReceipt
    row, ledger = unit.records.get(given.record), consents.chained(unit.ledger.of_record(given.record))
    latest = [entry for entry in ledger if entry.receipt]
    checks = keyless_trust(archive, unit)
    signed = row and saving.latest(archive, checks, unit, row)
    if (
        not row
        or _ended(ledger)
        or given.id != latest[-1].id
        or any(entry.event is Event.WITHDRAW for entry in ledger if entry.number > given.number)
        or not signed
        or signed.ledger != ledger[-1].hash
    ):
        raise NoSuchReceipt
    return row


def _row(archive: Archive, acting: Acting, unit: UnitOfWork, record: UUID) -> RecordRow:
    row = unit.records.get(record)
    if row is None or not capable(archive, acting, unit, row.collection, _DESK):
        raise NotFound
    return row


def _head(unit: UnitOfWork, record: UUID) -> bytes:
    return unit.ledger.of_record(record)[-1].hash


def _placed(unit: UnitOfWork, row: RecordRow) -> list[SealedBody]:
    return [body for body in unit.records.bodies_about([row.id]).get(row.id, ()) if body.kind in PLACED]


def _end(archive: Archive, row: RecordRow, closing: _Closing, acting: Acting | None = None) -> Ending:
    """End it as ``acting`` asks, or the host where nobody is signed in."""
    event, closes, whole = closing.event, closing.closes, closing.event is Event.WITHDRAW
    signer: Signs = acting.keys if acting else archive.host
    entry, body = _entry(archive, row, closing)
    with archive.work() as unit:
        now = unit.records.get(row.id)
        if now is None or _withdrawn(unit, row.id):
            raise Conflict(message("This record is withdrawn already. Nothing was changed."))
        if closing.seen is not None and _head(unit, row.id) != closing.seen:
            raise Conflict(
                message("Somebody else changed this record meanwhile. Open it again; nothing was changed.")
            )
        commit = consents.enter(unit, signer, now, entry, body, closed=whole or now.closed)
        gone = _gone(unit, now, closes)
        rooms = tuple(sorted({body.room for body in gone} | ({now.collection} if whole else set())))
        recalling.summon(unit, now.id, None if whole else closes, body.day)
        unit.records.remove_bodies([body.id for body in gone if not _kept_aside(body, whole=whole)])
        if whole:
            unit.records.replace(replace(now, closed=True))
            placing.note(unit, now.collection, {now.id: None})
        else:
            unit.outbox.await_placing(now.collection, [now.id])
        absent, kept = _to_index(acting, unit, now, rooms), now.id in shredding.held(archive, unit)
        detail = {"record": row.id.hex, "entry": entry.id.hex, "rooms": [room.hex for room in rooms]}
        actor = acting.member if acting else None
        transparency.append(archive, unit, actor, event.value, detail, commit, about=row.id)
        unit.commit()
    with ExitStack() as after:  # each is done, last first, also when another fails: nothing waits for upkeep
        after.callback(
            archive.shares.destroy, [body.id for body in gone if not _kept_aside(body, whole=whole)]
        )
        until = shredding.until(archive) if whole and not kept else None
        if whole:
            after.callback(shredding.set_aside, archive, [row.id])
        after.callback(indexing.drop, archive, absent)
    if acting:
        indexing.drain_held(archive, acting, row.collection)
    return Ending(record=row.id, entry=entry.id, rooms=rooms, until=until)


def _entry(archive: Archive, row: RecordRow, closing: _Closing) -> tuple[ConsentEntry, SealedBody]:
    """The ledger's entry, and its body sealed to a custody that whoever makes it need not hold."""
    with archive.read() as unit:
        day = today(archive, unit)
        try:
            custody = keyless_trust(archive, unit).room_key(row.collection)
        except CannotOpen:
            raise Damaged(message("The custody room's key was changed. Run guwah fsck.")) from None
    entry = ConsentEntry(
        id=new_id(),
        record=row.id,
        event=closing.event,
        basis=Basis.CONSENT,
        at=day,
        items=closing.items,
        closes=closing.closes,
        method=closing.method,
        reason=closing.reason,
    )
    unsealed = consents.unsealed(entry, custody, day)
    [body] = saving.seal(archive, [unsealed], saving.draw(archive, [unsealed.id]))
    return entry, body


def _withdrawn(unit: UnitOfWork, record: UUID) -> bool:
    """Whether it is withdrawn already. One that nothing keeps any more is closed too, and can still be withdrawn."""
    return _ended(unit.ledger.of_record(record))


def _ended(ledger: Sequence[ConsentRow]) -> bool:
    return bool(ledger) and ledger[-1].event is Event.WITHDRAW


def _gone(unit: UnitOfWork, row: RecordRow, closes: Collection[UUID]) -> list[SealedBody]:
    """What was placed and rests on what is closed; everything that was placed when nothing is named."""
    ended = set(closes)
    return [
        body
        for body in _placed(unit, row)
        if not ended or not (licence := licence_of(body.licence)) or not ended.isdisjoint(licence.items)
    ]


def _kept_aside(body: SealedBody, *, whole: bool) -> bool:
    """An identity is the only copy of who somebody is: a withdrawal puts it aside with the master."""
    return whole and body.kind is BodyKind.IDENTITY


def _to_index(
    acting: Acting | None, unit: UnitOfWork, row: RecordRow, rooms: Collection[UUID]
) -> frozenset[UUID]:
    """Note what the rooms' indexes lose; return those that nobody here can rewrite, and that so are dropped."""
    held = acting.keys.held() if acting else frozenset()
    for room in rooms:
        unit.outbox.add(room, [row.id])
        if room not in held:
            unit.outbox.set_head(room, None)
    return frozenset(rooms) - held
