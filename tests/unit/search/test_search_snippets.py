from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search import snippets
from archive.search.querylang import read
from archive.search.snippets import Marker
from archive.search.tree import Beginning
from archive.search.wording import Sought


def cut(query: str, *texts: tuple[str, str]) -> tuple[str, snippets.Snippet]:
    node = read(query).node
    expanded = {node: (node.prefix,)} if isinstance(node, Beginning) else {}
    return snippets.cut(texts, Marker.of(node, expanded, Sought()))


def marked(query: str, text: str) -> list[str]:
    return [piece for piece, matched in cut(query, ("und", text))[1] if matched]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("camp", "The camp, the CAMP and the camps.", ["camp", "CAMP"]),
        ("camp*", "The camp and the camps.", ["camp", "camps"]),
        ("dont", "Don't! I don’t.", ["Don't", "don’t"]),
        ("guard", "the guard's keys", ["guard's"]),
        ('"two years"', "two men, two\n years, years", ["two years"]),
        ("ex-foreman", "the ex-foreman", ["ex-foreman"]),
        ("集中营", "我在集中营里。集中！", ["集中营"]),
        ("营", "集中营营", ["营营"]),
        ("لاگېردا", "مەن لاگـېردا تۇردۇم", ["لاگـېردا"]),
        ("лагере", "Я в ЛАГЕРЕ.", ["ЛАГЕРЕ"]),
        ("ışık", "Işık, ISIK.", ["Işık", "ISIK"]),
        ("cafe", unicodedata.normalize("NFD", "le café, là"), [unicodedata.normalize("NFD", "café")]),
        ("strasse", "Die Straße.", ["Straße"]),
        ("camp -factory", "camp factory", ["camp"]),
        ("place:camp", "camp", []),
        ("a.c", "abc a c", ["a", "c"]),
        ("(camp", "the camp", ["camp"]),
    ],
)
def test_what_is_marked(query: str, text: str, expected: list[str]) -> None:
    assert marked(query, text) == expected


def test_the_window_with_the_most_different_words_is_shown() -> None:
    filler = "Nothing of note happened on that day. " * 40
    lang, pieces = cut("river bridge", ("en", f"The river. {filler} The river and the bridge. {filler}"))
    assert lang == "en"
    assert [piece for piece, matched in pieces if matched] == ["river", "bridge"]
    assert pieces[0][0].startswith("… ")
    assert pieces[-1][0].endswith(" …")
    assert sum(len(piece) for piece, _ in pieces) <= snippets.LONGEST + 10


def test_the_text_in_the_language_that_matched_is_shown() -> None:
    assert (
        cut("лагере", ("kk-Cyrl", "Мен лагерьде болдым."), ("ru", "Я провёл в лагере два года."))[0] == "ru"
    )


def test_without_a_match_the_beginning_is_shown() -> None:
    lang, pieces = cut("absent", ("en", "First sentence. " * 100))
    assert lang == "en"
    assert pieces[0][0].startswith("First sentence.")
    assert not any(matched for _, matched in pieces)
    assert cut("absent") == ("", ())


def test_unspaced_text_is_cut_without_splitting_characters() -> None:
    _lang, pieces = cut("终点", ("zh-Hans", "我" * 5000 + "终点" + "我" * 5000))
    assert [piece for piece, matched in pieces if matched] == ["终点"]
    assert sum(len(piece) for piece, _ in pieces) <= snippets.LONGEST + 10


def test_a_very_long_text_is_bounded() -> None:
    started = time.process_time()
    cut("absent word*", ("en", "a'b " * 2_000_000))
    assert time.process_time() - started < 2


@given(st.text(max_size=400), st.text(min_size=1, max_size=12))
def test_a_snippet_is_the_text_as_written(text: str, query: str) -> None:
    _lang, pieces = cut(query, ("und", text))
    shown = "".join(piece for piece, _ in pieces).removeprefix("… ").removesuffix(" …").strip()
    assert shown in " ".join(text.replace("\0", "\ufffd").split()) or shown.replace(" ", "") in "".join(
        text.replace("\0", "\ufffd").split()
    )
