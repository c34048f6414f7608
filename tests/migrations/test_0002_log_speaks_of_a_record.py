"""The second revision: the log gains three columns, and what stood in it stands unchanged."""

import sqlite3
from pathlib import Path

import pytest

from archive.storage import migrating
from archive.storage.database import Database
from tests.migrations.migrations_cast import made_by

A, B, C = "0a" * 16, "0b" * 16, "0c" * 16
ROWS = f"""
INSERT INTO commits VALUES ('{C}', '{A}', x'73', x'74', 0);
INSERT INTO bodies VALUES ('{A}', 'log', '{A}', '{B}', 1, 1, '2026-01-31', x'6b', x'', NULL, NULL, 0, x'');
INSERT INTO bodies VALUES ('{B}', 'log', '{B}', '{B}', 1, 1, '2026-01-31', x'6b', x'', NULL, '{C}', 0, x'');
INSERT INTO log VALUES (0, '{A}', '2026-01-31', NULL, 'init', x'6c', x'0000000170');
INSERT INTO log VALUES (1, '{B}', '2026-02-01', '{C}', 'revise', x'6d', x'0000000171');
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "main.db"
    made_by(path, "0001", ROWS)
    migrating.upgrade(path)
    return path


def test_entries_from_before_keep_leaf_and_day_and_name_their_commit_themselves(path: Path) -> None:
    database = Database(path)
    with database.read() as unit:
        first, second = unit.log.entries(0, 9)
        assert (first.number, first.id.hex, first.action, first.leaf) == (0, A, "init", b"l")
        assert (second.number, second.actor and second.actor.hex, second.leaf) == (1, C, b"m")
        assert (first.about, first.digest, first.commit) == (None, b"", None)
        assert (second.about, second.digest, second.commit and second.commit.hex) == (None, b"", C)
        assert unit.log.head().peaks == (b"q",)
        assert unit.log.last_day() == "2026-02-01"
    database.close()


@pytest.mark.parametrize(
    "deed",
    ["UPDATE log SET about = id", "DELETE FROM log", f"REPLACE INTO log SELECT * FROM log WHERE id = '{A}'"],
)
def test_the_new_table_is_append_only_too(path: Path, deed: str) -> None:
    with sqlite3.connect(path) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(deed)
    raw.close()
