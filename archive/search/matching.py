"""Knows how a query tree is answered from one snapshot: which documents match, and how well.
Must not know seals, disk or how hits are shown.

Whoosh gives the postings and scores of single words; everything above them is plain set arithmetic here.
That is why no query of Whoosh is ever built: its AndNot loses documents and breaks, its phrase and union
matchers have no part in this.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, assert_never

from archive.search import querylang as q
from archive.search.facets import Tags
from archive.search.schema import NAME, TEXT, TITLE
from archive.search.snapshot import Scores, Snapshot

BOOST: Final = {TEXT: 1.0, TITLE: 2.5, NAME: 1.5}
_CODE_SCORE: Final = 100.0
MOST_EXPANDED: Final = 64
MOST_EXPANSIONS: Final = 512
MOST_LOOKED_AT: Final = 50_000


class Matching:
    """Answers trees over one snapshot.

    ``cut`` turns true when a prefix had more words than the limits allow.
    """

    def __init__(self, snapshot: Snapshot, tags: Tags) -> None:
        self._snapshot = snapshot
        self._tags = tags
        self._expansions = MOST_EXPANSIONS
        self._looks = MOST_LOOKED_AT
        self._begun: dict[q.Beginning, Scores] = {}
        self.cut = False
        self.expanded: dict[q.Beginning, tuple[str, ...]] = {}

    def scores(self, node: q.Node) -> Scores:
        """Document to score of every match: BM25 summed over fields and words; tags and dates add nothing.

        O(postings).
        """
        match node:
            case q.Word(word, fields):
                return self._word(word, fields)
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
                unwanted = self.scores(inner)
                return {number: 0.0 for number in self._snapshot.cards if number not in unwanted}
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

    def _word(self, word: str, fields: Iterable[str]) -> Scores:
        return summed(_boosted(self._snapshot.scores(name, word), BOOST[name]) for name in fields)

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
        if len(code) < q.SHORTEST_PREFIX:
            return []
        codes = ((number, q.normal_code(card.code)) for number, card in self._snapshot.cards.items())
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
