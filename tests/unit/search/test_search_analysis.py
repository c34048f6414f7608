from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search.analysis import BREAK, LONGEST_TOKEN, folded, scrubbed, tokens
from archive.text.fold import fold


def words(text: str) -> list[str]:
    return [word for word, _position in tokens(folded(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He came HOME.", ["he", "came", "home"]),
        ("don't “Qur’an”", ["dont", "quran"]),
        ("the master's house", ["the", "masters", "master", "house"]),
        ("an ex-foreman", ["an", "exforeman", "ex", "foreman"]),
        ("12,50 No. 3", ["12", "50", "no", "3"]),
        ("مەن لاگېردا", [folded("مەن"), folded("لاگېردا")]),
        ("лагерьде болдым", ["лагерьде", "болдым"]),
        ("集中营", ["集", "集中", "中", "中营", "营"]),
        ("A区3号", ["a", "区", "3", "号"]),
        ("İKİ Işık", ["iki", "isik"]),
        ("snake_case", ["snake", "case"]),
        ("… — ! ?", []),
        ("\ud800camp\udfff", ["camp"]),
        ("a\0b", ["a", "b"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_variants_share_the_position_of_the_word_they_vary() -> None:
    assert dict(tokens("the ex-foreman's keys")) == {
        "the": 0,
        "exforemans": 1,
        "ex": 1,
        "foremans": 2,
        "foreman": 2,
        "keys": 3,
    }


def test_no_phrase_reaches_from_one_text_into_the_next() -> None:
    positions = dict(tokens(f"one{BREAK}two"))
    assert positions["two"] - positions["one"] > 100


def test_tatweel_and_joiners_do_not_split_or_change_a_word() -> None:
    assert words("لاگـــېردا") == words("لاگېردا")


def test_a_word_is_bounded() -> None:
    assert words("x" * 10_000) == ["x" * LONGEST_TOKEN]


@given(st.text())
def test_any_text_gives_encodable_words_at_ascending_positions(text: str) -> None:
    found = list(tokens(folded(text)))
    assert [position for _word, position in found] == sorted(position for _word, position in found)
    assert all(word and word.encode() for word, _position in found)


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_ascii_takes_a_shorter_way_to_the_same_end(text: str) -> None:
    assert folded(text) == fold(scrubbed(text))


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=50))
def test_scrubbing_leaves_nothing_unencodable(text: str) -> None:
    clean = scrubbed(text)
    assert clean.encode().decode() == clean
    assert "\0" not in clean
    assert scrubbed(clean) == clean
