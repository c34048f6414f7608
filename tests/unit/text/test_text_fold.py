"""The first level of folding."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.fold import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ürümchi", "urumchi"),
        ("U\u0308ru\u0308mchi", "urumchi"),
        ("İSTANBUL Iğdır ılık", "istanbul igdir ilik"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("Ə", "e"),
        ("ＡＢＣ１２", "abc12"),
        ("ﬁre", "fire"),
        ("خوتـــەن", "خوتەن"),
        ("کتاب", "كتاب"),
        ("ی ى ي", "ي ى ي"),
        ("كِتَابٌ", "كتاب"),
        ("ﻗﻪﺷﻘﻪر", "قەشقەر"),
        ("م\u200cن \u200fا", "من ا"),
        ("ئۈرۈمچى", "ئۈرۈمچى"),
        ("Йәкән Ұлы", "йәкән ұлы"),
        ("И\u0306", "й"),
        ("שָׁלוֹם", "שלום"),
        ("喀什", "喀什"),
        ("བོད་སྐད", "བོད་སྐད"),
        ("हिन्दी", "हिन्दी"),
        ("", ""),
    ],
)
def test_folding(text: str, folded: str):
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_composed_and_decomposed_fold_alike(text: str):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_case_never_matters_in_latin(text: str):
    assert fold(text.upper()) == fold(text)
