"""Recalling: what was handed over is written down, and whoever has it is asked back when its consent ends.

Knows hand-overs and the states of their recalls. Must not know why consent ended, or what the record says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.consent import Event
from archive.domain.errors import Conflict, Damaged, Invalid, NotFound, Problem, message
from archive.domain.handover import OPEN, HandOver, Recall, RecallState
from archive.domain.keeping import BodyKind, CommitRow, RecallRow, RecordRow, SealedBody
from archive.domain.licence import Licence
from archive.domain.log import LogFilter
from archive.domain.rooms import Capability
from archive.policy.access import Action
from archive.sealing import commits, licences
from archive.sealing.bodies import Unsealed
from archive.sealing.codec import decode, encode
from archive.services import consents, saving, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import capable, holdings, licence_of, require, today, trust
from archive.services.ports import UnitOfWork
from archive.vocabularies.load import vocabulary

_PART: Final = "handover"
_DESK: Final = frozenset({Capability.WITHDRAW, Capability.PLACE})
_NEXT: Final = {RecallState.DUE: frozenset(RecallState), RecallState.SENT: frozenset(RecallState)}
"""What may follow an unsettled state; what is settled stays, until another ending makes it due again."""


@transparency.refusals("hand-over")
def record_handover(archive: Archive, acting: Acting, custody: UUID, said: HandOver) -> UUID:
    """Write down a hand-over made elsewhere or by the archive; return its id. Sealed to custody.

    ``said.id`` should be a new one. Where what it rested on has ended already, its recall is due at once. Needs the
    place capability. Raises NotFound, Refused, Invalid, Conflict. Cost: one commit to disk in each database.
    """
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        row, day = _row(unit, custody, said.record), today(archive, unit)
        key = trust(archive, acting, unit).room_key(custody)
        problems = _problems(unit, said, day)
        head = unit.ledger.of_record(said.record)[-1].hash
        last = None if row.closed else _last_day(archive, acting, unit, said, custody)
    if problems:
        raise Invalid(problems)
    licence = Licence(
        room=custody, record=said.record, rendition=said.id, items=said.items, head=head, not_after=last
    )
    unsealed = Unsealed(
        id=said.id,
        kind=BodyKind.HANDOVER,
        record=said.record,
        rooms=[key],
        revision=1,
        day=day,
        parts={_PART: encode(HandOver, said)},
        licence=licences.write(licence),
    )
    [body] = saving.seal(archive, [unsealed], saving.draw(archive, [said.id]))
    with archive.work() as unit:
        row = _row(unit, custody, said.record)
        commit = _sign(unit, acting, row, body)
        if row.closed or _ended(unit, said):
            summon_these(unit, said.record, [said.id], day)
        detail = {"record": said.record.hex, "hand-over": said.id.hex}
        transparency.append(archive, unit, acting.member, "hand-over", detail, commit, about=said.record)
        unit.commit()
    return said.id


@transparency.refusals("recalls")
def handovers(archive: Archive, acting: Acting, custody: UUID, record: UUID) -> tuple[Recall | HandOver, ...]:
    """Return everything that was handed over of a record: with its recall where there is one. Logged first.

    Needs the place capability. Raises NotFound, Refused, Damaged. Cost: one commit to disk, 0.3 ms each.
    """
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        _row(unit, custody, record)
    _log_reading(archive, acting, custody, record)
    with archive.read() as unit:
        sealed = unit.records.bodies_of(record, BodyKind.HANDOVER)
        opened = _opened(archive, acting, unit, custody, _readable(archive, sealed))
        rows = {row.id: row for row in unit.recalls.of_record(record)}
    plain = [said for id, said in opened.items() if id not in rows]
    return (*plain, *(_recall(row, opened.get(row.id)) for row in rows.values()))


@transparency.refusals("recalls")
def recalls(archive: Archive, acting: Acting, custody: UUID, *, settled: bool = False) -> tuple[Recall, ...]:
    """Return the recalls of a collection that are not settled (or all), oldest first; the reading is logged first.

    Custodians see to whom; the consent desk, which holds no key, sees ids, states and days. Raises NotFound.
    """
    with archive.read() as unit:
        if not capable(archive, acting, unit, custody, _DESK):
            raise NotFound
        held = custody in holdings(archive, acting, unit)
        rows = [row for row in unit.recalls.of_collection(custody) if settled or row.state in OPEN]
    if not held or not rows:
        return tuple(_recall(row, None) for row in rows)
    _log_reading(archive, acting, custody, None)
    with archive.read() as unit:
        wanted = {row.id for row in rows}
        about = [unit.records.bodies_of(record, BodyKind.HANDOVER) for record in {row.record for row in rows}]
        sealed = [body for bodies in about for body in bodies if body.id in wanted]
        opened = _opened(archive, acting, unit, custody, _readable(archive, sealed))
    return tuple(_recall(row, opened.get(row.id)) for row in rows)


@transparency.refusals("recall")
def set_state(archive: Archive, acting: Acting, custody: UUID, recall: UUID, state: RecallState) -> None:
    """Say how far a recall has come. When the last word on a record that is destroyed is said, its hand-over goes too.

    Needs the place capability. Raises NotFound, Refused, Conflict for one that is settled. Cost: one commit to disk.
    """
    with archive.work() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        row = unit.recalls.get(recall)
        if row is None:
            raise NotFound
        record = _row(unit, custody, row.record)
        if state not in _NEXT.get(row.state, ()):
            raise Conflict(message("This recall is settled. Nothing was changed."))
        unit.recalls.put([replace(row, state=state, day=today(archive, unit))])
        over = state not in OPEN and record.closed and unit.records.body(record.master) is None
        if over:
            unit.records.remove_bodies([recall])
        detail = {"record": record.id.hex, "hand-over": recall.hex, "state": state.value}
        transparency.append(archive, unit, acting.member, "recall", detail, about=record.id)
        unit.commit()
    if over:
        archive.shares.destroy([recall])


def summon(unit: UnitOfWork, record: UUID, ended: Collection[UUID] | None, day: date) -> None:
    """Make recalls due, in the unit that ends these grant items (None: everything). Needs no key.

    A hand-over of which nobody knows what it rested on is recalled whatever ends.
    """
    due = []
    for body in unit.records.bodies_of(record, BodyKind.HANDOVER):
        licence = licence_of(body.licence)
        if ended is None or not licence or not licence.items or not set(licence.items).isdisjoint(ended):
            due.append(body.id)
    if ended is None or ended:
        summon_these(unit, record, due, day)


def summon_lapsed(archive: Archive, actor: UUID | None, day: date) -> None:
    """Make due what was handed over on consent that ran out before a day. Needs no key. Cost: one query."""
    with archive.read() as unit:
        lapsed = unit.recalls.lapsed(day)
    if not lapsed:
        return
    with archive.work() as unit:
        for handover, record in unit.recalls.lapsed(day):
            summon_these(unit, record, [handover], day)
        transparency.append(archive, unit, actor, "expire", {"recalls": len(lapsed)})
        unit.commit()


def summon_these(unit: UnitOfWork, record: UUID, handovers: Iterable[UUID], day: date) -> None:
    """Make the recalls of these hand-overs due; what cannot be recalled stays so."""
    gone = {row.id for row in unit.recalls.of_record(record) if row.state is RecallState.IRRECALLABLE}
    new = [
        RecallRow(id=id, record=record, state=RecallState.DUE, day=day) for id in handovers if id not in gone
    ]
    unit.recalls.put(new)


def faults(unit: UnitOfWork) -> Iterator[tuple[UUID, str]]:
    """Yield the records whose recalls are not as the log says: settled by nobody, or gone. Needs no key."""
    size = unit.log.head().size
    handed, noted = (
        Counter(row.about for row in unit.log.find(LogFilter(action=action), None, size))
        for action in ("hand-over", "recall")
    )
    for record in handed:
        row = unit.records.get(record) if record else None
        if row is None:
            continue
        known, ledger = unit.recalls.of_record(row.id), unit.ledger.of_record(row.id)
        settled = sum(recall.state not in OPEN for recall in known)
        withdrawn = row.closed and bool(ledger) and ledger[-1].event is Event.WITHDRAW
        if settled > noted[row.id] or (withdrawn and len(known) != handed[row.id]):
            yield row.id, message("Its recalls are not those that the log speaks of.")


def _row(unit: UnitOfWork, custody: UUID, record: UUID) -> RecordRow:
    row = unit.records.get(record)
    if row is None or row.collection != custody:
        raise NotFound
    return row


def _problems(unit: UnitOfWork, said: HandOver, day: date) -> list[Problem]:
    given = {item for row in unit.ledger.of_record(said.record) for item in row.items}
    checks = (
        ("id", unit.records.body(said.id) is None, message("This hand-over is recorded already.")),
        ("recipient", bool(said.recipient.strip()), message("Say who received it.")),
        ("what", bool(said.what.strip()), message("Say what was handed over.")),
        ("day", said.day <= day, message("It cannot have been handed over on a day to come.")),
        (
            "language",
            said.language in vocabulary("languages"),
            message("Choose the language to write to them in."),
        ),
        (
            "items",
            given.issuperset(said.items),
            message("It can only rest on items that stand in this record's consent."),
        ),
    )
    return [Problem(where, text) for where, holds, text in checks if not holds]


def _last_day(
    archive: Archive, acting: Acting, unit: UnitOfWork, said: HandOver, custody: UUID
) -> date | None:
    """The last day of what it rests on: from the day after, the clock recalls it."""
    ledger, _head = consents.entries(archive, acting, unit, said.record, custody)
    ends = [item.until for entry in ledger for item in entry.items if item.id in said.items]
    return min((end for end in ends if end), default=None)


def _ended(unit: UnitOfWork, said: HandOver) -> bool:
    """Whether an entry has closed something that it rests on; what stands in the clear is enough to know."""
    closed: set[UUID] = set()
    before: set[UUID] = set()
    for row in unit.ledger.of_record(said.record):
        everything = row.event in (Event.SUPERSEDE, Event.WITHDRAW) and not row.closes
        closed.update(before if everything else row.closes)
        before.update(row.items)
    return not closed.isdisjoint(said.items)


def _sign(unit: UnitOfWork, acting: Acting, row: RecordRow, body: SealedBody) -> CommitRow:
    head = unit.ledger.of_record(row.id)[-1].hash
    stand = commits.Standing(row.master, row.revision, head, row.closed)
    size = unit.log.head().size
    commit, placed = commits.sign(acting.keys, body.id, [body], {row.id: stand}, size, body.day)
    unit.records.add_commit(commit)
    unit.records.add_bodies(placed)
    return commit


def _log_reading(archive: Archive, acting: Acting, custody: UUID, record: UUID | None) -> None:
    with archive.work() as unit:
        detail = {"room": custody.hex} | ({"record": record.hex} if record else {})
        transparency.append(archive, unit, acting.member, "recalls", detail, about=record)
        unit.commit()


def _readable(archive: Archive, sealed: Sequence[SealedBody]) -> list[SealedBody]:
    """Those whose share is still here: a settled one of a withdrawn record lies aside with it."""
    held = archive.shares.find_many(body.id for body in sealed)
    aside = archive.shares.aside()
    return [body for body in sealed if body.id in held or body.id not in aside]


def _opened(
    archive: Archive, acting: Acting, unit: UnitOfWork, custody: UUID, sealed: Sequence[SealedBody]
) -> dict[UUID, HandOver]:
    parts = saving.unseal_many(archive, acting, unit, sealed, custody, custody)
    try:
        opened = {body.id: decode(HandOver, part[_PART]) for body, part in zip(sealed, parts, strict=True)}
    except (CannotOpen, KeyError):
        raise Damaged(message("A hand-over was written by another version of the program.")) from None
    for body in sealed:
        licence, said = licence_of(body.licence), opened[body.id]
        if not licence or (said.id, said.record, said.items) != (body.id, body.record, licence.items):
            raise Damaged(message("A hand-over is not the one that was recorded. Run guwah fsck."))
    return opened


def _recall(row: RecallRow, said: HandOver | None) -> Recall:
    return Recall(id=row.id, record=row.record, state=row.state, day=row.day, handover=said)
