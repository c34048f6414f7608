"""A database from before knows no recall and no hold, and takes both."""

from datetime import date
from pathlib import Path
from uuid import UUID

from archive.domain.handover import RecallState
from archive.domain.keeping import RecallRow
from archive.storage import migrating
from archive.storage.database import Database
from tests.integration.storage import storage_cast as cast
from tests.migrations.migrations_cast import made_by

RECORD, CUSTODY, MASTER = "0a" * 16, "0b" * 16, "0c" * 16
ROWS = f"""
INSERT INTO records VALUES ('{RECORD}', '{CUSTODY}', '{MASTER}', 1, '2026-01-31', 0);
"""


def test_recalls_and_holds_of_older_records(tmp_path: Path) -> None:
    path, record = tmp_path / "main.db", UUID(RECORD)
    made_by(path, "0003", ROWS)
    migrating.upgrade(path)
    row = RecallRow(id=UUID(MASTER), record=record, state=RecallState.DUE, day=date(2026, 3, 1))
    hold = cast.hold(record=record)
    with Database(path).work() as unit:
        assert (unit.recalls.of_record(record), unit.holds.all()) == ((), ())
        unit.recalls.put([row])
        unit.holds.add(hold)
        cast.log(unit)
        unit.commit()
    with Database(path).read() as unit:
        assert unit.recalls.of_collection(UUID(CUSTODY)) == (row,)
        assert unit.holds.of_record(record) == (hold,)
