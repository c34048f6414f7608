"""What can go wrong with a file, each a refusal of its own: lost, damaged, of another version, full, edited, busy."""

import random
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from archive.domain.errors import Conflict, Damaged, DiskFull, SchemaMismatch, ShredStoreMissing
from archive.domain.keeping import SealedBody, Tries
from archive.storage.database import Database, Unit
from archive.storage.sessions import Sessions
from archive.storage.shares import ShareStore
from archive.storage.sqlite import File
from tests.integration.storage import storage_cast as cast


class Opened(Protocol):
    _file: File

    def close(self) -> None: ...


Open = Callable[[Path], Opened]
OPENERS: dict[str, Open] = {
    "main": Database,
    "shares": lambda path: ShareStore(path, cast.PlainCipher()),
    "sessions": Sessions,
}

REMEDIES = {
    "main": "is damaged.*restore the newest backup",
    "shares": "is damaged.*restore the newest backup",
    "sessions": "delete it: everybody signs in again",
}


def fill_main(path: Path) -> None:
    database = Database(path)
    with database.work() as unit:
        unit.records.add_bodies(cast.body() for _ in range(200))
        cast.log(unit)
        unit.commit()
    database.close()


def fill_shares(path: Path) -> None:
    store = ShareStore(path, cast.PlainCipher(), create=True)
    store.draw_many([uuid4() for _ in range(200)])
    store.close()


def fill_sessions(path: Path) -> None:
    sessions = Sessions(path)
    for n in range(200):
        sessions.keep_tries(b"key %d" % n, Tries(count=1))
    sessions.close()


@pytest.fixture(params=OPENERS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def file(kind: str, path: Path, tmp_path: Path) -> Path:
    """A closed file of each kind with something in it."""
    where = path if kind == "main" else tmp_path / f"{kind}.db"
    {"main": fill_main, "shares": fill_shares, "sessions": fill_sessions}[kind](where)
    return where


@pytest.fixture
def opened(kind: str, file: Path) -> Iterator[Opened]:
    found = OPENERS[kind](file)
    yield found
    found.close()


def test_files_are_their_owners_alone(opened: Opened, file: Path) -> None:
    with opened._file.writing() as connection:
        connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    found = sorted(file.parent.glob(f"{file.name}*"))
    assert len(found) == 3  # with its log and the log's index
    assert {stat.S_IMODE(one.stat().st_mode) for one in found} == {0o600}


def test_every_connection_is_strict(opened: Opened, kind: str) -> None:
    expected = {
        "journal_mode": "wal", "synchronous": 1 if kind == "sessions" else 2, "secure_delete": 1, "foreign_keys": 1,
        "trusted_schema": 0, "recursive_triggers": 1, "cell_size_check": 1, "temp_store": 2, "busy_timeout": 30_000,
    }  # fmt: skip
    with opened._file.reading() as first, opened._file.reading() as second:
        for connection in (first, second):
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in expected}
            assert found == expected


def test_a_missing_database(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match=r"no database at .*nowhere\.db\. Restore it, or begin"):
        Database(tmp_path / "nowhere.db")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_shred_store(tmp_path: Path) -> None:
    with pytest.raises(ShredStoreMissing, match=r"shred store is not at .*nowhere\.db"):
        ShareStore(tmp_path / "nowhere.db", cast.PlainCipher())
    assert list(tmp_path.iterdir()) == []


def test_a_shred_store_is_not_made_over_another(shares: ShareStore, tmp_path: Path) -> None:
    owner = uuid4()
    share = shares.draw(owner)
    with pytest.raises(Conflict, match="already"):
        ShareStore(tmp_path / "shares" / "shares.db", cast.PlainCipher(), create=True)
    assert shares.find(owner) == share


def test_missing_sessions_are_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sessions.db"
    sessions = Sessions(path)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    sessions.close()


@pytest.mark.parametrize("seed", range(5))
def test_a_scrambled_file(kind: str, file: Path, seed: int) -> None:
    drawn = random.Random(seed)
    raw = bytearray(file.read_bytes())
    start = drawn.randrange(4096, len(raw) - 4096, 4096)
    raw[start : start + 4096] = drawn.randbytes(4096)
    file.write_bytes(raw)
    with pytest.raises(Damaged, match=REMEDIES[kind]):
        OPENERS[kind](file)


@pytest.mark.parametrize(
    "harm",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: b"not a database, whatever its name says" * 999,
        lambda raw: raw[:50] + b"\xff" * 4046 + raw[4096:],
    ],
    ids=["cut short", "something else", "first page scrambled"],
)
def test_a_damaged_file(kind: str, file: Path, harm: Callable[[bytes], bytes]) -> None:
    file.write_bytes(harm(file.read_bytes()))
    with pytest.raises(Damaged, match=REMEDIES[kind]) as refused:
        OPENERS[kind](file)
    assert str(file) in str(refused.value)


def test_an_empty_file(kind: str, file: Path) -> None:
    file.write_bytes(b"")
    with pytest.raises(SchemaMismatch, match=r"not a database of this program|another version|delete it"):
        OPENERS[kind](file)


def test_a_file_of_another_kind(kind: str, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as raw:
        raw.execute("CREATE TABLE shares (owner)")
    raw.close()
    file.write_bytes(other.read_bytes())
    with pytest.raises(SchemaMismatch):
        OPENERS[kind](file)


@pytest.mark.parametrize(
    ("version", "said"), [("0000", "older version.*run guwah upgrade"), ("9999", "newer version.*Install")]
)
def test_a_database_of_another_version(path: Path, version: str, said: str) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", [version])
    raw.close()
    with pytest.raises(SchemaMismatch, match=said):
        Database(path)


@pytest.mark.parametrize("kind", ["shares", "sessions"])
def test_a_small_file_of_another_version(kind: str, file: Path) -> None:
    with sqlite3.connect(file) as raw:
        raw.execute("PRAGMA user_version = 7")
    raw.close()
    with pytest.raises(SchemaMismatch, match="delete it" if kind == "sessions" else "another version"):
        OPENERS[kind](file)


@pytest.mark.parametrize(
    "edit",
    [
        "kind = 'nonsense'",
        "record = 'no id'",
        "day = 'yesterday'",
        "path = x'00000009aabb'",
        "path = x'0000'",
    ],
)
def test_a_row_edited_into_nonsense(path: Path, edit: str) -> None:
    fill_main(path)
    with sqlite3.connect(path) as raw:
        [body] = raw.execute("SELECT id FROM bodies").fetchone()
        raw.execute(f"UPDATE bodies SET {edit} WHERE id = ?", [body])
    raw.close()
    database = Database(path)
    with database.read() as unit, pytest.raises(Damaged, match="is damaged"):
        unit.records.body(UUID(body))
    database.close()


def full(file: File) -> None:
    """From the next connection on, the file may not grow."""

    @event.listens_for(file._engine, "connect")
    def bound(connection: sqlite3.Connection, _: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    file._engine.dispose()


def big() -> SealedBody:
    return cast.body(parts={"text": bytes(100_000)})


@pytest.mark.parametrize(
    "write",
    [
        lambda unit: unit.records.add_bodies([big()]),
        lambda unit: unit.members.add(cast.member(profile_self=bytes(100_000))),
        lambda unit: unit.outbox.add(uuid4(), [uuid4() for _ in range(3000)]),
    ],
)
def test_a_full_disk_stores_nothing(path: Path, database: Database, write: Callable[[Unit], object]) -> None:
    full(database._file)
    with database.work() as unit:
        cast.log(unit)
        unit.records.add(cast.record())
        with pytest.raises(DiskFull, match="Free some room"):
            write(unit)
        with pytest.raises(RuntimeError, match="over"):
            unit.records.add(cast.record())  # SQLite has rolled back: this would be committed alone
    with database.read() as unit:
        assert unit.log.head().size == 0
        assert unit.records.owners() == frozenset()


def test_a_full_disk_in_the_shred_store(shares: ShareStore) -> None:
    full(shares._file)
    with pytest.raises(DiskFull):
        shares.draw_many([uuid4() for _ in range(2000)])
    assert shares.owners() == frozenset()


def test_a_disk_that_is_full_for_the_process(path: Path, database: Database) -> None:
    """Not SQLite's own limit but the system's: no file may grow beyond a size."""
    work = f"""
import pathlib, resource, signal
from archive.domain.errors import DiskFull
from archive.storage.database import Database
from tests.integration.storage import storage_cast as cast
database = Database(pathlib.Path({str(path)!r}))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
saved, old = 0, []
try:
    for n in range(100):
        with database.work() as unit:
            unit.records.remove_bodies(old)  # so that the log is to be cleared, which the limit forbids
            old = [cast.uuid4()]
            unit.records.add_bodies([cast.body(id=old[0], parts={{"text": bytes(9_000)}})])
            cast.log(unit)
            unit.commit()
        saved += 1
except DiskFull:
    print(saved)
"""
    done = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=True)
    saved = int(done.stdout)
    assert 0 < saved < 100
    with database.read() as unit:
        assert unit.log.head().size == saved
        assert len(unit.records.owners()) == 1


def test_a_writer_waits_for_another_and_then_gives_up(path: Path, database: Database) -> None:
    with database.work() as first:
        with pytest.raises(Conflict, match="busy with other work"), database.work():
            pass
        cast.log(first)
        first.commit()
    with database.work() as second:
        assert second.log.head().size == 1
