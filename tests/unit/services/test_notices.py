"""A notice asks for everything back, in six languages, and says of the person nothing but a code."""

from datetime import date
from typing import Any

import pytest

from archive.domain.consent import Purpose
from archive.domain.handover import HandOver
from archive.domain.identifiers import code_of, new_id
from archive.services.notices import LANGUAGES, notice

SAID: dict[str, Any] = {
    "recipient": "Example Tribunal",
    "what": "The statement of Example Person One",
    "reach": "by hand",
}


def handover(language: str) -> HandOver:
    return HandOver(
        id=new_id(),
        record=new_id(),
        purpose=Purpose.MEDIA,
        day=date(2026, 3, 1),
        language=language,
        **SAID,
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_whole_in_every_language_and_names_nobody(lang: str) -> None:
    said = handover(lang)
    made = notice(said)
    text = " ".join((made.title, *made.paragraphs))
    assert (made.lang, len(made.paragraphs)) == (lang, 6)
    assert code_of(said.record) in text
    assert "2026-03-01" in text
    assert not any(told in text for told in SAID.values())
    assert "{" not in text


@pytest.mark.parametrize(
    ("tag", "lang", "direction"),
    [("ug-Latn", "ug", "rtl"), ("zh-Hant", "zh", "ltr"), ("ar", "en", "ltr"), ("kk-Cyrl", "kk", "ltr")],
)
def test_a_language_it_cannot_write_gets_the_nearest(tag: str, lang: str, direction: str) -> None:
    made = notice(handover(tag))
    assert (made.lang, made.direction) == (lang, direction)
