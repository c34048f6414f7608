"""Sessions, notes, tries and used codes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.domain.errors import SignedOut
from archive.domain.keeping import SessionRow, Tries
from archive.services import ports
from archive.storage.sessions import Sessions

DAY = 24 * 3600


def row(**fields: Any) -> SessionRow:
    given = {
        "key": b"key", "member": uuid4(), "key_epoch": 2, "created": 100, "expires": 900, "seen": 100,
        "seed": b"sealed seed", "state": b"sealed state",
    }  # fmt: skip
    return SessionRow(**{**given, **fields})


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[ports.Sessions]:
    opened = Sessions(tmp_path / "sessions.db")
    yield opened
    opened.close()


def test_a_session_comes_back_as_it_went_in(sessions: ports.Sessions) -> None:
    kept = row()
    sessions.add(kept)
    assert sessions.get(b"key") == kept
    assert sessions.get(b"other") is None
    sessions.touch(b"key", 150)
    sessions.keep_state(b"key", b"other state")
    assert sessions.get(b"key") == replace(kept, seen=150, state=b"other state")


def test_other_processes_see_it(sessions: ports.Sessions, tmp_path: Path) -> None:
    sessions.add(row())
    other = Sessions(tmp_path / "sessions.db")
    assert other.get(b"key") == sessions.get(b"key")
    other.remove(b"key")
    assert sessions.get(b"key") is None
    other.close()


def test_what_ended_is_gone_with_its_notes(sessions: ports.Sessions) -> None:
    note = uuid4()
    sessions.add(row())
    sessions.put_note(b"key", note, b"sealed query")
    sessions.put_note(b"key", note, b"another")
    assert sessions.note(b"key", note) == b"another"
    assert sessions.note(b"other", note) is sessions.note(b"key", uuid4()) is None
    sessions.remove(b"key")
    assert sessions.note(b"key", note) is None
    sessions.touch(b"key", 300)
    sessions.keep_state(b"key", b"late")
    assert sessions.get(b"key") is None
    with pytest.raises(SignedOut):
        sessions.put_note(b"key", note, b"late")


def test_all_sessions_of_a_member_end_together(sessions: ports.Sessions) -> None:
    ada = uuid4()
    for key, member in ((b"1", ada), (b"2", ada), (b"3", uuid4())):
        sessions.add(row(key=key, member=member))
    sessions.remove_member(ada)
    assert [sessions.get(key) is None for key in (b"1", b"2", b"3")] == [True, True, False]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=8),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_who_is_alive_stays_and_who_is_not_is_pruned(
    tmp_path_factory: pytest.TempPathFactory, times: list[tuple[int, int]], idle_since: int, now: int
) -> None:
    store = Sessions(tmp_path_factory.mktemp("sessions") / "sessions.db")
    keys = [bytes([n]) for n in range(len(times))]
    for key, (seen, expires) in zip(keys, times, strict=True):
        store.add(row(key=key, seen=seen, expires=expires))
    living = {
        key for key, (seen, expires) in zip(keys, times, strict=True) if seen > idle_since and expires > now
    }
    assert store.alive([*keys, b"unknown"], idle_since, now) == living
    store.prune(idle_since, now)
    assert {key for key in keys if store.get(key)} == living
    store.close()


def test_tries_are_counted_until_they_are_forgotten(sessions: ports.Sessions) -> None:
    assert sessions.tries(b"login") == Tries()
    sessions.keep_tries(b"login", Tries(count=4))
    sessions.keep_tries(b"login", Tries(count=5, until=77))
    assert sessions.tries(b"login") == Tries(count=5, until=77)
    assert sessions.tries(b"source") == Tries()
    sessions.keep_tries(b"login", None)
    assert sessions.tries(b"login") == Tries()


def test_upkeep_does_not_give_new_tries_to_a_guesser(sessions: ports.Sessions) -> None:
    now = 1_000_000
    sessions.keep_tries(b"few", Tries(count=4))
    sessions.keep_tries(b"waits", Tries(count=9, until=now + 2 * DAY + 1))
    for moment in (now, now + DAY):
        sessions.prune(0, moment)
        assert sessions.tries(b"few") == Tries(count=4)
    sessions.keep_tries(b"few", Tries(count=5))  # tried again: a new day begins
    sessions.prune(0, now + DAY + 1)
    sessions.prune(0, now + 2 * DAY)
    assert sessions.tries(b"few") == Tries(count=5)
    assert sessions.tries(b"waits").count == 9
    sessions.prune(0, now + 3 * DAY)
    assert sessions.tries(b"few") == sessions.tries(b"waits") == Tries()


def test_a_code_is_used_once_and_never_an_older_one(sessions: ports.Sessions) -> None:
    ada, noor = uuid4(), uuid4()
    taken = [sessions.take_step(ada, step) for step in (10, 10, 9, 11, 10, 11, 12)]
    assert taken == [True, False, False, True, False, False, True]
    assert sessions.take_step(noor, 10)


def test_of_many_who_use_one_code_at_once_one_succeeds(sessions: ports.Sessions) -> None:
    ada = uuid4()
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: sessions.take_step(ada, 5), range(24)))
    assert taken.count(True) == 1
