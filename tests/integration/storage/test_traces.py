"""What a unit removes leaves no byte behind in the main database or its log; nor does a session that ended."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from archive.domain.keeping import SessionRow, Wrap
from archive.storage.database import Database, Unit
from archive.storage.sessions import Sessions
from tests.integration.storage import storage_cast as cast

Deed = Callable[[Unit], object]

PLANTED = b"planted in this test and nowhere else"
ROOM = cast.room()
ADA = cast.member()
GRANT = cast.grant(room=ROOM.id, wrap=PLANTED * 40)
BODY = cast.body(
    wraps=(Wrap(room=ROOM.id, version=1, sealed=PLANTED),), parts={"text": PLANTED * 900}, licence=PLANTED
)

CASES: dict[str, tuple[Deed, Deed]] = {
    "slots": (
        lambda unit: unit.members.add_slot(cast.slot(member=ADA.id, sealed=PLANTED)),
        lambda unit: unit.members.remove_slots(ADA.id),
    ),
    "grants": (lambda unit: unit.rooms.grant(GRANT), lambda unit: unit.rooms.end_grant(GRANT.id, 2)),
    "bodies": (
        lambda unit: unit.records.add_bodies([BODY]),
        lambda unit: unit.records.remove_bodies([BODY.id]),
    ),
}


def committed(database: Database, *deeds: Deed) -> None:
    with database.work() as unit:
        for deed in deeds:
            deed(unit)
        cast.log(unit)
        unit.commit()


def others(unit: Unit) -> None:
    unit.records.add_bodies(cast.body() for _ in range(50))


@pytest.fixture
def peopled(database: Database) -> Database:
    committed(database, lambda unit: unit.members.add(ADA), lambda unit: unit.rooms.add(ROOM))
    return database


@pytest.mark.parametrize(("plant", "remove"), CASES.values(), ids=CASES)
def test_what_was_removed_is_in_no_file(peopled: Database, path: Path, plant: Deed, remove: Deed) -> None:
    committed(peopled, others, plant, others)
    assert PLANTED in bytes_of(path)
    committed(peopled, remove)
    assert PLANTED not in bytes_of(path)


@pytest.mark.parametrize(("plant", "remove"), CASES.values(), ids=CASES)
def test_it_goes_with_the_next_commit_when_a_reader_was_in_the_way(
    peopled: Database, path: Path, plant: Deed, remove: Deed
) -> None:
    committed(peopled, plant)
    with peopled.read() as reader:
        assert reader.log.head().size == 2
        committed(peopled, remove)
        assert PLANTED in bytes_of(path)
    committed(peopled, others)
    assert PLANTED not in bytes_of(path)


def test_it_goes_when_the_archive_is_opened_again(peopled: Database, path: Path) -> None:
    """As after a process that was killed between its commit and the clearing."""
    committed(peopled, CASES["slots"][0])
    peopled._file.clear_log = lambda patience: False  # type: ignore[method-assign]
    committed(peopled, CASES["slots"][1])
    assert PLANTED in bytes_of(path)
    Database(path).close()
    assert PLANTED not in bytes_of(path)


def test_a_session_that_ended_is_in_no_file(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path / "sessions.db")
    for ending in (lambda: sessions.remove(b"key"), lambda: sessions.prune(5, 5)):
        sessions.add(
            SessionRow(
                key=b"key", member=uuid4(), key_epoch=1, created=1, expires=3, seen=2, seed=PLANTED, state=b""
            )
        )
        sessions.put_note(b"key", uuid4(), PLANTED[::-1])
        assert PLANTED in bytes_of(tmp_path / "sessions.db")
        assert PLANTED[::-1] in bytes_of(tmp_path / "sessions.db")
        ending()
        assert PLANTED not in bytes_of(tmp_path / "sessions.db")
        assert PLANTED[::-1] not in bytes_of(tmp_path / "sessions.db")
    sessions.close()


def bytes_of(path: Path) -> bytes:
    return cast.bytes_below(path.parent)
