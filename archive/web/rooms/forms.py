"""Knows the search form: box, dates, order, and the filters that its buttons add and drop.
Must not know what a room holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, cast

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice, SelectField, StringField
from wtforms.validators import Regexp

from archive.domain.searching import FACETS, SearchQuery, Sort
from archive.vocabularies.load import vocabulary
from archive.web.forms import BOOK, LINE, Form, at_most
from archive.web.presenting import VOCABULARIES

_DAY: Final = re.compile(r"(\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?", re.ASCII)
_MOST_FILTERS: Final = 50
Filters = Mapping[str, tuple[str, ...]]


def _day(label: str) -> StringField:
    return StringField(
        label, [Regexp(_DAY.pattern + r"\Z", _DAY.flags, _l("Write it as 2018, 2018-03 or 2018-03-21."))]
    )


class SearchForm(Form):
    text = StringField(_l("Words to search for"), [at_most(BOOK)])
    since = _day(_l("From"))
    until = _day(_l("To"))
    sort = SelectField(
        _l("Order"),
        choices=[
            SelectChoice("relevance", _l("Best match first")),
            SelectChoice("newest", _l("Newest first")),
            SelectChoice("oldest", _l("Oldest first")),
            SelectChoice("code", _l("By code")),
        ],
    )

    as_typed = BooleanField(_l("Leave out other forms and spellings of the words"))
    no_sounds = BooleanField(_l("Leave out what only sounds alike"))

    @classmethod
    def showing(cls, query: SearchQuery) -> SearchForm:
        """The form as it led to a query."""
        return cls(
            formdata=None,
            data={
                "text": query.text,
                "since": query.date_from or "",
                "until": query.date_to or "",
                "sort": query.sort,
                "as_typed": not query.forms,
                "no_sounds": not query.sounds,
            },
        )

    def query(self, filters: Filters) -> SearchQuery:
        return SearchQuery(
            text=self.text.data or "",
            filters=filters,
            date_from=self.since.data or None,
            date_to=self.until.data or None,
            sort=cast("Sort", self.sort.data),
            forms=not self.as_typed.data,
            sounds=not self.no_sounds.data,
        )


def filters(present: Iterable[str], add: str, drop: str) -> dict[str, tuple[str, ...]]:
    """The filters that a form holds (``facet:term``), with one added or dropped; what is no filter is passed over.

    A narrower term takes the place of the broader ones above it: together they would only mean the broader.
    """
    held: dict[str, dict[str, None]] = {}
    for text in (*present, add)[-_MOST_FILTERS:]:
        facet, _, term = text.partition(":")
        if facet in FACETS and 0 < len(term) <= LINE and text != drop:
            for broader in _above(facet, term) if text == add else ():
                held.get(facet, {}).pop(broader, None)
            held.setdefault(facet, {})[term] = None
    return {facet: tuple(terms) for facet, terms in held.items() if terms}


def without(query: SearchQuery, facet: str, term: str) -> SearchQuery:
    """A query without one of its filters; ``facet`` `from`, `to` or `text` drops that part."""
    match facet:
        case "from":
            return replace(query, date_from=None, page=1)
        case "to":
            return replace(query, date_to=None, page=1)
        case "text":
            return replace(query, text="", page=1)
    left = {
        name: kept
        for name, terms in query.filters.items()
        if (kept := tuple(other for other in terms if (name, other) != (facet, term)))
    }
    return replace(query, filters=left, page=1)


def _above(facet: str, term: str) -> tuple[str, ...]:
    words = vocabulary(VOCABULARIES[facet]) if facet in VOCABULARIES else ()
    if term in words:
        return vocabulary(VOCABULARIES[facet]).path(term)[:-1]
    if facet == "facility":  # one of the register: its type lies above it
        return tuple(type.id for type in vocabulary(VOCABULARIES[facet]))
    return ()
