"""The log's table: entries found by what stands in the clear, in either direction, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from archive.domain.log import LogFilter
from archive.storage import migrating
from archive.storage.database import Database
from tests.integration.storage import storage_cast as cast

A, B = uuid4(), uuid4()
FIRST = date(2026, 1, 1)
ENTRIES: tuple[tuple[UUID, str, UUID | None], ...] = (
    (A, "open", B), (A, "search", None), (B, "open", A), (A, "open", A), (B, "suggest", None), (A, "open", B),
)  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "main.db"
    migrating.create(path)
    database = Database(path)
    with database.work() as unit:
        for number, (actor, action, about) in enumerate(ENTRIES):
            fields = {"actor": actor, "action": action, "about": about, "leaf": bytes([number]) * 32}
            cast.log(unit, day=FIRST + timedelta(days=number), **fields)
        unit.commit()
    yield database
    database.close()


@pytest.mark.parametrize(
    ("only", "numbers"),
    [
        (LogFilter(), [0, 1, 2, 3, 4, 5]),
        (LogFilter(actor=A), [0, 1, 3, 5]),
        (LogFilter(about=A), [2, 3]),
        (LogFilter(about=B, actor=A), [0, 5]),
        (LogFilter(action="open"), [0, 2, 3, 5]),
        (LogFilter(since=FIRST + timedelta(days=4)), [4, 5]),
        (LogFilter(until=FIRST), [0]),
        (LogFilter(action="open", since=FIRST + timedelta(days=1), until=FIRST + timedelta(days=3)), [2, 3]),
        (LogFilter(actor=uuid4()), []),
        (LogFilter(action="grant"), []),
    ],
)
def test_entries_by_what_stands_in_the_clear(database: Database, only: LogFilter, numbers: list[int]) -> None:
    with database.read() as unit:
        assert [row.number for row in unit.log.find(only, None, 99)] == numbers
        assert [row.number for row in unit.log.find(only, None, 99, newest=True)] == numbers[::-1]
        assert [row.number for row in unit.log.find(only, 2, 2)] == [n for n in numbers if n >= 2][:2]
        back = unit.log.find(only, 3, 1, newest=True)
        assert [row.number for row in back] == [n for n in numbers[::-1] if n <= 3][:1]


def test_leaves_and_what_was_said_before_a_day(database: Database) -> None:
    with database.read() as unit:
        assert unit.log.leaves(2) == (bytes(32), b"\x01" * 32)
        assert len(unit.log.leaves(99)) == 6
        rows = unit.log.entries(0, 9)
        assert set(unit.log.said_before(("search", "suggest"), FIRST + timedelta(days=5))) == {
            rows[1].id,
            rows[4].id,
        }
        assert unit.log.said_before(("search", "suggest"), FIRST + timedelta(days=1)) == ()
