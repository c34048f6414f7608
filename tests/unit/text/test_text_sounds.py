"""Names that sound alike, in whatever script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.sounds import plain, skeletons, transcribed


def sounds(word: str, lang: str) -> set[str]:
    return set(skeletons(plain(word, lang)))


@pytest.mark.parametrize(
    "forms",
    [
        [
            ("abdurehim", "en"),
            ("abduréhim", "ug"),
            ("ئابدۇرېھىم", "ug"),
            ("абдурехим", "ru"),
            ("阿不都热依木", "zh"),
        ],
        [("memet", "en"), ("مەمەت", "ug"), ("мемет", "ru"), ("买买提", "zh")],
        [("tursun", "en"), ("تۇرسۇن", "ug"), ("турсун", "ru"), ("吐尔逊", "zh")],
        [("khotan", "en"), ("hotan", "en"), ("خوتەن", "ug"), ("хотан", "ru")],
        [("urumqi", "en"), ("urumchi", "en"), ("ئۈرۈمچى", "ug"), ("урумчи", "ru")],
        [("gulnar", "en"), ("گۈلنار", "ug"), ("гүлнар", "kk"), ("古丽娜尔", "zh")],
    ],
)
def test_one_name_in_many_scripts(forms: list[tuple[str, str]]) -> None:
    first, *others = (sounds(*form) for form in forms)
    assert all(first & other for other in others)


def test_different_names_differ() -> None:
    assert sounds("abdurehim", "en").isdisjoint(sounds("tursun", "en"))
    assert sounds("gulnar", "en").isdisjoint(sounds("memet", "en"))


def test_what_may_transcribe_a_name() -> None:
    assert [("我看见阿不都热依木了")[start:end] for start, end in transcribed("我看见阿不都热依木了")] == [
        "阿不都热依木"
    ]


@given(st.text(max_size=60))
def test_any_text_has_few_skeletons_of_few_letters(text: str) -> None:
    found = skeletons(plain(text.lower(), "en"))
    assert 1 <= len(found) <= 8
    assert set("".join(found)) <= set("APTKSRMN")
