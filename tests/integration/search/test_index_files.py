"""What an index leaves on disk: sealed and padded files with shares of their own, whole after every failed commit."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from uuid import uuid4

import pytest

from archive.crypto import envelope
from archive.domain.errors import DiskFull
from archive.domain.searching import IndexDamaged, IndexHead, IndexKeys, IndexReplaced, SearchQuery
from archive.search import sealed_files
from archive.search.analysis import folded, tokens
from archive.search.index import SealedIndexes
from tests.integration.search.search_cast import DictShares, cast, document, files, rebuilt, record

# --- nothing in clear ---------------------------------------------------------------------------------------------

WORDS = sorted(
    {
        word
        for doc in cast()
        for text in doc.texts
        for word, _ in tokens(folded(text.text))
        if len(word.encode()) > 5
    }
)


def test_no_word_is_on_disk(room: IndexKeys, indexes: SealedIndexes, head: IndexHead, tmp_path: Path) -> None:
    index = indexes.open(room, head)
    memory = b"".join(index._snapshot.storage.files.values())
    assert all(word.encode() in memory for word in WORDS)  # the control: in memory they are
    assert len(WORDS) > 50
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    names = "\n".join(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    for word in (
        "camp",
        "xinjiang",
        *WORDS,
        *(doc.code for doc in cast()),
        *(doc.record.hex for doc in cast()),
    ):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert word.encode(encoding) not in written
        assert word not in names
    for doc in cast():
        assert doc.record.bytes not in written
    assert b"ROOM1" not in written
    assert b"\x80\x04" + b"\x95" not in written  # the head of a pickle


def test_nothing_in_clear_is_written_even_for_a_moment(
    room: IndexKeys, indexes: SealedIndexes, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    really = os.open

    def watched(path: str | os.PathLike[str], flags: int, *rest: int, **more: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            opened.append(os.fspath(path))
        return really(path, flags, *rest, **more)

    def forbidden(*_args: object, **_more: object) -> None:
        raise AssertionError("a temporary file was made")

    monkeypatch.setattr(os, "open", watched)
    monkeypatch.setattr("tempfile._get_candidate_names", forbidden)
    index = indexes.create(room)
    index.replace(cast())
    index.commit()
    assert {Path(path).suffix for path in opened} == {".tmp", ""}  # sealed files under way, and the lock
    assert {Path(path).name for path in opened if not Path(path).suffix} == {"lock"}


def test_sizes_are_padded(folder: Path) -> None:
    from archive.crypto import cobblestone, padding

    for path in files(folder):
        sealed = path.stat().st_size - envelope.HEADER
        chunks = (sealed - cobblestone.HEADER - 1) // cobblestone.SEALED_CHUNK + 1
        plain = sealed - cobblestone.HEADER - chunks * cobblestone.TAG
        assert padding.padded_length(plain - padding.PREFIX) == plain


# --- sweeping and shares ------------------------------------------------------------------------------------------


def test_leftovers_of_a_crash_are_swept_with_their_shares(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path
) -> None:
    store = sealed_files.SealedFiles(folder, room)
    left = store._new_owner()
    room.shares.draw(left)
    (folder / f"{left.hex}.tmp").write_bytes(b"half a file")
    (folder / "not ours.txt").write_text("stray")
    index = indexes.open(room, head)
    index.remove([record("AAAA1-AAAA1")])
    index.commit()
    assert isinstance(room.shares, DictShares)
    assert left in room.shares.destroyed
    assert {path.suffix for path in folder.iterdir()} == {".seg", ".cat", ""}
    assert set(room.shares.held) == {envelope.key_id(path.read_bytes()) for path in files(folder)}


def test_a_planted_file_cannot_take_the_share_of_something_else_with_it(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path
) -> None:
    foreign = uuid4()
    room.shares.draw(foreign)
    (folder / f"{foreign.hex}.seg").write_bytes(b"\1\1" + foreign.bytes)
    index = indexes.open(room, head)
    index.remove([record("AAAA1-AAAA1")])
    index.commit()
    assert not (folder / f"{foreign.hex}.seg").exists()
    room.shares.find(foreign)
    indexes.create(room)
    room.shares.find(foreign)


def test_creating_destroys_the_shares_of_all_that_was_there(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path
) -> None:
    before = {envelope.key_id(path.read_bytes()) for path in files(folder)}
    indexes.create(room, head)
    assert isinstance(room.shares, DictShares)
    assert before <= room.shares.destroyed
    assert files(folder) == []


# --- failing commits ----------------------------------------------------------------------------------------------


def test_a_full_disk_changes_nothing_and_can_be_tried_again(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = indexes.open(room, head)
    index.replace([document("AAAA8-AAAA8", ("en", "a camp"))])
    before = {path.name: path.read_bytes() for path in files(folder)}

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskFull, match="no room left"):
            index.commit()
    assert {path.name: path.read_bytes() for path in files(folder)} == before
    assert index.search(SearchQuery("camp")).total == 3
    assert index.head == head
    index.commit()
    assert index.search(SearchQuery("camp")).total == 4


def test_a_commit_that_the_database_never_heard_of_is_taken(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead
) -> None:
    index = indexes.open(room, head)
    index.remove([record("AAAA1-AAAA1")])
    later = index.commit()
    reopened = indexes.open(room, head)
    assert reopened.head == later
    assert not reopened.current(head)
    assert reopened.search(SearchQuery("camp")).total == 2


def test_a_commit_builds_on_those_of_others_and_follow_sees_them(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead
) -> None:
    one, two = indexes.open(room, head), indexes.open(room, head)
    one.replace([document("AAAA8-AAAA8", ("en", "a camp"))])
    one.commit()
    two.remove([record("AAAA1-AAAA1")])
    latest = two.commit()
    assert two.search(SearchQuery("camp")).total == 3
    assert not one.current(latest)
    one.follow(latest)
    assert one.current(latest)
    assert one.search(SearchQuery("camp")).total == 3
    assert one.records() == two.records()


def test_a_commit_does_not_build_on_damage(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path
) -> None:
    one, two = indexes.open(room, head), indexes.open(room, head)
    one.replace([document("AAAA8-AAAA8", ("en", "a camp"))])
    known = set(folder.glob("*.seg"))
    one.commit()
    (new,) = set(folder.glob("*.seg")) - known
    clean = new.read_bytes()
    two.remove([record("AAAA1-AAAA1")])
    for damage in (lambda: new.write_bytes(clean[:-1]), new.unlink):
        damage()
        with pytest.raises(IndexDamaged):
            two.commit()
        assert two.head == head
    new.write_bytes(clean)
    two.commit()
    assert two.search(SearchQuery("camp")).total == 3


def test_an_index_that_was_rebuilt_meanwhile_is_not_written_to(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead
) -> None:
    stale = indexes.open(room, head)
    stale.remove([record("AAAA1-AAAA1")])
    index = rebuilt(indexes, room, head)
    with pytest.raises(IndexReplaced):
        stale.commit()
    assert indexes.open(room, index.head).search(SearchQuery("camp")).total == 3


def test_closing_drops_what_was_opened(indexes: SealedIndexes, room: IndexKeys, head: IndexHead) -> None:
    index = indexes.open(room, head)
    index.search(SearchQuery("camp"))
    index.close()
    assert not index._snapshot.storage.files
    assert not index._snapshot.cards


def test_keys_are_not_shown(room: IndexKeys) -> None:
    assert room.key.hex() not in repr(room)
    assert repr(room.key) not in repr(room)
