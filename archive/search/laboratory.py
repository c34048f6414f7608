"""Knows how well searches find what judges say they should: by the product's own analysis, index and ranking.
Must not know rooms, keys or disk: a collection under test lives in memory alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean, median
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from archive.domain.searching import IndexDocument, IndexText, SearchQuery
from archive.search import writing
from archive.search.answering import Answering
from archive.search.snapshot import Snapshot

FIRST: Final = 10
NAMES: Final = 20


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of a collection: texts with their languages, a title, names it is tagged with, and its tags."""

    id: str
    texts: tuple[tuple[str, str], ...]
    title: str = ""
    names: tuple[str, ...] = ()
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and which papers a judge found to answer it."""

    text: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the questions. ``false`` is the median of wrong papers among the first twenty."""

    questions: int
    recall: float
    precision: float
    mrr: float
    map: float
    recall20: float
    false: float

    def rounded(self) -> dict[str, float]:
        """The figures by name, to three digits behind the point."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


class Bench:
    """A collection, indexed as a room is."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self._ids: dict[UUID, str] = {}
        storage = writing.empty()
        writing.apply(storage, (), [self._document(paper) for paper in papers])
        self._answering = Answering(Snapshot(storage))

    def asked(self, questions: Sequence[Question], *, forms: bool = True, sounds: bool = True) -> Figures:
        """Ask every question; cost: one search each, without snippets."""
        answers = [
            [
                self._ids[record]
                for record in self._answering.ranking(SearchQuery(question.text, forms=forms, sounds=sounds))
            ]
            for question in questions
        ]
        judged = list(zip(answers, (question.relevant for question in questions), strict=True))
        return Figures(
            questions=len(questions),
            recall=fmean(_recall(found, wanted) for found, wanted in judged),
            precision=fmean(_precision(found, wanted) for found, wanted in judged),
            mrr=fmean(_reciprocal(found[:FIRST], wanted) for found, wanted in judged),
            map=fmean(_average(found, wanted) for found, wanted in judged),
            recall20=fmean(_recall(found[:NAMES], wanted) for found, wanted in judged),
            false=median(sum(one not in wanted for one in found[:NAMES]) for found, wanted in judged),
        )

    def _document(self, paper: Paper) -> IndexDocument:
        record = uuid5(NAMESPACE_URL, paper.id)
        self._ids[record] = paper.id
        facets = {"lang": tuple(dict.fromkeys(lang for lang, _text in paper.texts)), **paper.tags}
        return IndexDocument(
            record=record,
            body=record,
            code=record.hex[:10],
            title=paper.title,
            kind="interview",
            texts=tuple(IndexText(lang, text) for lang, text in paper.texts),
            facets=facets,
            names=paper.names,
            aliases=paper.aliases,
        )


def _recall(found: Collection[str], wanted: frozenset[str]) -> float:
    return len(wanted.intersection(found)) / len(wanted)


def _precision(found: Collection[str], wanted: frozenset[str]) -> float:
    """The share of right answers; nothing found is nothing wrong."""
    return len(wanted.intersection(found)) / len(found) if found else 1.0


def _reciprocal(found: Sequence[str], wanted: frozenset[str]) -> float:
    return next((1 / place for place, one in enumerate(found, 1) if one in wanted), 0.0)


def _average(found: Sequence[str], wanted: frozenset[str]) -> float:
    """Average precision: the precision at each right answer, over all right answers."""
    right, total = 0, 0.0
    for place, one in enumerate(found, 1):
        if one in wanted:
            right += 1
            total += right / place
    return total / len(wanted)
