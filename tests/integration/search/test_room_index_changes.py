"""What commits, replacing and removing do to what a room finds, checked against a plain model."""

from __future__ import annotations

import itertools
import random
import re
import shutil
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from archive.domain.searching import (
    IndexDamaged,
    Indexed,
    IndexKeys,
    SearchQuery,
    SearchResult,
)
from archive.search import engine, writing
from archive.search.index import RoomIndex, SealedIndexes
from tests.integration.search.search_cast import cast, document, found, keys, record


def test_a_committed_index_opens_again_and_answers_the_same(
    indexes: SealedIndexes, room: IndexKeys, index: RoomIndex
) -> None:
    again = indexes.open(room, index.head)
    assert again.current(index.head)
    assert (
        again.records() == index.records() == {doc.record: Indexed(doc.body, doc.not_after) for doc in cast()}
    )
    for query in ("camp", "two*", "集中营", ""):
        assert again.search(SearchQuery(query)) == index.search(SearchQuery(query))


def test_nothing_changes_before_the_commit(index: RoomIndex) -> None:
    index.remove([record("AAAA1-AAAA1")])
    index.replace([document("AAAA8-AAAA8", ("en", "a camp"))])
    assert found(index, "camp") == "156"
    index.commit()
    assert found(index, "camp") == "568"


def test_replacing_a_record_leaves_one_of_it(index: RoomIndex) -> None:
    index.replace([document("AAAA1-AAAA1", ("en", "Something else altogether."))])
    index.commit()
    assert found(index, "camp") == "56"
    assert found(index, "altogether") == "1"
    assert index.search(SearchQuery()).total == 7


def test_an_unknown_record_may_be_removed(index: RoomIndex) -> None:
    index.remove([record("nobody")])
    index.commit()
    assert index.search(SearchQuery()).total == 7


def test_an_empty_room_answers(indexes: SealedIndexes, room: IndexKeys) -> None:
    index = indexes.create(room)
    assert index.search(SearchQuery("camp")) == SearchResult(0, (), {}, 1, 1)
    head = index.commit()
    assert indexes.open(room, head).search(SearchQuery()).total == 0


def test_removing_everything_leaves_an_empty_room(
    indexes: SealedIndexes, room: IndexKeys, index: RoomIndex
) -> None:
    index.remove(doc.record for doc in cast())
    head = index.commit()
    assert indexes.open(room, head).search(SearchQuery()).total == 0
    index.replace(cast()[:1])
    index.commit()
    assert found(index, "camp") == "1"


def test_an_unrecorded_or_lost_index_is_to_be_created(
    indexes: SealedIndexes, room: IndexKeys, index: RoomIndex
) -> None:
    with pytest.raises(IndexDamaged):
        indexes.open(room, None)
    assert indexes.owners() == {UUID(path.stem) for path in indexes._root.rglob("*.*")}
    shutil.rmtree(indexes._root)
    with pytest.raises(IndexDamaged):
        indexes.open(room, index.head)
    assert indexes.owners() == frozenset()


def test_creating_anew_counts_generations_on(
    indexes: SealedIndexes, room: IndexKeys, index: RoomIndex
) -> None:
    before = index.head
    assert before is not None
    anew = indexes.create(room, before)
    assert anew.commit().generation == before.generation + 1
    with pytest.raises(IndexDamaged):
        indexes.open(room, before)


# --- rooms --------------------------------------------------------------------------------------------------------


def test_two_rooms_share_no_hit_count_score_or_suggestion(
    indexes: SealedIndexes, room: IndexKeys, index: RoomIndex
) -> None:
    queries = [SearchQuery(text) for text in ("", "camp", "count*", "place:xinjiang", "集中营")]
    before = [index.search(query) for query in queries]
    other = indexes.create(replace(keys(), shares=room.shares))
    other.replace(
        document(f"B{number}", ("en", f"camp count {number}"), place=("xinjiang", "aksu"))
        for number in range(40)
    )
    other.commit()
    reopened = indexes.open(room, index.head)
    assert [reopened.search(query) for query in queries] == before
    assert other.search(SearchQuery("camp")).total == 40
    assert (
        not {hit.record for hit in other.search(SearchQuery("camp", size=100)).hits} & index.records().keys()
    )
    assert [one.term for one in index.suggest("aksu", "en")] == []
    assert [one.term for one in other.suggest("aksu", "en")] == ["aksu"]


# --- removal ------------------------------------------------------------------------------------------------------


def test_the_words_of_a_removed_record_are_in_no_file_any_more(tmp_path: Path, room: IndexKeys) -> None:
    indexes = SealedIndexes(tmp_path)
    index = indexes.create(room)
    index.replace([*cast(), document("AAAA9-AAAA9", ("en", "The zyxwvut was here, and so was лмнопр."))])
    first = index.commit()
    storage = index._snapshot.storage
    assert any(
        b"zyxwvut" in data for data in storage.files.values()
    )  # in memory, before sealing: the control
    old = {path.stem for path in (tmp_path / room.room.hex).glob("*.seg")}
    index.remove([record("AAAA9-AAAA9")])
    index.commit()
    storage = index._snapshot.storage
    assert not any(b"zyxwvut" in data or "лмнопр".encode() in data for data in storage.files.values())
    assert found(index, "zyxw*") == ""
    left = {path.stem for path in (tmp_path / room.room.hex).glob("*.seg")}
    assert old
    assert not old & left
    assert {owner.hex for owner in room.shares.destroyed} >= old  # type: ignore[attr-defined]
    with pytest.raises(IndexDamaged):
        SealedIndexes(tmp_path).open(room, replace(first, digest=bytes(32)))


def test_many_small_commits_do_not_pile_up_segments(indexes: SealedIndexes, room: IndexKeys) -> None:
    index = indexes.create(room)
    for number in range(60):
        index.replace([document(f"C{number:04}", ("en", f"word{number} common"))])
        index.commit()
    assert len(index._snapshot.storage.segments()) <= 16
    for batch in range(10):
        before = index._snapshot.storage.segments()
        index.replace(document(f"D{batch}-{number}", ("en", "common")) for number in range(100))
        index.commit()
        assert before <= index._snapshot.storage.segments()  # large ones are left in peace
    index.remove(record(f"D{batch}-{number}") for batch in range(10) for number in range(100))
    index.commit()
    assert index.search(SearchQuery("common")).total == 60
    assert all(index.search(SearchQuery(f"word{number}")).total == 1 for number in range(60))


# --- exactness against a plain model ------------------------------------------------------------------------------

_WORDS = ("red", "green", "blue", "river", "bridge", "snow", "stone", "bread", "letter", "winter")


class Model:
    """The same records as sets and lists of words: what the index must agree with."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}

    def having(self, word: str) -> set[str]:
        return {code for code, words in self.texts.items() if word in words}

    def phrase(self, first: str, second: str) -> set[str]:
        return {code for code, words in self.texts.items() if (first, second) in itertools.pairwise(words)}


def test_random_boolean_queries_agree_with_a_model_through_every_commit(
    indexes: SealedIndexes, room: IndexKeys
) -> None:
    rng = random.Random(20)
    index, model = indexes.create(room), Model()
    for _commit in range(12):
        for _change in range(25):
            code = f"R{rng.randrange(150):03}"
            if rng.random() < 0.25:
                index.remove([record(code)])
                model.texts.pop(code, None)
            else:
                words = rng.choices(_WORDS, k=rng.randrange(1, 8))
                index.replace([document(code, ("en", " ".join(words)), title="untitled")])
                model.texts[code] = words
        index.commit()
        _agree(index, model, rng)


def _agree(index: RoomIndex, model: Model, rng: random.Random) -> None:
    everything = set(model.texts)
    for _ in range(12):
        a, b, c, d = rng.sample(_WORDS, 4)
        expected = {
            f"{a} AND {b}": model.having(a) & model.having(b),
            f"{a} OR {b}": model.having(a) | model.having(b),
            f"{a} -{b}": model.having(a) - model.having(b),
            f"{a} -{b} -{c}": model.having(a) - model.having(b) - model.having(c),
            f"{a} NOT ({b} OR {c})": model.having(a) - model.having(b) - model.having(c),
            f"-{a}": everything - model.having(a),
            f"-{a} OR {b}": (everything - model.having(a)) | model.having(b),
            f"({a} OR {b}) -({c} {d})": (model.having(a) | model.having(b))
            - (model.having(c) & model.having(d)),
            f'"{a} {b}"': model.phrase(a, b),
            f'"{a} {a}"': model.phrase(a, a),
            f'{c} -"{a} {b}"': model.having(c) - model.phrase(a, b),
            f"{a[:2]}*": set().union(*(model.having(word) for word in _WORDS if word.startswith(a[:2]))),
        }
        for query, codes_expected in expected.items():
            result = index.search(SearchQuery(query, size=100, forms=False, sounds=False))
            assert {hit.code for hit in result.hits} == codes_expected, query
            assert result.total == len(codes_expected), query
    assert index.records().keys() == {record(code) for code in everything}


# --- Whoosh -------------------------------------------------------------------------------------------------------


def test_another_whoosh_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("whoosh.__version__", (2, 7, 4))
    with pytest.raises(
        engine.WrongWhoosh, match=re.escape("Whoosh 2.7.4 is installed, but search needs whoosh3==3.54.0")
    ):
        SealedIndexes(tmp_path)


def test_whoosh_is_named_only_where_its_dangers_are_known() -> None:
    folder = Path(writing.__file__).parent
    naming = {
        path.name
        for path in folder.glob("*.py")
        if re.search(r"^(?:from|import) whoosh", path.read_text(), re.MULTILINE)
    }
    assert naming == {"engine.py", "schema.py", "sealed_storage.py"}
    imports = "\n".join(
        line
        for path in folder.glob("*.py")
        for line in re.findall(r"^(?:from|import) whoosh.*", path.read_text(), re.MULTILINE)
    )
    for dangerous in (
        "query",
        "qparser",
        "collectors",
        "highlight",
        "sorting",
        "BufferedWriter",
        "AsyncWriter",
        "FileStorage",
    ):
        assert dangerous not in imports


def test_a_withdrawn_record_is_gone_for_a_searcher_that_was_open_before(index: RoomIndex) -> None:
    """Whoosh's ``refresh()`` goes on finding it and counts merged records twice; here every commit opens afresh."""
    assert found(index, "camp") == "156"
    for round_ in range(12):
        index.replace([document("AAAA5-AAAA5", ("en", f"camp again {round_}"))])
        index.commit()
        assert found(index, "camp") == "156"
        assert index.search(SearchQuery()).total == 7
    index.remove([record("AAAA1-AAAA1")])
    index.commit()
    assert found(index, "camp") == "56"
    assert index.search(SearchQuery()).total == 6


def test_order_survives_replacing_and_merging(index: RoomIndex) -> None:
    """Whoosh's BufferedWriter scrambles sortable columns; the stock writer and merge must keep dates with records."""
    for doc in (*cast(), *reversed(cast())):
        index.replace([doc])
        index.commit()
    assert "".join(hit.code[4] for hit in index.search(SearchQuery(sort="newest")).hits) == "4261357"
    assert "".join(hit.code[4] for hit in index.search(SearchQuery(sort="oldest")).hits) == "3162457"
