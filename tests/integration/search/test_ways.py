"""One word found in every script, form and sound; each way labelled, switchable and shown in the text as written."""

from __future__ import annotations

import time

import pytest

from archive.domain.searching import (
    HOWS,
    IndexDamaged,
    IndexDocument,
    IndexKeys,
    IndexText,
    SearchQuery,
    SearchResult,
)
from archive.search import snapshot, writing
from archive.search.engine import Engine
from archive.search.index import RoomIndex, SealedIndexes
from archive.search.schema import schema
from tests.integration.search.search_cast import record

_TEXTS = {
    "1": ("en", "We met Abduréhim in the camp at Hotan."),
    "2": ("ug", "مەن ئابدۇرېھىمنى لاگېردا كۆردۈم، مەكتەپلەر يېپىلدى"),
    "3": ("zh", "我看见阿不都热依木在集中营里"),
    "4": ("ru", "Я видел Абдурехима в лагере, школы закрыты"),
    "5": ("kk", "Мен мектептен қайттым, кітабымды алып кетті"),
    "6": ("tr", "Çocuğumu okuldan aldılar"),
    "7": ("en", "Nothing of the kind happened to Karim in the orchard"),
}


@pytest.fixture
def index(indexes: SealedIndexes, room: IndexKeys) -> RoomIndex:
    made = indexes.create(room)
    made.replace(
        IndexDocument(
            record(code),
            record(code),
            code,
            "untitled",
            "interview",
            (IndexText(lang, text),),
            {"lang": (lang,), "place": ("xj-hotan",) if code == "7" else ()},
            aliases={"orchard-1": ("Third Works", "第三厂")} if code == "7" else {},
        )
        for code, (lang, text) in _TEXTS.items()
    )
    made.commit()
    return made


def ways(result: SearchResult) -> dict[str, str]:
    return {hit.code: hit.how for hit in result.hits}


def marked(result: SearchResult, code: str) -> list[str]:
    return [piece for hit in result.hits if hit.code == code for piece, matched in hit.snippet if matched]


@pytest.mark.parametrize("name", ["Abdurehim", "Abduréhim", "ئابدۇرېھىم", "阿不都热依木", "Абдурехим"])
def test_a_name_is_found_from_every_script_to_every_other(index: RoomIndex, name: str) -> None:
    result = index.search(SearchQuery(name))
    assert set(ways(result)) == {"1", "2", "3", "4"}
    shown = [marked(result, code) for code in "1234"]
    assert shown == [["Abduréhim"], ["ئابدۇرېھىمنى"], ["阿不都热依木"], ["Абдурехима"]]
    assert [hit.how for hit in result.hits] == sorted((hit.how for hit in result.hits), key=HOWS.index)


def test_each_way_can_be_left_out(index: RoomIndex) -> None:
    assert ways(index.search(SearchQuery("Abdurehim", forms=False, sounds=False))) == {"1": "exact"}
    assert ways(index.search(SearchQuery("Abdurehim", sounds=False))) == {"1": "exact", "2": "form"}
    assert index.search(SearchQuery("Abdurehim")).hows == {"exact": 1, "form": 1, "sound": 2}


@pytest.mark.parametrize(
    ("query", "code", "shown"),
    [
        ("مەكتەپ", "2", ["مەكتەپلەر"]),
        ("mektep", "2", ["مەكتەپلەر"]),
        ("мектеп", "5", ["мектептен"]),
        ("кітап", "5", ["кітабымды"]),
        ("школа", "4", ["школы"]),
        ("çocuk", "6", ["Çocuğumu"]),
        ("camps", "1", ["camp"]),
    ],
)
def test_another_form_is_found_and_marked(index: RoomIndex, query: str, code: str, shown: list[str]) -> None:
    result = index.search(SearchQuery(query))
    assert ways(result)[code] == "form"
    assert marked(result, code) == shown


def test_quotes_ask_for_the_word_as_typed(index: RoomIndex) -> None:
    assert ways(index.search(SearchQuery('"camps"'))) == {}
    assert ways(index.search(SearchQuery('"camp"'))) == {"1": "exact"}


def test_what_is_not_wanted_is_meant_as_typed(index: RoomIndex) -> None:
    assert "1" in ways(index.search(SearchQuery("Hotan -camps")))
    assert "1" not in ways(index.search(SearchQuery("Hotan -camp")))


def test_a_tilde_asks_for_what_sounds_so(index: RoomIndex) -> None:
    assert ways(index.search(SearchQuery("~kerim"))) == {"7": "sound"}
    assert ways(index.search(SearchQuery("~kerim", sounds=False))) == {"7": "sound"}


def test_a_question_finds_what_holds_the_weightier_part_of_it(index: RoomIndex) -> None:
    found = ways(index.search(SearchQuery("what happened to Karim in the winter")))
    assert found["7"] == "part"


@pytest.mark.parametrize("name", ["Khotan", "خوتەن", "和田", "Third Works", "第三厂"])
def test_a_place_or_facility_is_found_by_any_of_its_names(
    indexes: SealedIndexes, room: IndexKeys, name: str
) -> None:
    made = indexes.create(room)
    made.replace(
        [
            IndexDocument(
                record("a"), record("a"), "a", "untitled", "interview", (IndexText("en", "They took him."),),
                {"place": ("xinjiang", "xj-hotan"), "facility": ("works-3",)},
                aliases={"works-3": ("Third Works", "第三厂")},
            ),
            IndexDocument(record("b"), record("b"), "b", "untitled", "interview", (IndexText("en", "The sea."),)),
        ]
    )  # fmt: skip
    made.commit()
    assert ways(made.search(SearchQuery(name))) == {"a": "spelling"}
    assert ways(made.search(SearchQuery(name, forms=False, sounds=False))) == {}


def test_what_was_meant_is_a_word_of_this_room(index: RoomIndex) -> None:
    assert index.search(SearchQuery("orchrad")).meant == "orchard"
    assert index.search(SearchQuery("zzzzzz")).meant is None
    assert index.search(SearchQuery("orchrad -orchradist")).meant == "orchard -orchradist", (
        "whole words alone"
    )
    assert index.search(SearchQuery("orchard")).meant is None


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"~abdurehim{number}" for number in range(2_000)),
        " ".join(["ئابدۇرېھىملارنىڭكىلەردىن"] * 2_000),
        "ا" + "ـ" * 100_000 + "ب",
        "ا" + "\u200d" * 100_000 + "ب",
        "a\u200d" * 50_000,
        "~" * 50_000,
        "x" * 40 + " kh" * 3_000,
        "阿" * 5_000,
        "date:.. " * 500,
        "lar" * 30_000,
    ],
)
def test_floods_are_answered_soon(index: RoomIndex, text: str) -> None:
    started = time.perf_counter()
    result = index.search(SearchQuery(text))
    assert time.perf_counter() - started < 2
    assert result.cut or result.problem or len(text) < 2_000


def test_an_index_made_by_other_tables_is_refused_and_made_anew(
    indexes: SealedIndexes, room: IndexKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        for module in (snapshot, writing):
            before.setattr(module, "engine", lambda: Engine(schema(), "ROOM2"))
        older = indexes.create(room)
        older.replace([IndexDocument(record("a"), record("a"), "a", "untitled", "interview")])
        head = older.commit()
    with pytest.raises(IndexDamaged, match="another version"):
        indexes.open(room, head)
    assert indexes.create(room, head).commit().generation > head.generation
