"""Knows how a query tree is answered from one snapshot: which documents match, and how well.
Must not know seals, disk or how hits are shown.

Whoosh gives the postings and scores of single words; everything above them is plain set arithmetic here.
That is why no query of Whoosh is ever built: its AndNot loses documents and breaks, its phrase and union
matchers have no part in this.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final, assert_never

from archive.domain.searching import HOWS
from archive.search import tree as q
from archive.search.analysis import ends_in_han
from archive.search.facets import Tags
from archive.search.leaves import SHORTEST_PREFIX, normal_code
from archive.search.schema import TEXT, TITLE
from archive.search.snapshot import Scores, Snapshot
from archive.search.wording import BOOST, Allowed, Ways, Wording, weighed

_CODE_SCORE: Final = 100.0
_TAG_SCORE: Final = 5.0
FEW: Final = 10
SHARE: Final = 0.1
_LEAST_SURE: Final = len(HOWS) - 2  # by its sound; after that there is only a part of the words
MOST_EXPANDED: Final = 64
MOST_EXPANSIONS: Final = 512
MOST_LOOKED_AT: Final = 50_000


class Matching:
    """Answers trees over one snapshot.

    ``cut`` turns true when a prefix had more words than the limits allow.
    """

    def __init__(self, snapshot: Snapshot, tags: Tags, allowed: Allowed) -> None:
        self._snapshot = snapshot
        self.wording = Wording(snapshot, allowed)
        self._ways: dict[tuple[q.Word | q.Sounding, str], Ways] = {}
        self._tags = tags
        self._expansions = MOST_EXPANSIONS
        self._looks = MOST_LOOKED_AT
        self._begun: dict[q.Beginning, Scores] = {}
        self.cut = False
        self.expanded: dict[q.Beginning, tuple[str, ...]] = {}

    def scores(self, node: q.Node) -> Scores:  # noqa: C901 - one arm a kind of node
        """Document to score of every match: BM25 summed over fields and words; tags and dates add nothing.

        O(postings).
        """
        match node:
            case q.Word() | q.Sounding():
                return weighed(self._in_ways(node))
            case q.Some(nodes):
                return self._some(nodes)
            case q.Known():
                return self._known(node)
            case q.Phrase(words, fields):
                return self._phrase(words, fields)
            case q.Beginning():
                return self._beginning(node)
            case q.Code(code, whole):
                return dict.fromkeys(self._coded(code, whole=whole), _CODE_SCORE)
            case q.Tagged(facet, value, beginning):
                terms = self._tags.meant(facet, value, beginning=beginning)
                return dict.fromkeys(members(self._tags.bearing(facet, terms)), 0.0)
            case q.Years(first, last):
                return dict.fromkeys(self.overlapping(first, last), 0.0)
            case q.Not(inner):
                return dict.fromkeys(self._snapshot.cards.keys() - self.scores(inner).keys(), 0.0)
            case q.All(nodes):
                return self._all(nodes)
            case q.Either(nodes):
                return summed(map(self.scores, nodes))
            case _:
                assert_never(node)

    def overlapping(self, first: str | None, last: str | None) -> list[int]:
        """Documents whose dates overlap ``first`` to ``last`` (years, months or days; None leaves that side
        open).
        """
        low, high = first or "", _end(last) if last else "9999-12-31"
        return [
            number
            for number, card in self._snapshot.cards.items()
            if card.latest and _end(card.latest) >= _start(low) and _start(card.earliest) <= high
        ]

    def within(self, node: q.Node, tier: int) -> set[int]:
        """The documents that match without any way less sure than ``tier``, a place in `HOWS`; O(matches)."""
        match node:
            case q.Word() | q.Sounding():
                return set().union(*self._in_ways(node).tiers()[: tier + 1])
            case q.Known():
                return set(self._known(node)) if tier else set()
            case q.All(nodes) | q.Some(nodes) if nodes:
                return set.intersection(*(self.within(inner, tier) for inner in nodes))
            case q.Either(nodes):
                return set().union(*(self.within(inner, tier) for inner in nodes))
            case _:
                return set(self.scores(node))

    def missing(self, node: q.Node) -> list[q.Word]:
        """The words of a query that no record holds in any way that was asked for."""
        words = [leaf for leaf in q.leaves(node) if isinstance(leaf, q.Word)]
        return [word for word in words if not any(self._in_ways(word).tiers())]

    def _known(self, node: q.Known) -> Scores:
        """By a tag, or by another name in the text; a tag says more than a name."""
        tagged = (members(self._tags.bearing(facet, [term])) for facet, term in node.terms)
        by_tag = [dict.fromkeys(numbers, _TAG_SCORE) for numbers in tagged]
        return summed([*by_tag, *(self._phrase(_in_pairs(name), (TEXT, TITLE)) for name in node.names)])

    def _in_ways(self, node: q.Word | q.Sounding) -> Ways:
        key = (node, node.written)
        if key not in self._ways:
            self._ways[key] = (
                self.wording.ways(node.word, node.written, node.fields, alone=node.alone)
                if isinstance(node, q.Word)
                else self.wording.sounding(node.written, asked=node.asked)
            )
        return self._ways[key]

    def _some(self, nodes: tuple[q.Node, ...]) -> Scores:
        """What has every part; where that is little, what has the weightier part too, a rare word weighing more."""
        found = [(scores, self._snapshot.rarity(len(scores))) for scores in map(self.scores, nodes) if scores]
        total = summed(scores for scores, _weight in found)
        complete = set.intersection(*(self.within(node, _LEAST_SURE) for node in nodes))
        if len(complete) >= FEW:
            return {number: total[number] for number in complete}
        weights: Scores = {}
        for scores, weight in found:
            for number in scores:
                weights[number] = weights.get(number, 0.0) + weight
        enough = SHARE * sum(weight for _scores, weight in found)
        return {
            number: score
            for number, score in total.items()
            if number in complete or weights[number] >= enough
        }

    def _phrase(self, words: tuple[str, ...], fields: tuple[str, ...]) -> Scores:
        return summed(self._phrase_in(name, words) for name in fields)

    def _phrase_in(self, name: str, words: tuple[str, ...]) -> Scores:
        distinct = {word: self._snapshot.scores(name, word) for word in words}
        rarest_first = sorted(distinct.values(), key=len)
        among = set(rarest_first[0])
        for scores in rarest_first[1:]:
            among &= scores.keys()
        if not among:
            return {}
        places = {word: self._snapshot.positions(name, word, among) for word in distinct}
        found: Scores = {}
        for number in among:
            starts = set(places[words[0]][number])
            for step, word in enumerate(words[1:], 1):
                starts &= {place - step for place in places[word][number]}
                if not starts:
                    break
            if starts:
                found[number] = BOOST[name] * sum(scores[number] for scores in distinct.values())
        return found

    def _beginning(self, node: q.Beginning) -> Scores:
        if node in self._begun:
            return self._begun[node]
        words: dict[str, None] = {}
        found: list[Scores] = []
        for name in node.fields:
            most = min(MOST_EXPANDED, self._expansions)
            expanded, looked_at = self._snapshot.words_beginning(name, node.prefix, most + 1, self._looks)
            self.cut |= len(expanded) > most or looked_at == self._looks
            expanded = expanded[:most]
            self._looks -= looked_at
            self._expansions -= len(expanded)
            words |= dict.fromkeys(expanded)
            found.extend(_boosted(self._snapshot.scores(name, word), BOOST[name]) for word in expanded)
        self.expanded[node] = tuple(words)
        self._begun[node] = summed(found)
        return self._begun[node]

    def _coded(self, code: str, *, whole: bool) -> list[int]:
        if len(code) < SHORTEST_PREFIX:
            return []
        codes = ((number, normal_code(card.code)) for number, card in self._snapshot.cards.items())
        return [number for number, other in codes if other == code or (not whole and other.startswith(code))]

    def _all(self, nodes: tuple[q.Node, ...]) -> Scores:
        wanted = [node for node in nodes if not isinstance(node, q.Not)]
        unwanted = [node.node for node in nodes if isinstance(node, q.Not)]
        found: Scores | None = None
        for node in wanted:
            scores = self.scores(node)
            found = scores if found is None else _both(found, scores)
            if not found:
                return {}
        if found is None:
            found = dict.fromkeys(self._snapshot.cards, 0.0)
        for refused in unwanted:
            without = self.scores(refused)
            found = {number: score for number, score in found.items() if number not in without}
        return found


def summed(parts: Iterable[Scores]) -> Scores:
    """The union of several answers, scores added."""
    total: Scores = {}
    for part in parts:
        if not total:
            total = dict(part)
            continue
        for number, score in part.items():
            total[number] = total.get(number, 0.0) + score
    return total


def members(bits: int) -> list[int]:
    """The document numbers of a set, ascending; O(size of the set in bytes + members)."""
    return [
        index * 8 + bit
        for index, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little"))
        if byte
        for bit in range(8)
        if byte >> bit & 1
    ]


def _in_pairs(name: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a name as a phrase has them: of a run of Han its pairs."""
    if len(name) == 1 and ends_in_han(name[0]) and len(name[0]) > 1:
        return tuple(first + second for first, second in pairwise(name[0]))
    return name


def _boosted(scores: Scores, boost: float) -> Scores:
    return scores if boost == 1.0 else {number: score * boost for number, score in scores.items()}


def _both(one: Scores, other: Scores) -> Scores:
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return {number: score + large[number] for number, score in small.items() if number in large}


def _start(date: str) -> str:
    return date + "0000-01-01"[len(date) :]


def _end(date: str) -> str:
    # Compared as text only, so that the 31st of any month will do.
    return date + "9999-12-31"[len(date) :]
