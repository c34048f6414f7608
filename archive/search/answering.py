"""Knows how a query becomes an answer: matches, filters, order, page, facet counts and snippets.
Must not know disk, keys or writing.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from archive.domain.searching import LARGEST_PAGE, FacetCount, Hit, SearchQuery, SearchResult
from archive.search import querylang, snippets
from archive.search.facets import Tags
from archive.search.matching import Matching
from archive.search.schema import Card
from archive.search.snapshot import Scores, Snapshot, as_set

_KEPT_ANSWERS: Final = 16


@dataclass(frozen=True, slots=True)
class _Answer:
    """Everything of an answer that does not depend on the page."""

    ordered: tuple[int, ...]
    scores: Scores
    facets: dict[str, tuple[FacetCount, ...]]
    marker: snippets.Marker
    cut: bool
    problem: str | None


class Answering:
    """Answers queries from one snapshot; keeps the last few so that turning a page costs only that page."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._kept: OrderedDict[object, _Answer] = OrderedDict()
        self.tags = Tags(snapshot)

    def search(self, query: SearchQuery) -> SearchResult:
        """Never raises for what was typed. Ties are broken by code, so pages neither repeat nor lose a
        record.

        A page beyond the last one shows the last. Cost: postings of the words, plus about a millisecond a
        page.
        """
        answer = self._answer(query)
        size = min(max(query.size, 1), LARGEST_PAGE)
        total = len(answer.ordered)
        pages = max(1, math.ceil(total / size))
        page = min(max(query.page, 1), pages)
        shown = answer.ordered[(page - 1) * size : page * size]
        hits = tuple(self._hit(number, answer) for number in shown)
        return SearchResult(total, hits, answer.facets, page, pages, answer.cut, answer.problem)

    def _answer(self, query: SearchQuery) -> _Answer:
        filters = tuple(sorted((facet, tuple(terms)) for facet, terms in query.filters.items()))
        key = replace(query, filters=dict(filters), page=1, size=1).__repr__()
        if known := self._kept.get(key):
            self._kept.move_to_end(key)
            return known
        self._kept[key] = answer = self._answered(query)
        if len(self._kept) > _KEPT_ANSWERS:
            self._kept.popitem(last=False)
        return answer

    def _answered(self, query: SearchQuery) -> _Answer:
        reading = querylang.read(query.text)
        matching = Matching(self._snapshot, self.tags)
        scores = matching.scores(reading.node)
        matches = as_set(scores) & self._allowed(query, matching)
        found = {number: score for number, score in scores.items() if matches >> number & 1}
        newest = query.sort == "relevance" and not any(found.values())
        return _Answer(
            ordered=tuple(_ordered(found, self._snapshot.cards, "newest" if newest else query.sort)),
            scores=found,
            facets=self.tags.counts(matches),
            marker=snippets.Marker.of(reading.node, matching.expanded),
            cut=reading.cut or matching.cut,
            problem=reading.problem,
        )

    def _allowed(self, query: SearchQuery, matching: Matching) -> int:
        allowed = self._snapshot.everything()
        for facet, terms in query.filters.items():
            if terms:
                allowed &= self.tags.bearing(facet, terms)
        if query.date_from or query.date_to:
            allowed &= as_set(matching.overlapping(query.date_from, query.date_to))
        return allowed

    def _hit(self, number: int, answer: _Answer) -> Hit:
        card, shown = self._snapshot.cards[number], self._snapshot.shown(number)
        lang, snippet = snippets.cut(shown["texts"], answer.marker)
        facets = {facet: tuple(terms) for facet, terms in shown["facets"].items()}
        return Hit(
            record=card.record,
            body=card.body,
            code=card.code,
            title=shown["title"],
            kind=shown["kind"],
            lang=lang,
            snippet=snippet,
            note=tuple(shown["note"]),
            score=round(answer.scores[number], 6),
            facets=facets,
        )


def _ordered(found: Scores, cards: dict[int, Card], sort: str) -> Iterable[int]:
    by_code = sorted(found, key=lambda number: (cards[number].code, cards[number].record))
    match sort:
        case "code":
            return by_code
        case "newest":
            return sorted(by_code, key=lambda number: cards[number].latest, reverse=True)
        case "oldest":
            return sorted(by_code, key=lambda number: cards[number].earliest or "9999")
        case _:
            return sorted(by_code, key=lambda number: -round(found[number], 6))
