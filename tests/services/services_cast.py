"""What the service tests do to an archive: move its clock, and write to its files as an attacker would."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from archive.services.acting import Acting
from archive.services.archive import Archive
from tests.archives import Standing


def dropped(acting: Acting) -> bool:
    """Whether these keys are gone."""
    return acting.keys.dropped


def later(archive: Archive, seconds: float) -> Archive:
    """The same archive, some time from now."""
    return replace(archive, clock=lambda: archive.clock() + timedelta(seconds=seconds))


@contextmanager
def raw(standing: Standing, part: str = "main/archive.db") -> Iterator[sqlite3.Connection]:
    """One of the archive's databases, opened by somebody who may write its file and holds no key.

    The triggers that forbid to change ledger and log are no obstacle to them.
    """
    database = sqlite3.connect(standing.instance / part)
    try:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        yield database
        database.commit()
    finally:
        database.close()
