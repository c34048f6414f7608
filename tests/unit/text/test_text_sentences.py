"""Where sentences end, in the scripts of the archive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["They came at dawn.", "We hid!", "Why?", "Nobody knew…"],
        ["He said: “Stay here.”", "(Nobody stayed.)", "It was 3.5 degrees."],
        ["Dr. Invented asked A. Example about it.", "She said nothing."],
        ["We ate bread etc. and slept.", "Then we left."],
        ["It was Example Centre No. 3 in winter.", "Did I agree?", "No.", "They wrote it."],
        ["بىزنى تاڭ ئاتقاندا ئېلىپ كەتتى.", "نېمىشقا؟", "ھېچكىم بىلمەيتتى!"],
        ["بىزدى تاڭ اتا الىپ كەتتى.", "نەگە؟", "ەشكىم بىلمەدى۔"],
        ["Бізді таңда алып кетті.", "Неге?", "Ешкім білмеді!"],
        ["Бизди таң эрте алып кетти.", "Эмнеге?", "Эч ким билген жок…"],
        ["Нас увезли на рассвете в г. Алматы.", "«Куда?»", "Никто не знал."],
        ["Bizi şafakta götürdüler.", "Niçin?", "İçeride kimse bilmiyordu."],
    ],
)
def test_sentences_end_at_their_stops(parts: list[str]) -> None:
    assert cut(" ".join(parts)) == parts


def test_chinese_needs_no_blank() -> None:
    parts = ["天亮时他们把我们带走了。", "“为什么？”", "没有人知道！", "我们等着；", "门开了"]
    assert cut("".join(parts)) == parts


def test_lines_end_sentences_too() -> None:
    assert cut("A list\n  of things\r\n\r\nand an end. ") == ["A list", "of things", "and an end."]
    assert cut("Why?\nBecause.") == ["Why?", "Because."]
    assert cut("") == cut(" \n\n ") == []
    assert cut("no stop at all") == ["no stop at all"]


@given(st.text(alphabet="aB .!?؟。”»\n\r\t2ئг\u0301", max_size=60))
def test_nothing_is_lost_and_nothing_is_in_two_sentences(text: str) -> None:
    at = 0
    for start, end in sentences(text):
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()
