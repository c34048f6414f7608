"""Knows how a query becomes an answer: matches, filters, order, page, facet counts and snippets.
Must not know disk, keys or writing.
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from archive.domain.searching import HOWS, LARGEST_PAGE, FacetCount, Hit, How, SearchQuery, SearchResult
from archive.search import correcting, querylang, snippets
from archive.search.facets import Tags
from archive.search.matching import Matching
from archive.search.schema import Card
from archive.search.snapshot import Scores, Snapshot, as_set
from archive.search.tree import All, Either, Node, Not, Phrase, Sounding, Word, leaves
from archive.search.wording import Allowed

_KEPT_ANSWERS: Final = 16


@dataclass(frozen=True, slots=True)
class _Answer:
    """Everything of an answer that does not depend on the page."""

    ordered: tuple[int, ...]
    scores: Scores
    tiers: Mapping[int, int]
    facets: dict[str, tuple[FacetCount, ...]]
    marker: snippets.Marker
    cut: bool
    problem: str | None
    meant: str | None


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
        hows: Counter[How] = Counter(HOWS[tier] for tier in answer.tiers.values())
        return SearchResult(
            total, hits, answer.facets, page, pages, answer.cut, answer.problem, dict(hows), answer.meant
        )

    def ranking(self, query: SearchQuery) -> tuple[UUID, ...]:
        """The records of every page of the answer, in order, without what only a page needs."""
        return tuple(self._snapshot.cards[number].record for number in self._answer(query).ordered)

    def _answer(self, query: SearchQuery) -> _Answer:
        filters = tuple(sorted((facet, tuple(terms)) for facet, terms in query.filters.items()))
        key = replace(query, filters=dict(filters), page=1, size=1).__repr__()
        if known := self._kept.get(key):
            self._kept.move_to_end(key)
            return known
        answer = self._answered(query, querylang.read(query.text))
        if not answer.ordered and (loosely := querylang.loosely(query.text)):
            answer = self._answered(query, loosely)
        self._kept[key] = answer
        if len(self._kept) > _KEPT_ANSWERS:
            self._kept.popitem(last=False)
        return answer

    def _answered(self, query: SearchQuery, reading: querylang.Reading) -> _Answer:
        matching = Matching(self._snapshot, self.tags, Allowed(query.forms, query.sounds))
        known = self.tags.known(query.text) if query.forms and _is_plain(reading.node, query.text) else None
        node = Either((reading.node, known)) if known else reading.node
        scores = matching.scores(node)
        matches = as_set(scores) & self._allowed(query, matching)
        found = {number: score for number, score in scores.items() if matches >> number & 1}
        tiers = _tiers(matching, node, found)
        newest = query.sort == "relevance" and not any(found.values())
        return _Answer(
            ordered=tuple(_ordered(found, tiers, self._snapshot.cards, "newest" if newest else query.sort)),
            scores=found,
            tiers=tiers,
            facets=self.tags.counts(matches),
            marker=snippets.Marker.of(node, matching.expanded, matching.wording.sought),
            cut=reading.cut or matching.cut or matching.wording.cut,
            problem=reading.problem,
            meant=correcting.meant(self._snapshot, query.text, matching.missing(reading.node)),
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
            how=HOWS[answer.tiers[number]],
        )


def _is_plain(node: Node, typed: str) -> bool:
    """Whether a query is words and nothing else, so that it may be a name as it stands."""
    bare = not any(mark in typed for mark in '"“”„«»:*~()')
    return (
        bare
        and all(isinstance(one, Word | Phrase | Sounding) for one in leaves(node))
        and not isinstance(node, All | Not)
    )


def _tiers(matching: Matching, node: Node, found: Scores) -> dict[int, int]:
    """Document to the place in `HOWS` of the surest way in which all of the query is met."""
    tiers = dict.fromkeys(found, len(HOWS) - 1)
    for tier in range(len(HOWS) - 2, -1, -1):
        for number in matching.within(node, tier):
            if number in tiers:
                tiers[number] = tier
    return tiers


def _ordered(found: Scores, tiers: Mapping[int, int], cards: dict[int, Card], sort: str) -> Iterable[int]:
    by_code = sorted(found, key=lambda number: (cards[number].code, cards[number].record))
    match sort:
        case "code":
            return by_code
        case "newest":
            return sorted(by_code, key=lambda number: cards[number].latest, reverse=True)
        case "oldest":
            return sorted(by_code, key=lambda number: cards[number].earliest or "9999")
        case _:
            return sorted(by_code, key=lambda number: (tiers[number], -round(found[number], 6)))
