"""The notice of a recall, to print or to send, in the recipient's language.

Knows its sentences. Must not know the person, nor repeat what was handed over: a notice lies on other people's desks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archive.domain.handover import HandOver
from archive.domain.identifiers import code_of
from archive.text.scripts import direction
from archive.vocabularies.load import LATER_LANGUAGES, REQUIRED_LANGUAGES, vocabulary

LANGUAGES: Final = (*REQUIRED_LANGUAGES, *LATER_LANGUAGES)
"""The languages in which a notice can be written."""
DRAFTED: Final = frozenset(LANGUAGES) - {"en"}
"""Those in which no native reader has read it yet: say so to whoever sends it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in one language, its ``paragraphs`` in order, written in this direction."""

    lang: str
    direction: str
    title: str
    paragraphs: tuple[str, ...]


def notice(said: HandOver) -> Notice:
    """Return the notice of a hand-over's recall, in its recipient's language or in English. Pure.

    A Uyghur, Kazakh or Chinese text is written in the one script that the archive has it in.
    """
    plain = said.language.partition("-")[0]
    lang = plain if plain in LANGUAGES else "en"
    words = {
        "code": code_of(said.record),
        "day": said.day.isoformat(),
        "purpose": vocabulary("purposes").label(said.purpose.value, lang),
    }
    title, *rest = (term.labels[lang].format(**words) for term in vocabulary("recall-notice"))
    return Notice(lang, direction(lang), title, tuple(rest))
