from __future__ import annotations

import itertools
import random
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.domain.searching import (
    FacetCount,
    IndexDamaged,
    IndexDocument,
    IndexKeys,
    IndexText,
    SearchQuery,
    SearchResult,
)
from archive.search import engine, writing
from archive.search.index import RoomIndex, SealedIndexes
from tests.integration.search.search_cast import cast, document, keys, record


@pytest.fixture
def indexes(tmp_path: Path) -> SealedIndexes:
    return SealedIndexes(tmp_path / "index")


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


def codes(result: SearchResult) -> set[str]:
    return {hit.code[4] for hit in result.hits}


def found(index: RoomIndex, text: str, **more: object) -> str:
    return "".join(sorted(codes(index.search(replace(SearchQuery(text), **more)))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "1234567"),
        ("camp", "156"),
        ("camp years", "16"),
        ("camp OR factory -count", "156"),
        ("(camp OR factory) -count", "1"),
        ("camp -factory", "16"),
        ("-camp", "2347"),
        ("NOT camp NOT title:only", "234"),
        ('"counted us"', "1"),
        ('"us counted"', ""),
        ('"the camp for two years"', "1"),
        ('"camp is a camp is a camp"', "6"),
        ("count*", "156"),
        ("coun*", "156"),
        ("лагер*", "3"),
        ("лагере", "3"),
        ("ЛАГЕРЕ", "3"),
        ("екі жыл", "3"),
        ("لاگېردا", "1"),
        ("لاگېر*", "1"),
        ("لاگـېردا", "1"),
        ("集中营", "2"),
        ("集中", "2"),
        ("营", "2"),
        ("中集", ""),
        ("买买提", "2"),
        ("买买提吐尔逊", ""),
        ('"买买提·吐尔逊"', "2"),
        ("邻居的证词", "2"),
        ("ışık", "4"),
        ("IŞIK", "4"),
        ("iki", "4"),
        ("dont", "5"),
        ("don't", "5"),
        ("guard", "1"),
        ("guard's", "1"),
        ("exforeman", "5"),
        ("foreman", "5"),
        ("第三教培中心", "2"),
        ("title:camp", "1"),
        ("title:two", "1"),
        ("place:xinjiang", "1235"),
        ("place:Xinjiang", "1235"),
        ("place:hotan camp", "15"),
        ("abuse:forced-labour", "5"),
        ('abuse:"forced labour"', "5"),
        ('facility:"No. 3 Training Centre"', "2"),
        ("facility:第三*", "2"),
        ("facility:unheard", ""),
        ("lang:ug", "1"),
        ("lang:ug-Arab", "1"),
        ("lang:zh", "2"),
        ("kind:family-report", "7"),
        ("year:2018", "3"),
        ("year:2019", "136"),
        ("year:2019-2020", "1236"),
        ("code:aaaa3", "3"),
        ("AAAA3-AAAA3", "3"),
        ("aaaa3aaaa3", "3"),
    ],
)
def test_what_a_query_finds(index: RoomIndex, query: str, expected: str) -> None:
    assert found(index, query) == expected


def test_a_committed_index_opens_again_and_answers_the_same(
    indexes: SealedIndexes, room: IndexKeys, index: RoomIndex
) -> None:
    again = indexes.open(room, index.head)
    assert again.current(index.head)
    assert again.records() == index.records() == {doc.record: doc.body for doc in cast()}
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


def test_an_unrecorded_or_dropped_index_is_to_be_created(
    indexes: SealedIndexes, room: IndexKeys, index: RoomIndex
) -> None:
    with pytest.raises(IndexDamaged):
        indexes.open(room, None)
    indexes.drop(room.room)
    with pytest.raises(IndexDamaged):
        indexes.open(room, index.head)
    indexes.drop(room.room)


def test_creating_anew_counts_generations_on(
    indexes: SealedIndexes, room: IndexKeys, index: RoomIndex
) -> None:
    before = index.head
    assert before is not None
    anew = indexes.create(room, before)
    assert anew.commit().generation == before.generation + 1
    with pytest.raises(IndexDamaged):
        indexes.open(room, before)


# --- filters, dates, order, pages --------------------------------------------------------------------------------


def test_filters_join_by_or_within_a_facet_and_by_and_between(index: RoomIndex) -> None:
    assert found(index, "", filters={"place": ("hotan", "ili")}) == "135"
    assert found(index, "", filters={"place": ("hotan", "ili"), "lang": ("en",)}) == "15"
    assert found(index, "camp", filters={"place": ("hotan",), "abuse": ("forced-labour",)}) == "5"
    assert found(index, "", filters={"place": ()}) == "1234567"


@pytest.mark.parametrize("filters", [{"place": ("nowhere",)}, {"nonsense": ("x",)}, {"place": ("hotan*",)}])
def test_an_unknown_filter_finds_nothing(index: RoomIndex, filters: dict[str, tuple[str, ...]]) -> None:
    result = index.search(SearchQuery("camp", filters=filters))
    assert (result.total, result.facets) == (0, {})


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2019", None, "12346"),
        (None, "2018", "3"),
        ("2019-01-31", "2019-01-31", "3"),
        ("2019-02", "2019-03", "1"),
        ("2019-03-31", "2019-03-31", "1"),
        ("2019-04", "2019-11-10", ""),
        ("2020-06", "2020-06", "2"),
        ("2021-05-06", None, ""),
    ],
)
def test_dates_match_when_they_overlap(
    index: RoomIndex, first: str | None, last: str | None, expected: str
) -> None:
    assert found(index, "", date_from=first, date_to=last) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("newest", "4261357"), ("oldest", "3162457"), ("code", "1234567"), ("relevance", "4261357")],
)
def test_the_order(index: RoomIndex, sort: str, expected: str) -> None:
    query = SearchQuery(sort=sort)  # type: ignore[arg-type]
    ordered = "".join(hit.code[4] for hit in index.search(query).hits)
    # 2019-03 (1) ends after 2019-01-31 (3) and 2019-11 (6) after both; the undated 5 and 7 come last, by code.
    assert ordered == expected


def test_a_word_in_the_title_weighs_more(index: RoomIndex) -> None:
    assert index.search(SearchQuery("camp")).hits[0].title == "Two years in the camp"


def test_pages_neither_repeat_nor_lose_a_record(indexes: SealedIndexes, room: IndexKeys) -> None:
    index = indexes.create(room)
    # All alike, so that only the code decides; several segments.
    for part in (
        itertools.batched(range(90), 30)
        if hasattr(itertools, "batched")
        else [range(n, n + 30) for n in (0, 30, 60)]
    ):
        index.replace(document(f"C{number:04}-X", ("en", "the same words")) for number in reversed(part))
        index.commit()
    pages = [index.search(SearchQuery("same words", page=page, size=20)) for page in range(1, 6)]
    assert [hit.code for page in pages for hit in page.hits] == [f"C{number:04}-X" for number in range(90)]
    assert {page.total for page in pages} == {90}
    assert {page.pages for page in pages} == {5}
    beyond = index.search(SearchQuery("same", page=99, size=20))
    assert (beyond.page, len(beyond.hits)) == (5, 10)
    assert index.search(SearchQuery("same", page=-3, size=0)).page == 1
    assert len(index.search(SearchQuery("same", size=10_000)).hits) == 90


# --- facets and hits ----------------------------------------------------------------------------------------------


def test_facets_count_every_match_and_know_what_lies_above(index: RoomIndex) -> None:
    facets = index.search(SearchQuery("", size=1)).facets
    assert {one.term: one.count for one in facets["place"]} == {
        "xinjiang": 4, "hotan": 2, "ili": 1, "kashgar": 1, "kazakhstan": 1, "turkey": 1,
    }  # fmt: skip
    assert facets["facility"] == (
        FacetCount("reg-1", 1, {"en": "No. 3 Training Centre", "zh": "第三教培中心"}, None),
    )
    abuse = {one.term: one.broader for one in facets["abuse"]}
    assert abuse == {"detention-without-process": "liberty", "forced-labour": "labour"}
    assert {one.term: one.count for one in facets["kind"]} == {"interview": 6, "family-report": 1}


def test_a_hit_carries_what_a_page_shows(index: RoomIndex) -> None:
    (hit,) = index.search(SearchQuery('"counted us"')).hits
    first = cast()[0]
    assert (hit.record, hit.body, hit.code, hit.title) == (first.record, first.body, first.code, first.title)
    assert (hit.kind, hit.lang, hit.note) == ("interview", "en", ("torture",))
    assert hit.facets["place"] == ("xinjiang", "hotan")
    assert [text for text, matched in hit.snippet if matched] == ["counted us"]
    assert hit.score > 0


def test_suggestions_come_from_this_rooms_tags_only(index: RoomIndex) -> None:
    assert [(one.facet, one.term, one.label, one.count) for one in index.suggest("trai", "en")] == [
        ("facility", "reg-1", "No. 3 Training Centre", 1)
    ]
    assert [one.label for one in index.suggest("第三", "zh-Hans")] == ["第三教培中心"]
    assert [one.term for one in index.suggest("forced la", "ug")] == ["forced-labour"]
    assert index.suggest("forced ab", "en") == ()  # a built-in term that no record here bears
    assert index.suggest("", "en") == ()


def test_a_register_term_keeps_its_place_in_the_hierarchy(indexes: SealedIndexes, room: IndexKeys) -> None:
    index = indexes.create(room)
    index.replace([replace(document("AAAA1", facility=("reg-2",)), broader={"reg-2": "prison"})])
    index.commit()
    assert index.search(SearchQuery()).facets["facility"] == (FacetCount("reg-2", 1, {}, "prison"),)


def test_an_unknown_facet_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown facet colour"):
        document("AAAA1", colour=("red",))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("place:Hotan", "12"),
        ("place:xj-hotan", "12"),
        ("place:hot*", "12"),
        ("place:hotа", ""),
        ("place:和田", "12"),
        ("place:Xinjiang", "123"),
        ("place:شىنجاڭ", "123"),
        ('place:"East Turkistan"', "123"),
        ("place:Kashgar", "3"),
        ("place:Kash", "3"),
        ("place:prefecture", ""),
    ],
)
def test_built_in_places_are_found_by_any_of_their_names(
    indexes: SealedIndexes, room: IndexKeys, query: str, expected: str
) -> None:
    index = indexes.create(room)
    index.replace(
        [
            document("AAAA1", place=("xj", "xj-hotan", "xj-hotan-hetian")),
            document("AAAA2", place=("xj", "xj-hotan")),
            document("AAAA3", place=("xj", "xj-kashgar")),
        ]
    )
    index.commit()
    assert found(index, query) == expected
    above = {one.term: one.broader for one in index.search(SearchQuery()).facets["place"]}
    assert above == {"xj": None, "xj-hotan": "xj", "xj-hotan-hetian": "xj-hotan", "xj-kashgar": "xj"}


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
            f"{a} {b}": model.having(a) & model.having(b),
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
            result = index.search(SearchQuery(query, size=100))
            assert {hit.code for hit in result.hits} == codes_expected, query
            assert result.total == len(codes_expected), query
    assert index.records().keys() == {record(code) for code in everything}


# --- hostile queries ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoomIndex]:
    """A room of 400 records with 20,000 different words, many of one beginning."""
    rng = random.Random(7)
    index = SealedIndexes(tmp_path_factory.mktemp("crowded")).create(keys())
    index.replace(
        document(
            f"W{number:04}",
            ("en", " ".join(f"ab{rng.randrange(20_000):05}" for _ in range(300)) + " the and of camp's ex-x"),
            place=("xinjiang", f"place-{number % 50}"),
        )
        for number in range(400)
    )
    index.commit()
    yield index
    index.close()


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"ab{number:05}" for number in range(10_000)),
        " OR ".join(f"ab{number:05}" for number in range(10_000)),
        " OR ".join(["ab*"] * 500),
        " ".join(f"ab{number}*" for number in range(10, 99)),
        "a* b* c* ab*",
        "(" * 5_000 + "the" + ")" * 5_000,
        "NOT " * 5_000 + "the",
        " ".join(["-the"] * 2_000),
        '"' + "the and " * 2_000 + '"',
        "place:p* " * 500,
        "\0" * 5_000,
        "the\0and",
        "\ud800 the \udfff",
        "the" + "\u0301" * 50_000,
        "'" * 10_000,
        "-" * 10_000,
        "💥" * 10_000,
        "集" * 10_000,
        "code:* " * 400,
        "year:0000-9999 " * 400,
        "a" * 1_000_000,
        "%s%n{0}${jndi:ldap://x}<script>alert(1)</script>",
        "text:the OR facetplace:xinjiang OR record:*",
    ],
)
def test_hostile_queries_end_soon_and_raise_nothing(crowded: RoomIndex, text: str) -> None:
    started = time.perf_counter()
    result = crowded.search(SearchQuery(text))
    assert time.perf_counter() - started < 2
    assert result.total <= 400


def test_a_prefix_with_too_many_words_is_cut_and_says_so(crowded: RoomIndex) -> None:
    assert crowded.search(SearchQuery("ab*")).cut
    assert not crowded.search(SearchQuery("ab0001*")).cut


@pytest.mark.parametrize(
    "dates", [("soon", None), (None, ""), ("9999-99-99", "0000"), ("2019-13-45", None), ("\ud800", "x")]
)
def test_odd_dates_raise_nothing(crowded: RoomIndex, dates: tuple[str | None, str | None]) -> None:
    crowded.search(SearchQuery(date_from=dates[0], date_to=dates[1]))


def test_odd_documents_are_indexed(indexes: SealedIndexes, room: IndexKeys) -> None:
    index = indexes.create(room)
    odd = IndexDocument(
        record=record("odd"),
        body=record("odd/body"),
        code="",
        title="\ud800\0",
        kind="",
        texts=(
            IndexText("", ""),
            IndexText("en", "\udfff camp \0 \u2029" + "x" * 100_000),
            IndexText("zz", "\u0301" * 1000),
        ),
        facets={"place": ("", "a b", "x" * 1000), "year": ("",)},
        names=("", "\ud800"),
    )
    index.replace([odd])
    head = index.commit()
    assert [hit.record for hit in indexes.open(room, head).search(SearchQuery("camp")).hits] == [
        record("odd")
    ]


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
