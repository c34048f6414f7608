"""Any value in any column: what reads it refuses or goes on without it, and nothing falls over."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import Any

import pytest

from archive import bootstrap
from archive.config import Config
from archive.domain.errors import GuwahError
from archive.services import checking, searching, signing_in, transparency
from tests.archives import Standing
from tests.services.services_cast import COUNTED, Scene, raw

VALUES: tuple[Any, ...] = ("گۇۋاھ", 2.5, b"\xff", -1)
FILES = ("main/archive.db", "shares/shares.db", "sessions/sessions.db")


def columns(database: sqlite3.Connection) -> list[tuple[str, str]]:
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [
        (table, column)
        for (table,) in tables
        if table not in ("alembic_version", "sqlite_sequence")
        for (_, column, *_) in database.execute(f"PRAGMA table_info({table})").fetchall()
    ]


def use(standing: Standing, scene: Scene, token: str) -> None:
    """What people do in a day; whatever is refused is refused with words."""
    archive, keeper, reader = scene.archive, scene.keeper, standing.acting("reader")
    for deed in (
        lambda: checking.fsck(archive, keeper),
        lambda: signing_in.resume(archive, token),
        lambda: signing_in.lock(
            archive, signing_in.unlock(archive, "counsel", standing.people["counsel"].passphrase)
        ),
        lambda: scene.read("reader", standing.reading),
        scene.read,
        lambda: searching.search(archive, reader, standing.reading, COUNTED),
        lambda: transparency.entries(archive, keeper),
    ):
        with suppress(GuwahError):
            deed()


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_a_value_of_another_type_in_any_column(scene: Scene, file: str) -> None:
    standing = scene.standing
    signed = signing_in.sign_in(
        scene.archive, "reader", standing.people["reader"].passphrase, standing.code("reader")
    )
    scene.read("reader", standing.reading)
    with raw(standing, file) as database:
        wanted = columns(database)
    assert len(wanted) > 4
    for number, (table, column) in enumerate(wanted):
        with raw(standing, file) as database:
            kept = database.execute(f"SELECT rowid, [{column}] FROM {table}").fetchall()
            with suppress(sqlite3.IntegrityError):  # a key, or a column that must hold something
                database.execute(f"UPDATE {table} SET [{column}] = ?", (VALUES[number % len(VALUES)],))
        use(standing, scene, signed.token)
        with raw(standing, file) as database:
            database.executemany(
                f"UPDATE OR IGNORE {table} SET [{column}] = ? WHERE rowid = ?",
                [(before, row) for row, before in kept],
            )


def test_a_database_of_wrong_types_does_not_open_or_does_not_fall_over(scene: Scene) -> None:
    with raw(scene.standing) as database:
        database.execute("UPDATE instance SET quorum = 'x', roots = 7, day = 'x'")
    with pytest.raises(GuwahError), bootstrap.opened(Config(instance=scene.standing.instance)):
        pass
