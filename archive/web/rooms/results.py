"""Knows how an answer to a search becomes a page: hits, facets as trees, filters as chips.
Must not know how the answer was found; it shows nothing that is not in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from archive.domain.searching import HOWS, FacetCount, Hit, How, SearchQuery, SearchResult
from archive.text.fold import fold
from archive.text.scripts import direction
from archive.web.presenting import Said, facet, ours, tag, term, theirs

SHOWN: Final = 10
_OFFERED: Final = ("place", "facility", "abuse", "ethnic", "goods", "subject")
_MOST_OFFERED: Final = 300
_ORDER: Final = ("place", "facility", "abuse", "year", "lang", "ethnic", "goods", "subject", "kind")

_HOWS: Final[dict[How, Any]] = {
    "exact": _l("as typed"),
    "spelling": _l("in another script, spelling or name"),
    "form": _l("another form of the words"),
    "sound": _l("sounds alike"),
    "part": _l("some of the words"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One hit."""

    record: UUID
    code: str
    title: Said
    kind: Said
    snippet: tuple[tuple[str, bool], ...]
    lang: str
    dir: str
    note: tuple[Said, ...]
    how: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that applies, or a facet's value that could. ``value`` is what its button sends."""

    value: str
    facet: str
    label: Said
    count: int = 0
    chosen: bool = False
    depth: int = 0
    facet_id: str = ""


@dataclass(frozen=True, slots=True)
class FacetBox:
    """A facet with the values shown at first, and how many there are in all."""

    id: str
    name: str
    values: tuple[Chip, ...]
    all: int


def cards(result: SearchResult) -> list[Card]:
    return [_card(hit) for hit in result.hits]


def ways(result: SearchResult) -> list[tuple[str, int]]:
    """How many records were found in which way, where it is not all by the words as typed."""
    found = [(how, result.hows.get(how, 0)) for how in HOWS]
    return [(str(_HOWS[how]), count) for how, count in found if count] if found[0][1] != result.total else []


def known(result: SearchResult) -> list[str]:
    """Names to offer while somebody types: what the records found are tagged with, the commonest first."""
    counted = sorted(
        (
            (-count.count, tag(name, count.term, dict(count.labels)).text)
            for name in _OFFERED
            for count in result.facets.get(name, ())
        ),
    )
    return list(dict.fromkeys(label for _count, label in counted))[:_MOST_OFFERED]


def chips(query: SearchQuery, result: SearchResult) -> list[Chip]:
    """The filters that apply, each with the button that drops it."""
    known = {(name, count.term): count for name, counts in result.facets.items() for count in counts}
    listed = [
        Chip(
            f"{name}:{value}", facet(name), tag(name, value, _labels(known.get((name, value)))), facet_id=name
        )
        for name, values in query.filters.items()
        for value in values
    ]
    if query.date_from:
        listed.append(Chip("from:", _("From"), theirs(query.date_from)))
    if query.date_to:
        listed.append(Chip("to:", _("To"), theirs(query.date_to)))
    return listed


def boxes(query: SearchQuery, result: SearchResult) -> list[FacetBox]:
    """The facets beside the hits: the top of each tree, open where a filter has opened it."""
    found = []
    for name in _ORDER:
        counts = result.facets.get(name, ())
        if counts:
            chosen = frozenset(query.filters.get(name, ()))
            top = tuple(_opened(name, counts, chosen))
            found.append(FacetBox(name, facet(name), top[:SHOWN], len(counts)))
    return found


def everything(name: str, query: SearchQuery, result: SearchResult, typed: str = "") -> FacetBox:
    """All values of one facet as a tree; with ``typed``, those whose label holds it, flat."""
    counts = result.facets.get(name, ())
    chosen = frozenset(query.filters.get(name, ()))
    listed = tuple(_tree(name, counts, chosen))
    if wanted := fold(typed.strip()):
        listed = tuple(chip for chip in listed if wanted in fold(chip.label.text))
    return FacetBox(name, facet(name), listed, len(counts))


def _card(hit: Hit) -> Card:
    return Card(
        record=hit.record,
        code=hit.code,
        title=theirs(hit.title),
        kind=tag("kind", hit.kind),
        snippet=hit.snippet,
        lang=hit.lang,
        dir=direction(hit.lang),
        note=tuple(term("content-notes", id) for id in hit.note),
        how=str(_HOWS[hit.how]) if hit.how != "exact" else "",
    )


def _opened(name: str, counts: Sequence[FacetCount], chosen: frozenset[str]) -> Iterator[Chip]:
    """The roots; below a chosen term, or where there is nothing else to choose, the level under it too."""
    levels = _levels(counts)

    def walk(above: str | None, depth: int) -> Iterator[Chip]:
        here = levels.get(above, ())
        for count in _ordered(name, here):
            yield _chip(name, count, chosen, depth)
            if count.term in chosen or len(here) == 1 or _below(levels, count.term) & chosen:
                yield from walk(count.term, depth + 1)

    return walk(None, 0)


def _tree(name: str, counts: Sequence[FacetCount], chosen: frozenset[str]) -> Iterator[Chip]:
    levels = _levels(counts)

    def walk(above: str | None, depth: int) -> Iterator[Chip]:
        for count in _ordered(name, levels.get(above, ())):
            yield _chip(name, count, chosen, depth)
            yield from walk(count.term, depth + 1)

    return walk(None, 0)


def _levels(counts: Sequence[FacetCount]) -> dict[str | None, list[FacetCount]]:
    present = {count.term for count in counts}
    levels: dict[str | None, list[FacetCount]] = {}
    for count in counts:
        levels.setdefault(count.broader if count.broader in present else None, []).append(count)
    return levels


def _below(levels: dict[str | None, list[FacetCount]], term: str) -> set[str]:
    found: set[str] = set()
    for count in levels.get(term, ()):
        found |= {count.term} | _below(levels, count.term)
    return found


def _ordered(name: str, counts: Sequence[FacetCount]) -> list[FacetCount]:
    if name == "year":
        return sorted(counts, key=lambda count: count.term)
    return sorted(counts, key=lambda count: -count.count)


def _chip(name: str, count: FacetCount, chosen: frozenset[str], depth: int) -> Chip:
    label = ours(count.term) if name == "year" else tag(name, count.term, count.labels)
    return Chip(f"{name}:{count.term}", facet(name), label, count.count, count.term in chosen, depth)


def _labels(count: FacetCount | None) -> dict[str, str]:
    return dict(count.labels) if count else {}
