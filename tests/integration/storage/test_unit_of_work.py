"""A unit commits whole and with its log entry, or not at all; the two ledgers cannot be rewritten by anybody."""

import sqlite3
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from archive.domain.errors import Conflict, Unaudited
from archive.domain.keeping import LogHead
from archive.domain.searching import IndexHead
from archive.storage.database import Database, Unit
from archive.storage.tables import UNLOGGED, metadata
from tests.integration.storage import storage_cast as cast

ROOM = cast.room()
ADA = cast.member()
RECORD = cast.record()
GRANT = cast.grant(room=ROOM.id)
BODY = cast.body()

# table -> a deed that changes it
CHANGES: dict[str, Callable[[Unit], object]] = {
    "instance": lambda unit: unit.found(cast.instance()),
    "members": lambda unit: unit.members.add(cast.member()),
    "slots": lambda unit: unit.members.add_slot(cast.slot(member=ADA.id)),
    "rooms": lambda unit: unit.rooms.add(cast.room()),
    "predecessors": lambda unit: unit.rooms.add_predecessor(ROOM.id, 1, b"seed"),
    "grants": lambda unit: unit.rooms.end_grant(GRANT.id, 3),
    "records": lambda unit: unit.records.add(cast.record()),
    "commits": lambda unit: unit.records.add_commit(cast.commit()),
    "bodies": lambda unit: unit.records.remove_bodies([BODY.id]),
    "wraps": lambda unit: unit.records.add_bodies([cast.body(parts={})]),
    "parts": lambda unit: unit.records.add_bodies([cast.body(wraps=())]),
    "sources": lambda unit: unit.records.add_sources(ROOM.id, "source", {b"blind": RECORD.id}),
    "consents": lambda unit: unit.ledger.append(cast.consent(record=RECORD.id, number=1)),
    "reports": lambda unit: unit.reports.add(cast.report(member=ADA.id)),
    "recalls": lambda unit: unit.recalls.put([cast.recall(record=RECORD.id)]),
    "holds": lambda unit: unit.holds.add(cast.hold(record=RECORD.id)),
}


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(path) as raw:
        found = {
            name: raw.execute(f'SELECT * FROM "{name}" ORDER BY 1, 2').fetchall() for name in metadata.tables
        }
    raw.close()
    return found


@pytest.fixture
def filled(database: Database) -> Database:
    with database.work() as unit:
        unit.members.add(ADA)
        unit.rooms.add(ROOM)
        unit.rooms.grant(GRANT)
        unit.records.add(RECORD)
        unit.records.add_bodies([BODY])
        unit.ledger.append(cast.consent(record=RECORD.id))
        cast.log(unit)
        unit.commit()
    return database


def test_every_table_is_in_one_of_the_two_lists() -> None:
    assert CHANGES.keys() | UNLOGGED | {"log"} == metadata.tables.keys()


@pytest.mark.parametrize("table", CHANGES)
def test_a_change_without_its_log_entry_is_refused(filled: Database, path: Path, table: str) -> None:
    before = contents(path)
    with filled.work() as unit:
        CHANGES[table](unit)
        with pytest.raises(Unaudited):
            unit.commit()
    assert contents(path) == before


@pytest.mark.parametrize("table", CHANGES)
def test_a_change_with_its_log_entry_is_committed(filled: Database, path: Path, table: str) -> None:
    before = contents(path)
    with filled.work() as unit:
        CHANGES[table](unit)
        cast.log(unit)
        unit.commit()
    after = contents(path)
    assert after[table] != before[table]
    assert len(after["log"]) == len(before["log"]) + 1


@pytest.mark.parametrize("table", CHANGES)
def test_leaving_without_a_commit_rolls_back(filled: Database, path: Path, table: str) -> None:
    before = contents(path)
    with filled.work() as unit:
        CHANGES[table](unit)
        cast.log(unit)
    assert contents(path) == before


def test_leaving_by_an_error_rolls_back(filled: Database, path: Path) -> None:
    before = contents(path)
    with suppress(ZeroDivisionError), filled.work() as unit:
        unit.records.add(cast.record())
        cast.log(unit)
        _ = 1 / 0
    assert contents(path) == before
    with filled.work() as unit:  # and the lock is free again
        cast.log(unit)
        unit.commit()


def test_upkeep_of_the_indexes_owes_no_entry(filled: Database) -> None:
    with filled.work() as unit:
        unit.outbox.add(ROOM.id, [RECORD.id])
        unit.outbox.set_head(ROOM.id, IndexHead(1, b"digest"))
        unit.commit()
    with filled.read() as unit:
        assert unit.outbox.count(ROOM.id) == 1
        assert unit.log.head().size == 1


def test_a_deed_that_changed_nothing_owes_no_entry(filled: Database) -> None:
    with filled.work() as unit:
        unit.records.remove_bodies([uuid4()])
        unit.rooms.end_grant(uuid4(), 4)
        unit.members.remove_slots(ADA.id)
        unit.commit()


def test_a_unit_that_reads_cannot_write(filled: Database) -> None:
    with filled.read() as unit, pytest.raises(RuntimeError, match="only reads"):
        unit.outbox.add(ROOM.id, [RECORD.id])


def test_a_unit_that_reads_sees_one_moment(filled: Database) -> None:
    with filled.read() as before:
        assert before.log.head().size == 1
        with filled.work() as unit:
            unit.records.add(cast.record())
            cast.log(unit)
            unit.commit()
        assert before.log.head().size == 1
        assert before.records.of_collection(RECORD.collection) == (RECORD.id,)
    with filled.read() as after:
        assert after.log.head().size == 2


def test_after_its_commit_a_unit_is_over(filled: Database) -> None:
    with filled.work() as unit:
        cast.log(unit)
        unit.commit()
        with pytest.raises(RuntimeError, match="over"):
            unit.outbox.add(ROOM.id, [RECORD.id])
        with pytest.raises(RuntimeError, match="over"):
            unit.commit()


@pytest.mark.parametrize(
    "twice",
    [
        lambda unit: unit.members.add(cast.member(login=ADA.login)),
        lambda unit: unit.rooms.add(ROOM),
        lambda unit: unit.ledger.append(cast.consent(record=RECORD.id, number=0)),
        lambda unit: unit.records.add_bodies([BODY]),
        lambda unit: (
            unit.records.add_sources(ROOM.id, "f", {b"b": RECORD.id})
            or unit.records.add_sources(ROOM.id, "f", {b"b": RECORD.id})
        ),
    ],
)
def test_what_is_there_already_is_a_conflict_and_ends_the_unit(
    filled: Database, path: Path, twice: Callable[[Unit], object]
) -> None:
    before = contents(path)
    with filled.work() as unit:
        cast.log(unit)
        with pytest.raises(Conflict, match="changed the same thing first"):
            twice(unit)
        with pytest.raises(RuntimeError, match="over"):
            unit.commit()
    assert contents(path) == before


@pytest.mark.parametrize(
    "gone",
    [
        lambda unit: unit.members.replace(cast.member()),
        lambda unit: unit.rooms.replace(cast.room()),
        lambda unit: unit.records.replace(cast.record()),
    ],
)
def test_what_is_gone_cannot_be_replaced(filled: Database, gone: Callable[[Unit], object]) -> None:
    with filled.work() as unit, pytest.raises(Conflict, match="removed the same thing"):
        gone(unit)


@pytest.mark.parametrize(
    "orphan",
    [
        lambda unit: unit.rooms.grant(cast.grant()),
        lambda unit: unit.members.add_slot(cast.slot()),
        lambda unit: unit.ledger.append(cast.consent()),
        lambda unit: unit.records.add_bodies([cast.body(commit=uuid4())]),
        lambda unit: unit.reports.add(cast.report()),
    ],
)
def test_what_refers_to_nothing_is_not_committed(
    filled: Database, path: Path, orphan: Callable[[Unit], object]
) -> None:
    before = contents(path)
    with filled.work() as unit:
        orphan(unit)
        cast.log(unit)
        with pytest.raises(Conflict):
            unit.commit()
    assert contents(path) == before


@pytest.mark.parametrize(("number", "size"), [(0, 1), (2, 3), (1, 3), (1, 1)])
def test_the_log_grows_by_one(filled: Database, number: int, size: int) -> None:
    with filled.work() as unit:
        row = cast.log(unit)
    with filled.work() as unit, pytest.raises(Conflict, match="log has grown"):
        unit.log.append(replace(row, number=number), LogHead(size=size))


@pytest.mark.parametrize("table", ["log", "consents"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {0} SET day = '2000-01-01'",
        "DELETE FROM {0}",
        "INSERT OR REPLACE INTO {0} SELECT * FROM {0}",
        "REPLACE INTO {0} SELECT * FROM {0} LIMIT 1",
        "INSERT INTO {0} SELECT * FROM {0} WHERE true ON CONFLICT DO UPDATE SET day = '2000-01-01'",
    ],
)
def test_the_ledgers_are_append_only_for_everybody(
    filled: Database, path: Path, table: str, statement: str
) -> None:
    """A connection of one's own, without any of our settings."""
    filled.close()
    before = contents(path)
    raw = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"), raw:
        raw.execute(statement.format(table))
    raw.close()
    assert contents(path) == before


@pytest.mark.parametrize("table", ["log", "consents"])
def test_the_ledgers_take_further_rows(filled: Database, path: Path, table: str) -> None:
    filled.close()
    number, id = 9, uuid4().hex
    raw = sqlite3.connect(path)
    raw.row_factory = sqlite3.Row
    with raw:
        row = dict(raw.execute(f"SELECT * FROM {table}").fetchone()) | {"number": number, "id": id}
        raw.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", list(row.values()))
        assert raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 2
    raw.close()


def test_no_value_stands_in_a_traceback(filled: Database) -> None:
    secret = b"the login of a person in danger"
    with filled.work() as unit:
        unit.members.add(cast.member(login=secret))
        with pytest.raises(Conflict) as refused:
            unit.members.add(cast.member(login=secret))
    shown = "".join(traceback.format_exception(refused.value))
    assert "UNIQUE constraint failed: members.login" in shown
    assert secret.decode() not in shown
    assert repr(secret) not in shown
    assert secret.hex() not in shown
