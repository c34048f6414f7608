"""One word in every script of its language; another converter is the judge for Uyghur."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import umsc
from hypothesis import given
from hypothesis import strategies as st

from archive.text.alphabets import Alphabet, alphabet, latin
from archive.text.fold import fold

UYGHUR = alphabet("ug") or Alphabet("ug")
KAZAKH = alphabet("kk") or Alphabet("kk")
_LETTERS = "ابپتجچخدرزژسشغفقكگڭلمنھويۋەېىوۆۇۈ"
_VOWELS = "اەېىوۆۇۈ"
_CODES = {"Arab": "UAS", "Latn": "ULS", "Cyrl": "UCS"}


def written(letters: str) -> str:
    """Letters as Uyghur writes them: a hamza before a vowel that begins a word or follows a vowel."""
    found = ""
    for letter in letters:
        bare = not found or found[-1] in _VOWELS
        found += "ئ" + letter if letter in _VOWELS and bare else letter
    return found


uyghur_words = st.text(alphabet=_LETTERS, min_size=1, max_size=12).map(written)


@given(uyghur_words, st.sampled_from(["Latn", "Cyrl", "Yengi"]))
def test_a_uyghur_word_comes_back_from_every_script(word: str, script: str) -> None:
    assert UYGHUR.write(UYGHUR.write(word, script), "Arab", script) == word


@pytest.mark.parametrize("script", ["Latn", "Cyrl"])
@pytest.mark.parametrize(
    "word",
    [
        "ئابدۇرېھىم",
        "قەشقەر",
        "مەسئۇل",
        "سائەت",
        "ئۈرۈمچى",
        "شىنجاڭ",
        "ژۇرنال",
        "غۇلجا",
        "كۈنگەي",
        "ئىسھاق",
        "يانغىن",
    ],
)
def test_another_converter_writes_the_same(word: str, script: str) -> None:
    theirs = umsc.UgMultiScriptConverter("UAS", _CODES[script])(word)
    assert UYGHUR.write(word, script) == theirs


def test_i_and_y_are_two_letters() -> None:
    assert latin("ئىيىق", "ug") == "iyiq"
    assert fold("ى") != fold("ي")
    assert latin("قىز", "ug") != latin("قيز", "ug")


@pytest.mark.parametrize(
    ("lang", "forms", "plain"),
    [
        ("ug", ("ئابدۇرېھىم", "abduréhim", "abdurëhim", "абдурехим".replace("х", "һ")), "abdurehim"),
        ("ug", ("قەشقەر", "qeshqer", "қәшқәр", "ⱪəxⱪər"), "qeshqer"),
        ("kk", ("қазақстан", "قازاقستان", "qazaqstan"), "qazaqstan"),
        ("kk", ("тілі", "ٴتىلى"), "tili"),
        ("ky", ("кыргыз", "قىرعىز"), "kyrgyz"),
        ("uz", ("toshkent", "тошкент"), "toshkent"),
        ("tr", ("kaşgar",), "kashgar"),
        ("ru", ("кашгар",), "kashgar"),
    ],
)
def test_scripts_meet_in_one_latin_form(lang: str, forms: tuple[str, ...], plain: str) -> None:
    assert {latin(form, lang) for form in forms} == {plain}


@given(st.text(max_size=30), st.sampled_from(["ug", "kk", "ky", "uz", "ru", "tr", "en", "und"]))
def test_the_latin_form_of_a_latin_form_is_itself_folded(text: str, lang: str) -> None:
    once = latin(fold(text), lang)
    assert fold(once) == once


@given(st.text(alphabet="абвгғдежзийкқлмнңоөпрстуұүфхһчшыіэ", max_size=12))
def test_kazakh_cyrillic_is_left_as_it_is(word: str) -> None:
    assert KAZAKH.write(word, "Cyrl") == word


@pytest.mark.shared
def test_the_converters_own_pairs(shared: Path) -> None:
    scripts = {"UAS": "Arab", "ULS": "Latn", "UCS": "Cyrl", "UYS": "Yengi"}
    lines = (shared / "names/umsc_test_pairs.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    asked = [pair for pair in found if pair["src"] == "UAS" and pair["dst"] in scripts]
    right = [UYGHUR.write(pair["a"], scripts[pair["dst"]]) == pair["b"] for pair in asked]
    assert len(asked) > 100
    assert sum(right) / len(right) >= 0.95
