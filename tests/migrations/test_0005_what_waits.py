"""What waited before waits on, and is due at once; what replaces something is noted."""

from datetime import date
from pathlib import Path
from uuid import UUID

from archive.storage import migrating
from archive.storage.database import Database
from tests.migrations.migrations_cast import made_by

RECORD, CUSTODY, MASTER, OTHER = "0a" * 16, "0b" * 16, "0c" * 16, "0d" * 16
ROWS = f"""
INSERT INTO records VALUES ('{RECORD}', '{CUSTODY}', '{MASTER}', 1, '2026-01-31', 0);
INSERT INTO unplaced VALUES ('{RECORD}', '{CUSTODY}');
"""
TODAY = date(2026, 2, 1)


def test_what_waited_is_due(tmp_path: Path) -> None:
    path = tmp_path / "main.db"
    made_by(path, "0004", ROWS)
    migrating.upgrade(path)
    record, custody, other = UUID(RECORD), UUID(CUSTODY), UUID(OTHER)
    with Database(path).work() as unit:
        assert unit.outbox.unplaced(custody, TODAY) == (record,)
        unit.outbox.await_placing(custody, [other], date(2026, 3, 1))
        unit.outbox.note_replaced({record: other})
        unit.outbox.await_answer(custody, {record: True, other: True})
        unit.outbox.await_answer(custody, {other: False})
        unit.commit()
    with Database(path).work() as unit:
        assert unit.outbox.unplaced(custody, date(2026, 2, 28)) == (record,)
        assert set(unit.outbox.unplaced(custody, date(2026, 3, 1))) == {record, other}
        assert unit.outbox.replaced() == {record: other}
        assert unit.outbox.unanswered(custody) == (record,)
        unit.outbox.settled([record])
        unit.commit()
    with Database(path).read() as unit:
        assert unit.outbox.replaced() == {}
