"""Knows the languages of the interface, how one is chosen, and which way it is written.
Must not know the languages of the records: each text says its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from babel import Locale
from flask import current_app, request
from flask_babel import get_locale, refresh

from archive.text.scripts import Direction, direction
from archive.web.session import present


@dataclass(frozen=True, slots=True)
class Language:
    """``tag`` goes into the page's `lang`, ``name`` is what its speakers call it."""

    code: str
    tag: str
    name: str
    direction: Direction


KNOWN: Final = {
    language.code: language
    for language in (
        Language("en", "en", "English", direction("en")),
        Language("ug", "ug", "ئۇيغۇرچە", direction("ug")),
    )
}


def offered() -> tuple[Language, ...]:
    """The languages this archive offers, its own first."""
    codes: tuple[str, ...] = current_app.config["LANGUAGES"]
    return tuple(KNOWN[code] for code in codes if code in KNOWN) or (KNOWN["en"],)


def choose() -> str:
    """The language of this request: the one chosen, else the first the browser asks for, else the archive's."""
    codes = [language.code for language in offered()]
    chosen = present().ticket.lang
    return chosen if chosen in codes else request.accept_languages.best_match(codes) or codes[0]


def change(code: str) -> None:
    """Speak another language from now on, this page included; one that is not offered changes nothing."""
    if code in {language.code for language in offered()}:
        present().speak(code)
        refresh()


def spoken() -> Language:
    """The language of the page being made."""
    locale: Locale | None = get_locale()
    return KNOWN[locale.language if locale else "en"]
