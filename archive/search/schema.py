"""Knows the fields of an index and how a document becomes their values.
Must not know where files lie, how they are sealed or what is asked of them.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Final
from uuid import UUID

from whoosh import fields
from whoosh.analysis.tokenizers import IDTokenizer
from whoosh.formats import Positions
from whoosh.system import pack_uint

from archive.domain.searching import FACETS, IndexDocument
from archive.search import reading
from archive.search.engine import Engine, bytes_column
from archive.search.reading import Read
from archive.text.alphabets import edition
from archive.text.scripts import detect

# Changes with the analysis, its tables and the fields: an index of another name is made anew, never misread.
INDEX_NAME: Final = f"ROOM3{edition()}"

TEXT, TITLE, NAME = "text", "title", "name"
WORDS: Final = (TEXT, TITLE, NAME)
LATIN, FORM, SOUND = "latin", "form", "sound"
_TITLE_WEIGHT: Final = 2
RECORD, CARD, LABELS, SHOWN = "record", "card", "labels", "shown"


class Words(fields.TEXT):
    """Words with the places where they stand; cut by `archive.search.reading` instead of Whoosh's token objects."""

    def __init__(self) -> None:
        super().__init__(analyzer=IDTokenizer())

    def index(
        self, value: Mapping[str, list[int]], **_options: object
    ) -> Generator[tuple[bytes, int, float, bytes], None, None]:
        """(word, frequency, weight, positions) of each word."""
        encode = Positions().encode
        for word, positions in value.items():
            often = len(positions)
            yield word.encode(), often, float(often), encode(positions) if often > 1 else _once(positions[0])


class Keys(fields.TEXT):
    """What words are found by beside their letters, and how often; no places, for no phrase asks for it."""

    def __init__(self) -> None:
        super().__init__(analyzer=IDTokenizer(), phrase=False)

    def index(
        self, value: Mapping[str, int], **_options: object
    ) -> Generator[tuple[bytes, int, float, bytes], None, None]:
        """(key, frequency, weight, frequency as kept) of each key."""
        for key, often in value.items():
            yield key.encode(), often, float(often), pack_uint(often)


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
    kinds |= {name: Keys() for name in (LATIN, FORM, SOUND)}
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
        **_found_by(document),
        **{facet_field(facet): terms for facet, terms in tagged.items() if terms},
        RECORD: [document.record.hex],
        CARD: json.dumps(card).encode(),
        LABELS: json.dumps(own).encode() if own else b"",
        SHOWN: shown,
    }


def _found_by(document: IndexDocument) -> dict[str, Any]:
    """The values of the fields of words: of texts, title and names apart, and of all of them together."""
    texts = [(reading.language(text.text, text.lang), reading.clean(text.text)) for text in document.texts]
    title = reading.clean(document.title)
    spoken = _title_language(title, [lang for lang, _text in texts])
    names = [(detect(name).lang, reading.clean(name)) for name in _distinct(document.names)]
    parts: dict[str, Iterator[tuple[Read, int]]] = {
        TEXT: reading.texts(texts),
        TITLE: reading.texts([(spoken, title)]),
        NAME: reading.texts(names, names=True),
    }
    found: dict[str, Any] = {}
    keys: dict[str, Counter[str]] = {name: Counter() for name in (LATIN, FORM, SOUND)}
    for field, words in parts.items():
        weight = _TITLE_WEIGHT if field == TITLE else 1
        places: dict[str, list[int]] = defaultdict(list)
        for read, place in words:
            for word, offset in read.words:
                places[word].append(place + offset)
            for name, of_word in ((LATIN, read.latin), (FORM, read.forms), (SOUND, read.sounds)):
                for key in of_word:
                    keys[name][key] += weight
        if places:
            found[field] = places
    return found | {name: counted for name, counted in keys.items() if counted}


def _title_language(title: str, spoken: list[str]) -> str:
    """A title is in the language of a text, if its letters are: a few words alone tell little."""
    fitting = (lang for lang in spoken if reading.language_of(title, lang) == lang.partition("-")[0])
    return next(fitting, detect(title).lang)


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
