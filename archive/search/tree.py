"""Knows what a query is once it has been read: a tree of words, phrases, tags and dates.
Must not know how it was typed, nor how it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from archive.search.schema import WORDS


@dataclass(frozen=True, slots=True)
class Word:
    """One word in any of ``fields``, and unless it was quoted, in every way that it may be written or inflected.

    ``written`` is the word as typed; ``alone`` says that it was the whole query, and not one of a sentence.
    """

    word: str
    fields: tuple[str, ...] = WORDS
    written: str = field(default="", compare=False)
    alone: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words at consecutive positions of one field."""

    words: tuple[str, ...]
    fields: tuple[str, ...] = WORDS


@dataclass(frozen=True, slots=True)
class Sounding:
    """Any word that sounds like this one; ``asked`` says that the person wished so."""

    written: str
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Some:
    """Every one of ``nodes``; where few records have all, those that have the weightier part of them as well."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What this room tags with ``terms`` (facet, term), or calls by one of their other ``names``."""

    terms: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Beginning:
    """Any word that begins so."""

    prefix: str
    fields: tuple[str, ...] = WORDS


@dataclass(frozen=True, slots=True)
class Code:
    """A record's code, whole or its beginning, without case and hyphens."""

    code: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag of one facet, named as a person typed it."""

    facet: str
    value: str
    beginning: bool = False


@dataclass(frozen=True, slots=True)
class Years:
    """Dates that overlap ``first`` to ``last``, each a year, a month or a day; an empty one leaves its side open."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but."""

    node: Node


@dataclass(frozen=True, slots=True)
class All:
    """Every one of ``nodes``; without any: every record."""

    nodes: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of ``nodes``; without any: no record."""

    nodes: tuple[Node, ...] = ()


Node = Word | Phrase | Sounding | Some | Known | Beginning | Code | Tagged | Years | Not | All | Either


def leaves(node: Node) -> Iterator[Node]:
    """What a tree asks for, without what it asks to be absent."""
    match node:
        case All(nodes) | Either(nodes) | Some(nodes):
            for inner in nodes:
                yield from leaves(inner)
        case Not():
            return
        case _:
            yield node
