"""Knows one committed state of a room's index, opened for reading: cards, postings, facet sets, stored texts.
Must not know the query language, disk or keys; it never changes and never sees another room.
"""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple
from uuid import UUID

from archive.domain.searching import Indexed
from archive.search.engine import Matcher, Reader, postings
from archive.search.schema import CARD, LABELS, SHOWN, Card, card, engine, facet_field
from archive.search.sealed_storage import SealedStorage

_CACHED_POSTINGS: Final = 512

Scores = dict[int, float]
Positions = dict[int, list[int]]


class OwnTerm(NamedTuple):
    """A term that is not built in: labels by language, the term above it, other names."""

    labels: dict[str, str]
    above: str | None
    aliases: frozenset[str]


UNNAMED: Final = OwnTerm({}, None, frozenset())


class Snapshot:
    """A fresh searcher over one state (never ``refresh()``, which lets deleted records live on). Not
    thread-safe.

    Opening costs a read of every card: about 10 µs a record. ``close`` drops all text from memory.
    """

    def __init__(self, storage: SealedStorage) -> None:
        self.storage = storage
        self._searcher = engine().searcher(storage, name_B=0.3, title_B=0.3)
        self._all = self._searcher.doc_count_all()
        self._leaves = self._searcher.leaf_searchers() if self._all else []
        self.cards: dict[int, Card] = dict(self._read_cards())
        self._facets: dict[str, dict[str, int]] = {}
        self._own: dict[str, OwnTerm] | None = None
        self._scores: OrderedDict[tuple[str, str], Scores] = OrderedDict()
        self._everything: int | None = None

    def close(self) -> None:
        """Drop every byte of text and every posting."""
        self._searcher.close()
        self._leaves, self.cards, self._facets, self._own = [], {}, {}, None
        self._scores.clear()
        self.storage.files.clear()

    def records(self) -> Mapping[UUID, Indexed]:
        """Record id to what is indexed of it."""
        return {found.record: Indexed(found.body, found.not_after) for found in self.cards.values()}

    def everything(self) -> int:
        """The set of all documents.

        Sets are ints, bit n for document n: intersecting and counting are one machine loop.
        """
        if self._everything is None:
            self._everything = as_set(self.cards)
        return self._everything

    def languages(self) -> tuple[str, ...]:
        """The languages that texts of this room are in, by the first part of their tags."""
        return tuple(sorted({tag.partition("-")[0] for tag in self.facet("lang")}))

    def scores(self, field: str, word: str) -> Scores:
        """Document to BM25 score of one word in one field (statistics of this room alone).

        Cached; O(postings).
        """
        key = (field, word)
        if (known := self._scores.get(key)) is not None:
            self._scores.move_to_end(key)
            return known
        found: Scores = {}
        for leaf, offset, matcher in self._matchers(field, word):
            while matcher.is_active():
                if not leaf.is_deleted(matcher.id()):
                    found[matcher.id() + offset] = matcher.score()
                matcher.next()
        self._scores[key] = found = self._weighed(found)
        if len(self._scores) > _CACHED_POSTINGS:
            self._scores.popitem(last=False)
        return found

    def _weighed(self, scores: Scores) -> Scores:
        """The scores with the weight of a rare word that Robertson and Lucene give it, and that Whoosh flattens.

        Whoosh: log(records / (holding + 1)) + 1, so that a word of every record still weighs 1.
        """
        given = math.log(max(self._all, 1) / (len(scores) + 1)) + 1
        if given <= 0:
            return scores
        better = self.rarity(len(scores)) / given
        return {number: score * better for number, score in scores.items()}

    def rarity(self, holding: int) -> float:
        """How much a word weighs that so many records hold."""
        return math.log(1 + (len(self.cards) - holding + 0.5) / (holding + 0.5))

    def positions(self, field: str, word: str, among: Iterable[int]) -> Positions:
        """Document to the ascending positions of ``word``, for the documents ``among`` only. O(postings)."""
        wanted = set(among)
        found: Positions = {}
        for _leaf, offset, matcher in self._matchers(field, word):
            while matcher.is_active():
                if matcher.id() + offset in wanted:
                    found[matcher.id() + offset] = matcher.value_as("positions")
                matcher.next()
        return found

    def words_beginning(self, field: str, prefix: str, most: int, looked_at: int) -> tuple[list[str], int]:
        """The ``most`` words that begin so and stand in the most records, and how many were looked at.

        No more than ``looked_at`` are; each takes about 10 µs in each segment it stands in.
        """
        counted: dict[str, int] = {}
        every = (
            (word, info)
            for leaf, _ in self._leaves
            for word, info in leaf.reader().iter_prefix(field, prefix)
        )
        looked = list(islice(every, looked_at))
        for word, info in looked:
            text = word.decode()
            counted[text] = counted.get(text, 0) + info.doc_frequency()
        return sorted(counted, key=lambda text: (-counted[text], text))[:most], len(looked)

    def facet(self, name: str) -> Mapping[str, int]:
        """Term id to the set of documents that bear it, read once a snapshot."""
        if (known := self._facets.get(name)) is not None:
            return known
        field = facet_field(name)
        sets: dict[str, int] = {}
        for leaf, offset in self._leaves:
            for word in leaf.reader().lexicon(field):
                matcher = leaf.reader().postings(field, word)
                bits = as_set(number for number in matcher.all_ids() if not leaf.reader().is_deleted(number))
                sets[word.decode()] = sets.get(word.decode(), 0) | bits << offset
        self._facets[name] = sets
        return sets

    def own_terms(self) -> Mapping[str, OwnTerm]:
        """Every term of this room that is not built in, with what its records call it."""
        if self._own is None:
            self._own = {}
            for leaf, _offset in self._leaves:
                if not leaf.reader().has_column(LABELS):
                    continue
                column = leaf.reader().column_reader(LABELS)
                for number in leaf.reader().all_doc_ids():
                    if stored := column[number]:
                        for term, (labels, above, aliases) in json.loads(stored).items():
                            known = self._own.get(term, UNNAMED)
                            self._own[term] = OwnTerm(
                                known.labels | labels, above or known.above, known.aliases.union(aliases)
                            )
        return self._own

    def shown(self, number: int) -> dict[str, Any]:
        """The stored texts, title, kind, note and facets of a document."""
        found: dict[str, Any] = self._searcher.stored_fields(number)[SHOWN]
        return found

    def _matchers(self, field: str, word: str) -> Iterator[tuple[Reader, int, Matcher]]:
        for leaf, offset in self._leaves:
            if matcher := postings(leaf, field, word):
                yield leaf.reader(), offset, matcher

    def _read_cards(self) -> Iterator[tuple[int, Card]]:
        for leaf, offset in self._leaves:
            column = leaf.reader().column_reader(CARD)
            for number in leaf.reader().all_doc_ids():
                yield number + offset, card(column[number])


def as_set(numbers: Iterable[int]) -> int:
    """Document numbers as one int with those bits set; O(largest number)."""
    numbers = list(numbers)
    if not numbers:
        return 0
    bits = bytearray(max(numbers) // 8 + 1)
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")
