"""Rows from before get the leaf of their body, so that their chain holds without it, and wait to be placed anew."""

import sqlite3
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from archive.sealing import bodies
from archive.services import consents
from archive.storage import migrating
from archive.storage.database import Database
from tests.migrations.migrations_cast import made_by

RECORD, CUSTODY, BODY, CLOSED = "0a" * 16, "0b" * 16, "0c" * 16, "0d" * 16
ROWS = f"""
INSERT INTO records VALUES ('{RECORD}', '{CUSTODY}', '{BODY}', 1, '2026-01-31', 0);
INSERT INTO records VALUES ('{CLOSED}', '{CUSTODY}', '{BODY}', 1, '2026-01-31', 1);
INSERT INTO bodies VALUES ('{BODY}', 'consent', '{RECORD}', '{CUSTODY}', 1, 1, '2026-01-31', x'6b', x'', NULL, NULL,
                           0, x'');
INSERT INTO parts VALUES ('{BODY}', 'consent', x'78');
INSERT INTO consents VALUES ('{BODY}', '{RECORD}', 0, 'grant', x'', x'', x'', x'68', '{BODY}', '2026-01-31');
"""


def test_entries_get_their_leaf_and_records_wait(tmp_path: Path) -> None:
    path = tmp_path / "main.db"
    made_by(path, "0002", ROWS)
    migrating.upgrade(path)
    with Database(path).read() as unit:
        body = unit.records.body(UUID(BODY))
        [entry] = unit.ledger.of_record(UUID(RECORD))
        assert body
        assert entry.leaf == bodies.leaf(body)
        assert (entry.receipt, unit.outbox.unplaced(UUID(CUSTODY), date(2026, 2, 1))) == (
            b"",
            (UUID(RECORD),),
        )
        assert len(consents.link(entry)) == 32


def test_the_ledger_stays_append_only(tmp_path: Path) -> None:
    path = tmp_path / "main.db"
    made_by(path, "0002", ROWS)
    migrating.upgrade(path)
    database = sqlite3.connect(path)
    for deed in ("UPDATE consents SET leaf = x'00'", "DELETE FROM consents"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(deed)
    database.close()
