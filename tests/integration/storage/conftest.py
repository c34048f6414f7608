"""A fresh main database and shred store for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.storage import migrating
from archive.storage.database import Database
from archive.storage.shares import ShareStore
from tests.integration.storage.storage_cast import PlainCipher


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty main database, migrated once for all tests."""
    path = tmp_path_factory.mktemp("empty") / "main.db"
    migrating.create(path)
    return path


@pytest.fixture(scope="session")
def empty_bytes(empty: Path) -> bytes:
    return empty.read_bytes()


@pytest.fixture
def path(tmp_path: Path, empty_bytes: bytes) -> Path:
    folder = tmp_path / "instance"
    folder.mkdir()
    target = folder / "main.db"
    target.write_bytes(empty_bytes)
    target.chmod(0o600)
    return target


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    opened = Database(path, patience=0.2)
    yield opened
    opened.close()


@pytest.fixture
def shares(tmp_path: Path) -> Iterator[ShareStore]:
    opened = ShareStore(tmp_path / "shares" / "shares.db", PlainCipher(), create=True)
    yield opened
    opened.close()
