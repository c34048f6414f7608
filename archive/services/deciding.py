"""Deciding: what is agreed about a record, and what a further entry would open or close, before anything is stored.

Knows the ledger and asks the policy. Must not know forms, nor what a withdrawal destroys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from archive.domain.consent import (
    Audience,
    Basis,
    ConsentEntry,
    DataClass,
    Decision,
    Event,
    GrantItem,
    Purpose,
)
from archive.domain.drafts import Record
from archive.domain.errors import Conflict, Invalid, NotFound, Problem, message
from archive.domain.identifiers import code_of, new_id
from archive.domain.keeping import BodyKind, RecordRow
from archive.domain.records import Identity
from archive.domain.rooms import RoomPurpose, RoomTerms
from archive.policy.access import Action
from archive.policy.consent import KEEPING, ConsentState, State, fold, standing
from archive.policy.placement import OPENED_BY, place, place_identity, shows
from archive.services import consenting, placing, revising, transparency, validating
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import holdings, require, today
from archive.services.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is open for one purpose and audience, until when (None: without term)."""

    purpose: Purpose
    audience: Audience
    classes: tuple[DataClass, ...]
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a room beside custody holds of a record, and until when. One that the member does not hold has no name."""

    room: UUID
    purpose: RoomPurpose
    name: str
    classes: tuple[DataClass, ...]
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """Where consent to a record stands. ``entries`` is empty for what is withdrawn: its ledger is sealed away.

    ``kept``: custody may read it, until ``until``. ``receipt``: a one-time code to withdraw with is out.
    """

    record: UUID
    code: str
    custody: UUID
    today: date
    state: State
    events: tuple[tuple[Event, date], ...]
    entries: tuple[ConsentEntry, ...] = ()
    openings: tuple[Opening, ...] = ()
    rooms: tuple[Place, ...] = ()
    kept: bool = False
    until: date | None = None
    receipt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an entry would do: rooms that gain or lose the record, that would hold it otherwise, or as before.

    ``kept``, ``until``: whether custody keeps it, and its last day there. ``opened`` and ``closed`` are what the ledger
    would then say otherwise, also where no room exists for it; what is open until another day is among ``opened``.
    """

    before: State
    state: State
    gained: tuple[Place, ...]
    lost: tuple[Place, ...]
    changed: tuple[tuple[Place, Place], ...]
    stays: tuple[Place, ...]
    kept: bool
    until: date | None
    opened: tuple[Opening, ...] = ()
    closed: tuple[Opening, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """A record's ledger and content, opened for a decision; and the rooms of its collection that can hold it."""

    day: date
    record: Record
    ledger: tuple[ConsentEntry, ...]
    rooms: Mapping[UUID, tuple[RoomTerms, str]]
    identities: frozenset[UUID]


def ending(
    ledger: Sequence[ConsentEntry],
    meant: Callable[[GrantItem], bool],
    *,
    last: date | None = None,
    refuse: bool = False,
) -> tuple[tuple[GrantItem, ...], tuple[UUID, ...]]:
    """Return the items and the closes of a limit: those yeses that are meant end now, or after their ``last`` day.

    ``refuse``: a no is written down as well, so that no other yes opens the same. Raises Invalid when no yes that
    stands is meant, or no day comes after the last.
    """
    if last == date.max:
        raise Invalid([Problem("last", message("After this day there is none: name an earlier one."))])
    ended = [item for item in standing(ledger) if meant(item)]
    if not ended:
        raise Invalid([Problem("ends", message("No yes that stands matches this: nothing would end."))])
    since = last + timedelta(days=1) if last else None
    cells = dict.fromkeys((item.purpose, item.audience, item.data_class) for item in ended)
    noes = tuple(
        GrantItem(
            id=new_id(),
            purpose=purpose,
            audience=audience,
            data_class=data_class,
            decision=Decision.NO,
            since=since,
        )
        for purpose, audience, data_class in cells
    )
    return noes if last or refuse else (), () if last else tuple(item.id for item in ended)


def custody_of(archive: Archive, acting: Acting, record: UUID) -> UUID:
    """Return the custody room of a record, for those who hold it. Raises NotFound."""
    with archive.read() as unit:
        row, held = unit.records.get(record), holdings(archive, acting, unit)
    if row is None or row.collection not in held:
        raise NotFound
    return row.collection


@transparency.refusals("open")
def agreed(archive: Archive, acting: Acting, custody: UUID, record: UUID) -> Agreed:
    """Return where consent to a record stands, for a member of its custody; of an expired one too. Logged first.

    Raises NotFound, Damaged. Cost: as `disclosing.show` in custody.
    """
    with archive.read() as unit:
        if custody not in holdings(archive, acting, unit):
            raise NotFound
        row, rows = _row(unit, custody, record), unit.ledger.of_record(record)
        day = today(archive, unit)
    events = tuple((one.event, one.day) for one in rows)
    code, receipt = code_of(record), any(one.receipt for one in rows)
    if row.closed and rows[-1].event is Event.WITHDRAW:
        return Agreed(
            record=record, code=code, custody=custody, today=day, state=State.WITHDRAWN, events=events
        )
    seen = _open(archive, acting, row)
    consent = fold(seen.ledger, seen.day)
    kept, until = _kept(consent, seen)
    return Agreed(
        record=record,
        code=code,
        custody=custody,
        today=day,
        state=consent.state,
        events=events,
        entries=seen.ledger,
        openings=_openings(consent),
        rooms=tuple(_places(consent, seen).values()),
        kept=kept,
        until=until,
        receipt=receipt,
    )


@transparency.refusals("open")
def preview(archive: Archive, acting: Acting, custody: UUID, record: UUID, entry: ConsentEntry) -> Effect:
    """Return what a further entry would open and close, and for which rooms. Nothing is stored but the log's entry.

    Needs the place capability. Raises NotFound, Refused, Invalid, Conflict for what is withdrawn, Damaged. Cost: as
    `agreed`.
    """
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        row, rows = _row(unit, custody, record), unit.ledger.of_record(record)
    if row.closed and rows[-1].event is Event.WITHDRAW:
        raise Conflict(message("This record is withdrawn already. Nothing was changed."))
    seen = _open(archive, acting, row)
    _check(entry, seen.ledger)
    before, after = fold(seen.ledger, seen.day), fold((*seen.ledger, entry), seen.day)
    old, new = _places(before, seen), _places(after, seen)
    both = sorted(old.keys() & new.keys(), key=lambda room: (old[room].name, room))
    kept, until = _kept(after, seen)
    return Effect(
        before=before.state,
        state=after.state,
        gained=tuple(one for room, one in new.items() if room not in old),
        lost=tuple(one for room, one in old.items() if room not in new),
        changed=tuple((old[room], new[room]) for room in both if old[room] != new[room]),
        stays=tuple(old[room] for room in both if old[room] == new[room]),
        kept=kept,
        until=until,
        opened=_beyond(_openings(after), _openings(before), terms=True),
        closed=_beyond(_openings(before), _openings(after)),
    )


def enter(
    archive: Archive, acting: Acting, custody: UUID, entry: ConsentEntry, read: int | None = None
) -> None:
    """Append an entry that was checked, as `consenting.append`. ``read``: how many entries it was decided from.

    Raises what `consenting.append` raises, Invalid, and Conflict when others came meanwhile.
    """
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        row = _row(unit, custody, entry.record)
        now = unit.ledger.of_record(entry.record)
    if (read is not None and len(now) != read) or (row.closed and now[-1].event is Event.WITHDRAW):
        raise Conflict(
            message("Consent to this record changed meanwhile. Nothing was stored; look at it again.")
        )
    known = {item for one in now for item in one.items}
    _check_closes(entry, known)
    validating.check_entry(entry)
    consenting.append(archive, acting, custody, entry)


def _row(unit: UnitOfWork, custody: UUID, record: UUID) -> RecordRow:
    row = unit.records.get(record)
    if row is None or row.collection != custody:
        raise NotFound
    return row


def _open(archive: Archive, acting: Acting, row: RecordRow) -> _Seen:
    """Log it, then open the ledger and the record that it is about."""
    custody = row.collection
    with archive.work() as unit:
        detail = {"room": custody.hex, "record": row.id.hex, "consent": True}
        transparency.append(archive, unit, acting.member, "open", detail, about=row.id)
        unit.commit()
    with archive.read() as unit:
        held, of = holdings(archive, acting, unit), placing.collection(archive, acting, unit, custody)
        standing, ledger = revising.standing(archive, acting, unit, row)
        identities = {body.room for body in unit.records.bodies_of(row.id, BodyKind.IDENTITY)}
        return _Seen(
            day=today(archive, unit),
            record=standing.record,
            ledger=ledger,
            rooms={
                room: (terms, terms.name if room in held else "")
                for room, (_key, terms) in sorted(
                    of.rooms.items(), key=lambda each: (each[1][1].name, each[0])
                )
            },
            identities=frozenset(identities),
        )


def _kept(consent: ConsentState, seen: _Seen) -> tuple[bool, date | None]:
    nowhere = UUID(int=0)
    terms = RoomTerms(id=nowhere, collection=nowhere, purpose=RoomPurpose.CUSTODY, name="")
    placed = place(consent, seen.record, terms, seen.day)
    return placed is not None, placed.not_after if placed else None


def _places(consent: ConsentState, seen: _Seen) -> dict[UUID, Place]:
    """What every room would hold under this consent; nothing where custody itself may not keep it."""
    if not _kept(consent, seen)[0]:
        return {}
    places: dict[UUID, Place] = {}
    for room, (terms, name) in seen.rooms.items():
        if found := _held(consent, seen, terms):
            shown, until = found
            classes = tuple(one for one in DataClass if one in shown)
            places[room] = Place(room=room, purpose=terms.purpose, name=name, classes=classes, until=until)
    return places


def _held(
    consent: ConsentState, seen: _Seen, terms: RoomTerms
) -> tuple[frozenset[DataClass], date | None] | None:
    if terms.purpose in OPENED_BY:
        placed = place(consent, seen.record, terms, seen.day)
        return (shows(consent, seen.record, terms.purpose), placed.not_after) if placed else None
    if (
        terms.id not in seen.identities
    ):  # who somebody is comes in with the account, and cannot be placed again
        return None
    kept = place_identity(consent, Identity(record=seen.record.id), terms, seen.day)
    return (frozenset({DataClass.IDENTITY}), kept.not_after) if kept else None


def _openings(consent: ConsentState) -> tuple[Opening, ...]:
    """What is open, by purpose, audience and last day, in the order of the lists."""
    gathered: dict[tuple[Purpose, Audience, date | None], list[DataClass]] = {}
    for (purpose, audience, data_class), grant in consent.open.items():
        gathered.setdefault((purpose, audience, grant.not_after), []).append(data_class)
    purposes, audiences = list(Purpose), list(Audience)
    order = sorted(
        gathered.items(),
        key=lambda each: (purposes.index(each[0][0]), audiences.index(each[0][1]), each[0][2] or date.max),
    )
    return tuple(
        Opening(
            purpose=purpose,
            audience=audience,
            classes=tuple(one for one in DataClass if one in classes),
            until=until,
        )
        for (purpose, audience, until), classes in order
    )


def _beyond(
    these: Sequence[Opening], those: Sequence[Opening], *, terms: bool = False
) -> tuple[Opening, ...]:
    """These openings as far as the others have them not; ``terms``: or only until another day."""

    def key(one: Opening, data_class: DataClass) -> tuple[object, ...]:
        return (one.purpose, one.audience, data_class, one.until if terms else None)

    known = {key(one, data_class) for one in those for data_class in one.classes}
    left = (replace(one, classes=tuple(c for c in one.classes if key(one, c) not in known)) for one in these)
    return tuple(one for one in left if one.classes)


def _check(entry: ConsentEntry, ledger: Sequence[ConsentEntry]) -> None:
    _check_closes(entry, {item.id for one in ledger for item in one.items})
    validating.check_entry(entry)


def _check_closes(entry: ConsentEntry, known: Iterable[UUID]) -> None:
    if not set(entry.closes) <= set(known):
        said = message("This ends an answer that the ledger of this record does not hold.")
        raise Invalid([Problem("consent.closes", said)])


def kept_again(archive: Archive, record: UUID, reason: str) -> ConsentEntry:
    """Return the entry under which custody, and no other room, keeps a record whose withdrawal was a mistake."""
    items = tuple(
        GrantItem(id=new_id(), purpose=purpose, audience=audience, data_class=one, decision=Decision.YES)
        for purpose, audience in sorted(KEEPING)
        for one in DataClass
    )
    return ConsentEntry(
        id=new_id(),
        record=record,
        event=Event.GRANT,
        basis=Basis.CONSENT,
        at=archive.clock().date(),
        items=items,
        reason=reason,
    )
