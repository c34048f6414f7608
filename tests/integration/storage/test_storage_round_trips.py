"""Every kind of row comes back as it went in, through a real file, in another transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.domain.consent import Event
from archive.domain.errors import Conflict
from archive.domain.handover import RecallState
from archive.domain.keeping import BodyKind, LogHead, RecallRow
from archive.domain.rooms import RoomPurpose
from archive.domain.searching import IndexHead
from archive.storage.columns import Packed, blobs, uuids, words
from archive.storage.database import Database, Unit
from tests.integration.storage import storage_cast as cast

Write = Callable[[Unit], object]


def written(database: Database, *writes: Write) -> None:
    with database.work() as unit:
        for write in writes:
            write(unit)
        cast.log(unit)
        unit.commit()


def read(database: Database, get: Callable[[Unit], Any]) -> Any:
    with database.read() as unit:
        return get(unit)


def test_the_instance(database: Database) -> None:
    assert read(database, lambda unit: unit.instance()) is None
    row = cast.instance()
    written(database, lambda unit: unit.found(row))
    assert read(database, lambda unit: unit.instance()) == row
    with database.work() as unit, pytest.raises(Conflict, match="founded already"):
        unit.found(cast.instance())


def test_members_and_their_slots(database: Database) -> None:
    ada, noor = cast.member(), cast.member(officer=False, certificate=())
    kit, word = cast.slot(member=ada.id, kind="kit"), cast.slot(member=ada.id, kind="passphrase")

    def write(unit: Unit) -> None:
        unit.members.add_slot(kit)  # before its member: references are checked at the commit
        unit.members.add(ada)
        unit.members.add(noor)
        unit.members.add_slot(word)

    written(database, write)
    with database.read() as unit:
        assert set(unit.members.all()) == {ada, noor}
        assert unit.members.get(noor.id) == noor
        assert unit.members.by_login(ada.login) == ada
        assert unit.members.by_login(b"nobody") is unit.members.get(uuid4()) is None
        assert unit.members.slots(ada.id, "kit") == (kit,)
        assert unit.members.slots(noor.id, "kit") == ()
    changed = replace(ada, key_epoch=4, officer=False, certificate=(cast.signed(),))

    def change(unit: Unit) -> None:
        unit.members.replace(changed)
        unit.members.remove_slots(ada.id)

    written(database, change)
    with database.read() as unit:
        assert unit.members.get(ada.id) == changed
        assert unit.members.slots(ada.id, "kit") == unit.members.slots(ada.id, "passphrase") == ()


@pytest.mark.parametrize("purpose", RoomPurpose)
def test_rooms_of_every_purpose(database: Database, purpose: RoomPurpose) -> None:
    one, other = cast.room(purpose=purpose), cast.room()
    written(database, lambda unit: unit.rooms.add(one), lambda unit: unit.rooms.add(other))
    with database.read() as unit:
        assert unit.rooms.get(one.id) == one
        assert set(unit.rooms.all()) == {one, other}
        assert unit.rooms.of_collection(one.collection) == (one,)
    later = replace(one, version=3, index_epoch=9, terms_room=b"other words")
    written(database, lambda unit: unit.rooms.replace(later))
    assert read(database, lambda unit: unit.rooms.get(one.id)) == later


def test_the_chain_of_a_rooms_seeds(database: Database) -> None:
    row = cast.room()

    def write(unit: Unit) -> None:
        unit.rooms.add(row)
        unit.rooms.add_predecessor(row.id, 1, b"first")
        unit.rooms.add_predecessor(row.id, 2, b"second")

    written(database, write)
    with database.read() as unit:
        assert unit.rooms.predecessor(row.id, 1) == b"first"
        assert unit.rooms.predecessor(row.id, 2) == b"second"
        assert unit.rooms.predecessor(row.id, 3) is unit.rooms.predecessor(uuid4(), 1) is None


def test_grants_and_their_end(database: Database) -> None:
    row = cast.room()
    first = cast.grant(room=row.id, since=1, not_after=None, capabilities=())
    second = cast.grant(room=row.id, since=2, grantee=first.grantee)

    def write(unit: Unit) -> None:
        unit.rooms.grant(second)
        unit.rooms.grant(first)
        unit.rooms.add(row)

    written(database, write)
    with database.read() as unit:
        assert unit.rooms.grants_to(first.grantee) == unit.rooms.grants_of(row.id) == (first, second)
        assert unit.rooms.grants_to(uuid4()) == ()
    written(database, lambda unit: unit.rooms.end_grant(first.id, 12))
    written(database, lambda unit: unit.rooms.end_grant(first.id, 15))
    ended = replace(first, ended=12, wrap=b"")
    assert read(database, lambda unit: unit.rooms.grants_of(row.id)) == (ended, second)


@pytest.mark.parametrize("kind", BodyKind)
def test_bodies_of_every_kind(database: Database, kind: BodyKind) -> None:
    commit = cast.commit()
    newer = cast.body(kind=kind, revision=2, commit=commit.id)
    older = cast.body(kind=kind, record=newer.record, wraps=(), parts={}, path=(), licence=b"")

    def write(unit: Unit) -> None:
        unit.records.add_bodies([newer, older])
        unit.records.add_commit(commit)

    written(database, write)
    with database.read() as unit:
        assert unit.records.body(newer.id) == newer
        assert unit.records.bodies_of(newer.record, kind) == (older, newer)
        assert unit.records.bodies_about([newer.record, uuid4()]) == {newer.record: (older, newer)}
        assert unit.records.owners() == {older.id, newer.id}
        assert unit.records.commits([commit.id, uuid4()]) == {commit.id: commit}
        assert unit.records.body(uuid4()) is None
    written(database, lambda unit: unit.records.remove_bodies([newer.id, uuid4()]))
    assert read(database, lambda unit: unit.records.owners()) == {older.id}
    assert read(database, lambda unit: unit.records.body(newer.id)) is None


def test_more_bodies_than_one_statement_takes(database: Database) -> None:
    bodies = [cast.body(kind=BodyKind.LOG) for _ in range(1201)]
    written(database, lambda unit: unit.records.add_bodies(iter(bodies)))
    assert read(database, lambda unit: unit.records.owners()) == {body.id for body in bodies}
    written(database, lambda unit: unit.records.remove_bodies(body.id for body in bodies[1:]))
    assert read(database, lambda unit: unit.records.owners()) == {bodies[0].id}


def test_records(database: Database) -> None:
    row = cast.record()
    written(database, lambda unit: unit.records.add(row, cast.record()))
    later = replace(row, master=uuid4(), revision=2, closed=True)
    assert read(database, lambda unit: unit.records.get(row.id)) == row
    written(database, lambda unit: unit.records.replace(later))
    with database.read() as unit:
        assert unit.records.get(row.id) == later
        assert unit.records.get_many([row.id, uuid4()]) == {row.id: later}
        assert unit.records.of_collection(row.collection) == (row.id,)
        assert unit.records.get(uuid4()) is None


def test_known_sources(database: Database) -> None:
    row, home = cast.record(), uuid4()
    known = {bytes([n // 256, n % 256]): row.id for n in range(700)}

    def write(unit: Unit) -> None:
        unit.records.add(row)
        unit.records.add_sources(home, "source", known)
        unit.records.add_sources(home, "nothing", {})

    written(database, write)
    with database.read() as unit:
        assert unit.records.known_sources(home, "source", [*known, b"new"]) == known
        assert unit.records.known_sources(home, "other", list(known)) == {}
        assert unit.records.known_sources(uuid4(), "source", list(known)) == {}


@pytest.mark.parametrize("event", Event)
def test_the_ledger_keeps_its_order(database: Database, event: Event) -> None:
    row = cast.record()
    entries = [cast.consent(record=row.id, number=number, event=event) for number in range(3)]

    def write(unit: Unit) -> None:
        unit.ledger.append(*reversed(entries))
        unit.records.add(row)

    written(database, write)
    assert read(database, lambda unit: unit.ledger.of_record(row.id)) == tuple(entries)
    assert read(database, lambda unit: unit.ledger.of_records([row.id, uuid4()])) == {row.id: tuple(entries)}


def test_the_log(database: Database) -> None:
    with database.work() as unit:
        assert unit.log.head() == LogHead()
        assert unit.log.last_day() is None
        rows = [cast.log(unit, day=date(2026, 1, n), actor=None if n == 1 else uuid4()) for n in range(1, 6)]
        unit.commit()
    with database.read() as unit:
        assert unit.log.entries(0, 100) == tuple(rows)
        assert unit.log.entries(1, 2) == tuple(rows[1:3])
        assert unit.log.entries(5, 2) == ()
        assert unit.log.head() == LogHead(size=5, peaks=tuple(row.leaf for row in rows))
        assert unit.log.last_day() == "2026-01-05"


def test_the_outbox_and_index_heads(database: Database) -> None:
    here, there, ids = uuid4(), uuid4(), [uuid4() for _ in range(3)]
    with database.work() as unit:
        unit.outbox.add(here, ids)
        unit.outbox.add(there, ids[:1])
        unit.outbox.set_head(here, IndexHead(1, b"digest"))
        unit.outbox.set_head(here, IndexHead(2, b"other"))
        unit.commit()
    with database.work() as unit:
        assert [waiting for _, waiting in unit.outbox.pending(here, 10)] == ids
        assert unit.outbox.count(here) == 3
        assert unit.outbox.head(here) == IndexHead(2, b"other")
        unit.outbox.set_head(here, None)
        unit.outbox.done(ticket for ticket, _ in unit.outbox.pending(here, 2))
        unit.commit()
    with database.read() as unit:
        assert [waiting for _, waiting in unit.outbox.pending(here, 10)] == ids[2:]
        assert (unit.outbox.count(here), unit.outbox.count(there)) == (1, 1)
        assert unit.outbox.head(here) is None


def test_a_ticket_is_never_given_twice(database: Database) -> None:
    given_out: list[int] = []
    for _ in range(3):
        with database.work() as unit:
            unit.outbox.add(uuid4(), [])
            home = uuid4()
            unit.outbox.add(home, [uuid4()])
            tickets = [ticket for ticket, _ in unit.outbox.pending(home, 1)]
            unit.outbox.done(tickets)
            unit.commit()
        given_out += tickets
    assert len(set(given_out)) == 3


def test_reports(database: Database) -> None:
    ada = cast.member()
    row = cast.report(member=ada.id)

    def write(unit: Unit) -> None:
        unit.members.add(ada)
        unit.reports.add(row)

    written(database, write)
    with database.read() as unit:
        assert unit.reports.of_member(ada.id) == (row,)
        assert unit.reports.get(row.id) == row
        assert unit.reports.get(uuid4()) is None
        assert unit.reports.of_member(uuid4()) == ()


def test_recalls_and_holds(database: Database) -> None:
    record = cast.record()
    recall = RecallRow(id=uuid4(), record=record.id, state=RecallState.DUE, day=cast.DAY)
    other = replace(recall, id=uuid4(), state=RecallState.IRRECALLABLE)
    hold = cast.hold(record=record.id)

    def write(unit: Unit) -> None:
        unit.recalls.put([recall, other])
        unit.holds.add(hold)
        unit.records.add(record)

    written(database, write)
    sent, lifted = replace(recall, state=RecallState.SENT), replace(hold, lifted=hold.signed, ended=cast.DAY)

    def change(unit: Unit) -> None:
        unit.recalls.put([sent])
        unit.holds.replace(lifted)

    written(database, change)
    with database.read() as unit:
        assert set(unit.recalls.of_record(record.id)) == {sent, other}
        assert set(unit.recalls.of_collection(record.collection)) == {sent, other}
        assert unit.recalls.get(recall.id) == sent
        assert unit.recalls.get(uuid4()) is None
        assert unit.holds.get(hold.id) == lifted
        assert unit.holds.of_record(record.id) == unit.holds.all() == (lifted,)
        assert not unit.recalls.of_record(uuid4())
        assert unit.recalls.lapsed(cast.DAY) == ()
        assert not unit.holds.of_record(uuid4())


SQLITE: Any = None  # the types need no dialect


def kept(kind: Packed[Any], values: list[Any]) -> list[Any]:
    return list(kind.process_result_value(kind.process_bind_param(tuple(values), SQLITE), SQLITE))


@given(st.lists(st.uuids()), st.lists(st.binary(max_size=40)), st.lists(st.text("aü好ئ\0", max_size=20)))
def test_lists_in_one_value(ids: list[UUID], raw: list[bytes], said: list[str]) -> None:
    assert kept(uuids(), ids) == ids
    assert kept(blobs(), raw) == raw
    assert kept(words(), said) == said


@given(st.lists(st.binary(max_size=9), min_size=1), st.data())
def test_a_list_that_was_cut_is_not_read(raw: list[bytes], data: st.DataObject) -> None:
    packed = blobs().process_bind_param(tuple(raw), SQLITE)
    cut = packed[: data.draw(st.integers(0, len(packed) - 1))]
    whole = [blobs().process_bind_param(tuple(raw[:n]), SQLITE) for n in range(len(raw))]
    if cut in whole:
        return
    with pytest.raises(ValueError, match="cut short"):
        blobs().process_result_value(cut, SQLITE)
