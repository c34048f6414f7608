"""Knows how values become words on a page: labels, dates, kinds, each with its language and direction.
Must not know where a value came from or who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import request
from flask_babel import gettext as _
from flask_login import current_user

from archive.domain.errors import Problem
from archive.text.scripts import detect, direction
from archive.vocabularies.load import UnknownTerm, vocabulary
from archive.web import current, language

VOCABULARIES: Final = {
    "place": "places",
    "facility": "facility-types",
    "abuse": "abuse-types",
    "ethnic": "ethnic-groups",
    "goods": "goods",
    "lang": "languages",
    "kind": "kinds",
}


@dataclass(frozen=True, slots=True)
class Said:
    """Words with their language and direction."""

    text: str
    lang: str
    dir: str


def ours(text: str) -> Said:
    """Words of the interface itself."""
    here = language.spoken()
    return Said(text, here.tag, here.direction)


def theirs(text: str, lang: str = "") -> Said:
    """Somebody's words; without a stated language, as their letters suggest."""
    if lang:
        return Said(text, lang, direction(lang))
    guess = detect(text)
    return Said(text, guess.lang, guess.direction)


def term(name: str, id: str, labels: Mapping[str, str] | None = None) -> Said:
    """The label of a term: of a built-in vocabulary, else the best of ``labels``, else the id itself."""
    here = language.spoken()
    if name:
        try:
            return ours(vocabulary(name).label(id, here.code))
        except UnknownTerm:
            pass
    for lang, label in sorted((labels or {}).items(), key=lambda named: _nearness(named[0], here.code)):
        return theirs(label, lang)
    return theirs(id)


def tag(facet: str, id: str, labels: Mapping[str, str] | None = None) -> Said:
    """The label of a tag or of a facet's value."""
    if facet == "kind" and id in ("testimony", "family-report"):
        return ours(_("Testimony") if id == "testimony" else _("Family report"))
    if facet in VOCABULARIES:
        return term(VOCABULARIES[facet], id, labels)
    return term("", id, labels)


def above(facet: str, id: str, kind: str = "") -> tuple[Said, ...]:
    """The labels of the terms above a tag, root first; above a facility of the register stands its ``kind``."""
    name = VOCABULARIES.get(facet, "")
    broader: tuple[str, ...] = (kind,) if kind else ()
    if name and id in (words := vocabulary(name)):
        broader = words.path(id)[:-1]
    return tuple(term(name, one) for one in broader)


def facet(name: str) -> str:
    """What a facet is called."""
    return {
        "place": _("Place"),
        "facility": _("Facility"),
        "abuse": _("Type of abuse"),
        "ethnic": _("Ethnic group"),
        "goods": _("Goods"),
        "subject": _("Subject"),
        "lang": _("Language"),
        "year": _("Year"),
        "kind": _("Kind of account"),
    }[name]


def said(problem: Problem) -> str:
    """A problem in the language of the page."""
    values = {name: _named(name, value) for name, value in problem.values.items()}
    return str(_(problem.text, **values))


def _named(name: str, value: str) -> str:
    """A value in a message as people call it: a part of an account, a language, a direction of writing."""
    if name == "wanted" and value in ("rtl", "ltr"):
        return str(_("from right to left") if value == "rtl" else _("from left to right"))
    words = {"class": "data-classes", "lang": "languages"}.get(name)
    return term(words, value).text if words else value


def comma() -> str:
    """What stands between the members of a list, in the writing of the page."""
    return "، " if language.spoken().direction == "rtl" else ", "


def context() -> dict[str, Any]:
    """What every template knows."""
    here = language.spoken()
    return {
        "page": {"lang": here.tag, "dir": here.direction, "path": request.path},
        "languages": language.offered(),
        "demo": current.archive().row.demo,
        "signed_in": lambda: bool(current_user.is_authenticated),
    }


def _nearness(lang: str, wanted: str) -> tuple[bool, bool, str]:
    base = lang.split("-", maxsplit=1)[0]
    return (base != wanted, base != "en", lang)


def paragraphs(text: str) -> tuple[str, ...]:
    """A text cut at its empty lines."""
    return tuple(part for part in _cut(text.replace("\r\n", "\n")) if part)


def _cut(text: str) -> Iterable[str]:
    return (part.strip() for part in text.split("\n\n"))
