"""Fixtures of the sealed index: an empty folder of indexes, one room's keys, and that room with the cast in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.domain.searching import IndexHead, IndexKeys
from archive.search.index import RoomIndex, SealedIndexes
from tests.integration.search.search_cast import cast, keys


@pytest.fixture
def indexes(tmp_path: Path) -> SealedIndexes:
    return SealedIndexes(tmp_path)


@pytest.fixture
def room() -> IndexKeys:
    return keys()


@pytest.fixture
def index(indexes: SealedIndexes, room: IndexKeys) -> Iterator[RoomIndex]:
    made = indexes.create(room)
    made.replace(cast())
    made.commit()
    yield made
    made.close()


@pytest.fixture
def head(indexes: SealedIndexes, room: IndexKeys) -> IndexHead:
    """Two segments and a catalogue on disk."""
    index = indexes.create(room)
    index.replace(cast()[:4])
    index.commit()
    index.replace(cast()[4:])
    return index.commit()


@pytest.fixture
def folder(tmp_path: Path, room: IndexKeys, head: IndexHead) -> Path:
    assert head.generation == 2
    return tmp_path / room.room.hex
