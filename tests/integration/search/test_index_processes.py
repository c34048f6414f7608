"""Several processes on one index, and processes that die in the middle of a commit."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.domain.searching import IndexBusy, IndexHead, SearchQuery
from archive.search import sealed_files
from archive.search.index import SealedIndexes
from tests.integration.search.search_cast import document, file_keys

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def in_child(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def record_head(database: Path, head: IndexHead, known: int) -> None:
    """Stands for the database: the head and how many records it speaks for, replaced atomically and durably."""
    unfinished = database.with_suffix(".new")
    with unfinished.open("w") as out:
        out.write(f"{head.generation} {head.digest.hex()} {known}")
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(database)


def recorded_head(database: Path) -> tuple[IndexHead, int]:
    generation, digest, known = database.read_text().split()
    return IndexHead(int(generation), bytes.fromhex(digest)), int(known)


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    room, indexes = file_keys(tmp_path / "shares"), SealedIndexes(tmp_path / "index")
    head = indexes.create(room).commit()

    def write(name: str) -> None:
        index = indexes.open(room, head)
        for number in range(8):
            index.replace([document(f"{name}{number}", ("en", f"word {name}"))])
            index.commit()

    children = [in_child(lambda name=name: write(name)) for name in "PQR"]  # type: ignore[misc]
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    index = indexes.open(room, head)
    assert index.head is not None
    assert index.head.generation == head.generation + 24
    assert index.search(SearchQuery("word")).total == 24


def test_a_reader_goes_on_while_others_write(tmp_path: Path) -> None:
    room, indexes = file_keys(tmp_path / "shares"), SealedIndexes(tmp_path / "index")
    first = indexes.create(room)
    first.replace([document("A0", ("en", "word"))])
    head = first.commit()

    def write() -> None:
        index = indexes.open(room, head)
        for number in range(1, 15):
            index.replace([document(f"A{number}", ("en", "word"))])
            index.commit()

    child = in_child(write)
    seen = []
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        assert first.search(SearchQuery("word")).total == 1  # a snapshot does not move under its reader
        seen.append(indexes.open(room, head).search(SearchQuery("word")).total)
    assert seen == sorted(seen)
    assert indexes.open(room, head).search(SearchQuery("word")).total == 15


def test_a_lock_that_is_not_released_in_time_is_said(tmp_path: Path) -> None:
    room = file_keys(tmp_path / "shares")
    one, two = (sealed_files.SealedFiles(tmp_path / "index", room) for _ in range(2))
    with one.exclusive(), pytest.raises(IndexBusy), two.exclusive(patience=0.1):
        pass
    with two.exclusive(patience=0.1):
        pass


@pytest.mark.slow
def test_killed_at_any_moment_it_opens_with_everything_recorded(tmp_path: Path) -> None:
    room, indexes = file_keys(tmp_path / "shares"), SealedIndexes(tmp_path / "index")
    database = tmp_path / "head"
    record_head(database, indexes.create(room).commit(), 0)
    rng = random.Random(9)

    def write() -> None:
        head, known = recorded_head(database)
        index = indexes.open(room, head)
        for number in range(known, known + 100):
            # Adds one, takes the one before last out again: segments are written anew all the time.
            index.replace([document(f"K{number}", ("en", f"word number{number}"))])
            index.remove([document(f"K{number - 2}").record])
            record_head(database, index.commit(), number + 1)

    for kills in range(250):
        if kills >= 25 and recorded_head(database)[1] > 20:
            break  # a busy machine gets less far between two kills
        child = in_child(write)
        time.sleep(rng.uniform(0.01, 0.3))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        head, known = recorded_head(database)
        index = indexes.open(room, head)
        expected = {f"K{number}" for number in range(max(0, known - 2), known)}
        also = {
            f"K{number}" for number in range(max(0, known - 1), known + 1)
        }  # committed, but not yet recorded
        assert {hit.code for hit in index.search(SearchQuery("word")).hits} in (expected, also)
    assert recorded_head(database)[1] > 20
    index = indexes.open(room, recorded_head(database)[0])
    index.replace([document("END", ("en", "word"))])
    index.commit()
    live = {path.stem for path in (tmp_path / "index" / room.room.hex).iterdir()} - {"lock"}
    shares = {path.name for path in (tmp_path / "shares").iterdir()}
    assert live <= shares
