"""Several processes on one archive, and killed ones: nothing acknowledged is lost, nothing is half there."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest

from archive.storage.database import Database
from archive.storage.shares import ShareStore
from tests.integration.storage.storage_cast import PlainCipher

SETTING = """
import pathlib, sys, time
from archive.domain.errors import Conflict
from archive.domain.keeping import BodyKind
from archive.storage.database import Database
from archive.storage.shares import ShareStore
from tests.integration.storage import storage_cast as cast
database = Database(pathlib.Path(sys.argv[1]))
"""
# Each save: the share first, then body, record and log entry in one unit, then it is said to be done.
SAVER = (
    SETTING
    + """
shares = ShareStore(pathlib.Path(sys.argv[2]), cast.PlainCipher())
while True:
    body = cast.body(kind=BodyKind.MASTER)
    shares.draw(body.id)
    with database.work() as unit:
        unit.records.add(cast.record(id=body.record, master=body.id))
        unit.records.add_bodies([body])
        cast.log(unit, id=body.id)
        unit.commit()
    print(body.id.hex, flush=True)
"""
)
# One record revised again and again; the old share is destroyed after the commit.
REVISER = (
    SETTING
    + """
shares = ShareStore(pathlib.Path(sys.argv[2]), cast.PlainCipher())
home, old = cast.uuid4(), None
while True:
    body = cast.body(kind=BodyKind.MASTER, record=home)
    shares.draw(body.id)
    with database.work() as unit:
        row = cast.record(id=home, master=body.id)
        if old:
            unit.records.remove_bodies([old])
            unit.records.replace(row)
        else:
            unit.records.add(row)
        unit.records.add_bodies([body])
        cast.log(unit, id=body.id)
        unit.commit()
    if old:
        shares.destroy([old])
    print(body.id.hex, flush=True)
    old = body.id
"""
)
COUNTER = (
    SETTING
    + """
for _ in range(60):
    with database.work() as unit:
        cast.log(unit, leaf=sys.argv[2].encode())
        time.sleep(0.001)
        unit.commit()
"""
)


SIGNER_IN = """
import pathlib, sys
from archive.storage.sessions import Sessions
print(Sessions(pathlib.Path(sys.argv[1])).take_step(__import__("uuid").UUID(int=7), 5))
"""


def started(code: str, *paths: Path | str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *map(str, paths)], stdout=subprocess.PIPE, text=True)


def killed(code: str, path: Path, shares: Path, after: float) -> list[UUID]:
    """Run until killed, ``after`` seconds from the first save on; what it said was done."""
    child = started(code, path, shares)
    assert child.stdout
    first = child.stdout.readline()
    time.sleep(after)
    child.send_signal(signal.SIGKILL)
    rest, _ = child.communicate()
    assert child.returncode == -signal.SIGKILL
    return [UUID(line) for line in (first + rest).splitlines() if len(line) == 32]


def test_writers_in_several_processes_wait_for_one_another(path: Path) -> None:
    children = [started(COUNTER, path, name) for name in ("first", "other", "third")]
    assert [child.wait(60) for child in children] == [0, 0, 0]
    for child in children:
        child.communicate()
    database = Database(path)
    with database.read() as unit:
        rows = unit.log.entries(0, 1000)
        assert [row.number for row in rows] == list(range(180))
        assert {row.leaf for row in rows} == {b"first", b"other", b"third"}
        assert unit.log.head().peaks == tuple(row.leaf for row in rows)
    database.close()


def test_workers_that_start_together_share_one_file_of_sessions(tmp_path: Path) -> None:
    children = [started(SIGNER_IN, tmp_path / "sessions.db") for _ in range(4)]
    said = [child.communicate()[0].strip() for child in children]
    assert sorted(said) == ["False", "False", "False", "True"]
    assert {left.name for left in tmp_path.iterdir()} <= {
        "sessions.db", "sessions.db-wal", "sessions.db-shm",
    }  # fmt: skip


def check_whole(path: Path, where: Path, done: set[UUID]) -> None:
    """Every body stands with its parts, record, log entry and share; everything that was said to be done is logged."""
    database, shares = Database(path), ShareStore(where, PlainCipher())
    with database.read() as unit:
        bodies, logged = unit.records.owners(), {row.id for row in unit.log.entries(0, 100_000)}
        assert unit.log.head().size == len(logged)
        assert done | bodies <= logged
        for id in bodies:
            body = unit.records.body(id)
            assert body
            assert body.parts.keys() == {"text", "tags"}
            assert len(body.wraps) == 2
            row = unit.records.get(body.record)
            assert row
            assert row.master == id
    assert (
        shares.find_many(bodies).keys() == bodies
    )  # a share too few would be a loss; one too many is swept later
    database.close()
    shares.close()


@pytest.mark.parametrize("code", [SAVER, REVISER], ids=["saving", "revising"])
def test_a_process_killed_at_any_moment_leaves_nothing_half(path: Path, tmp_path: Path, code: str) -> None:
    drawn = random.Random(1)
    where = tmp_path / "shares.db"
    ShareStore(where, PlainCipher(), create=True).close()
    done: list[UUID] = []
    for _ in range(8):
        done += killed(code, path, where, drawn.uniform(0, 0.15))
        check_whole(path, where, set(done))
    assert len(done) > 8
    if code is SAVER:
        database = Database(path)
        with database.read() as unit:
            assert set(done) <= unit.records.owners()
        database.close()
