"""What happens to an index on disk must end in IndexDamaged, never in a wrong answer, and never in an unpickling."""

from __future__ import annotations

import os
import pickle
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from archive.crypto import envelope
from archive.crypto.contexts import ctx
from archive.domain.searching import IndexDamaged, IndexHead, IndexKeys, SearchQuery
from archive.search.index import SealedIndexes
from tests.integration.search.search_cast import DictShares, files, rebuilt, record


def test_untouched_it_opens(indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path) -> None:
    assert len(files(folder)) == 3
    assert indexes.open(room, head).search(SearchQuery("camp")).total == 3


def test_every_flipped_bit_is_refused(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path
) -> None:
    rng = random.Random(3)
    for path in files(folder):
        clean = path.read_bytes()
        places = {*range(24), 60, len(clean) - 1, *(rng.randrange(len(clean)) for _ in range(40))}
        for place in places:
            changed = bytearray(clean)
            changed[place] ^= 1 << rng.randrange(8)
            path.write_bytes(changed)
            with pytest.raises(IndexDamaged):
                indexes.open(room, head)
        path.write_bytes(clean)
    assert indexes.open(room, head).search(SearchQuery("camp")).total == 3


HALF = 10**9


@pytest.mark.parametrize("left", [0, 1, 17, 18, 74, HALF, -1])
def test_every_truncation_is_refused(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path, left: int
) -> None:
    for path in files(folder):
        clean = path.read_bytes()
        path.write_bytes(clean[: left if left != HALF else len(clean) // 2])
        with pytest.raises(IndexDamaged):
            indexes.open(room, head)
        path.write_bytes(clean + b"\0")
        with pytest.raises(IndexDamaged):
            indexes.open(room, head)
        path.write_bytes(clean)


def test_every_missing_file_is_noticed(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path
) -> None:
    for path in files(folder):
        clean = path.read_bytes()
        path.unlink()
        with pytest.raises(IndexDamaged):
            indexes.open(room, head)
        path.write_bytes(clean)


def test_a_renamed_file_is_refused(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path
) -> None:
    for path in files(folder):
        other = path.rename(path.with_stem(uuid4().hex))
        with pytest.raises(IndexDamaged):
            indexes.open(room, head)
        other.rename(path)


def test_two_segments_cannot_change_places(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path
) -> None:
    one, two = sorted(folder.glob("*.seg"))
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    with pytest.raises(IndexDamaged):
        indexes.open(room, head)


def test_files_of_another_room_are_refused(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path, tmp_path: Path
) -> None:
    # The worst case: same instance, same index key, same shares; only the room differs.
    other = replace(room, room=uuid4())
    shutil.copytree(folder, tmp_path / other.room.hex)
    with pytest.raises(IndexDamaged):
        indexes.open(other, head)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda room: replace(room, key=bytes(32)),
        lambda room: replace(room, epoch=2),
        lambda room: replace(room, instance=uuid4()),
        lambda room: replace(room, shares=DictShares()),
    ],
    ids=["key", "epoch", "instance", "shares"],
)
def test_other_keys_open_nothing(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, wrong: Callable[[IndexKeys], IndexKeys]
) -> None:
    with pytest.raises(IndexDamaged):
        indexes.open(wrong(room), head)


@pytest.mark.parametrize(
    "wrong",
    [IndexHead(2, bytes(32)), IndexHead(3, bytes(32)), IndexHead(1, bytes(32))],
    ids=["same", "later", "earlier"],
)
def test_another_head_opens_nothing(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, wrong: IndexHead
) -> None:
    assert head != wrong
    with pytest.raises(IndexDamaged):
        indexes.open(room, wrong)
    with pytest.raises(IndexDamaged):
        indexes.open(room, replace(head, generation=head.generation + 1))


def test_a_rolled_back_folder_is_refused_even_with_its_shares(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "kept")
    assert isinstance(room.shares, DictShares)
    shares = dict(room.shares.held)
    index = indexes.open(room, head)
    index.remove([record("AAAA1-AAAA1")])
    later = index.commit()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "kept", folder)
    with pytest.raises(IndexDamaged):
        indexes.open(room, later)
    with pytest.raises(IndexDamaged):  # the shares of what was replaced are destroyed
        indexes.open(room, head)
    room.shares.held |= shares
    with pytest.raises(IndexDamaged):
        indexes.open(room, later)


def test_a_damaged_index_is_rebuilt_in_its_place(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path
) -> None:
    files(folder)[0].write_bytes(b"")
    with pytest.raises(IndexDamaged):
        indexes.open(room, head)
    index = rebuilt(indexes, room, head)
    assert indexes.open(room, index.head).search(SearchQuery("camp")).total == 3
    assert len(files(folder)) == 2


# --- pickles ------------------------------------------------------------------------------------------------------


class Exploit:
    def __init__(self, canary: Path) -> None:
        self._canary = canary

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self._canary),)


def test_a_planted_pickle_is_never_loaded(
    indexes: SealedIndexes, room: IndexKeys, head: IndexHead, folder: Path, tmp_path: Path
) -> None:
    canary = tmp_path / "canary"
    payload = pickle.dumps(Exploit(canary))
    for path in files(folder):
        clean = path.read_bytes()
        owner = envelope.key_id(clean)
        context = ctx("segment", room.instance, room.room, room.epoch, owner, "catalogue", 0)
        sealed_by_a_stranger = envelope.seal_blob(bytes(32), owner, context, payload)
        for planted in (payload, clean[:18] + payload, clean[:74] + payload, sealed_by_a_stranger):
            path.write_bytes(planted)
            with pytest.raises(IndexDamaged):
                indexes.open(room, head)
        path.write_bytes(clean)
    for name in (f"{uuid4().hex}.cat", f"{uuid4().hex}.seg", "_ROOM1_3.toc", "ROOM1_x.trm"):
        (folder / name).write_bytes(payload)
    index = indexes.open(room, head)
    index.remove([record("AAAA1-AAAA1")])
    index.commit()
    assert not canary.exists()
    assert not (folder / "_ROOM1_3.toc").exists()
    pickle.loads(payload)
    assert canary.exists()  # the control: unpickled, it does run
