"""Knows the fields of an index and how a document becomes their values.
Must not know where files lie, how they are sealed or what is asked of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Final
from uuid import UUID

from whoosh import fields
from whoosh.analysis.tokenizers import IDTokenizer
from whoosh.formats import Positions

from archive.domain.searching import FACETS, IndexDocument
from archive.search.analysis import BREAK, folded, tokens
from archive.search.engine import Engine, bytes_column

INDEX_NAME: Final = "ROOM2"

TEXT, TITLE, NAME = "text", "title", "name"
WORDS: Final = (TEXT, TITLE, NAME)
RECORD, CARD, LABELS, SHOWN = "record", "card", "labels", "shown"


class Words(fields.TEXT):
    """Running text with positions, cut into words by `archive.search.analysis` instead of Whoosh's token
    objects.
    """

    def __init__(self) -> None:
        super().__init__(analyzer=IDTokenizer())

    def index(self, value: str, **_options: object) -> Generator[tuple[bytes, int, float, bytes], None, None]:
        """(word, frequency, weight, positions) of each word of ``value``; O(length)."""
        found: dict[str, list[int]] = defaultdict(list)
        for word, position in tokens(folded(value)):
            found[word].append(position)
        encode = Positions().encode
        for word, positions in found.items():
            often = len(positions)
            yield word.encode(), often, float(often), encode(positions) if often > 1 else _once(positions[0])


@lru_cache(maxsize=1 << 16)
def _once(position: int) -> bytes:
    """The positions of a word that stands once in a text, as most do."""
    encoded: bytes = Positions().encode([position])
    return encoded


class Terms(fields.ID):
    """A set of term ids, each found only as a whole."""

    def index(
        self, value: Iterable[str], **_options: object
    ) -> Generator[tuple[bytes, int, float, bytes], None, None]:
        """One posting without frequency or position per distinct id."""
        for term in set(value):
            yield term.encode(), 1, 1.0, b""


def facet_field(facet: str) -> str:
    """The field that holds a facet's term ids."""
    return f"facet{facet}"


@cache
def schema() -> fields.Schema:
    """The one schema of every room.

    ``shown`` is stored (sealed like all the rest) to draw hits and snippets from.
    """
    kinds: dict[str, fields.FieldType] = {name: Words() for name in WORDS}
    kinds |= {facet_field(facet): Terms() for facet in FACETS}
    kinds |= {
        RECORD: Terms(),
        CARD: fields.COLUMN(bytes_column()),
        LABELS: fields.COLUMN(bytes_column()),
    }
    return fields.Schema(**kinds, **{SHOWN: fields.STORED()})


@cache
def engine() -> Engine:
    """Whoosh for indexes of this schema.

    The index name changes with the schema: an older index is then rebuilt.
    """
    return Engine(schema(), INDEX_NAME)


@dataclass(frozen=True, slots=True)
class Card:
    """What is kept in memory of every indexed record: enough to count, filter and sort without opening its
    texts.
    """

    record: UUID
    body: UUID
    code: str
    earliest: str
    latest: str
    not_after: date | None


def values(document: IndexDocument) -> dict[str, Any]:
    """The field values of a document, as Whoosh's ``add_document`` takes them."""
    earliest, latest = _span(document)
    ends = document.not_after.isoformat() if document.not_after else ""
    card = [document.record.hex, document.body.hex, document.code, earliest, latest, ends]
    own = {
        term: [
            dict(document.labels.get(term, {})),
            document.broader.get(term),
            list(document.aliases.get(term, ())),
        ]
        for term in (*document.labels, *document.broader, *document.aliases)
    }
    tagged = {facet: _distinct(document.facets.get(facet, ())) for facet in FACETS}
    # The kind is a facet of every record, whether or not the caller repeats it among the facets.
    tagged["kind"] = tagged["kind"] or ((document.kind,) if document.kind else ())
    shown = {
        "title": document.title,
        "kind": document.kind,
        "texts": [(text.lang, text.text) for text in document.texts],
        "note": document.note,
        "facets": {facet: terms for facet, terms in tagged.items() if terms},
    }
    return {
        TEXT: BREAK.join(text.text for text in document.texts),
        TITLE: document.title,
        NAME: BREAK.join(_distinct(document.names)),
        **{facet_field(facet): terms for facet, terms in tagged.items() if terms},
        RECORD: [document.record.hex],
        CARD: json.dumps(card).encode(),
        LABELS: json.dumps(own).encode() if own else b"",
        SHOWN: shown,
    }


def card(stored: bytes) -> Card:
    """Read back what `values` wrote into the column ``card``."""
    record, body, code, earliest, latest, ends = json.loads(stored)
    not_after = date.fromisoformat(ends) if ends else None
    return Card(UUID(hex=record), UUID(hex=body), code, earliest, latest, not_after)


def _span(document: IndexDocument) -> tuple[str, str]:
    if document.collected:
        return document.collected
    years = sorted(year for year in document.facets.get("year", ()) if year)
    return (years[0], years[-1]) if years else ("", "")


def _distinct(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(terms))
