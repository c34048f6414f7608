"""What of a record its room may search: a rendition turned into an index document.

Knows which fields are text, which are facets, and the names of tags. Must not know the engine, or who searches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final
from uuid import UUID

from archive.domain.drafts import Record
from archive.domain.family_report import FamilyReport
from archive.domain.identifiers import code_of
from archive.domain.records import WITHHELD
from archive.domain.searching import IndexDocument, IndexText
from archive.domain.tags import Tag
from archive.domain.testimony import Testimony
from archive.policy.dates import span
from archive.policy.terms import VOCABULARIES, path
from archive.text.scripts import detect
from archive.vocabularies.load import vocabulary

_YEARS: Final = 20
"""A date spread over more years than this is counted under the first of them only."""


def document(record: Record, body: UUID, not_after: date | None) -> IndexDocument:
    """Return everything of one rendition that its room may search. What is withheld is in none of it."""
    dates = span(record.collected) if record.collected else None
    texts = tuple(_texts(record))
    return IndexDocument(
        record=record.id,
        body=body,
        code=code_of(record.id),
        title=record.title,
        kind=record.record_kind,
        texts=texts,
        facets={**_facets(record.tags), **_handling(record, texts, dates)},
        names=tuple(sorted({name for tag in record.tags for name in _names(tag)})),
        labels={tag.term: tag.labels for tag in record.tags if tag.labels},
        collected=dates,
        note=record.content_note,
        broader=_broader(record.tags),
        aliases={tag.term: tag.aliases for tag in record.tags if tag.aliases},
        not_after=not_after,
    )


def _texts(record: Record) -> Iterator[IndexText]:
    for text in record.texts:
        if text.body != WITHHELD:
            yield IndexText(text.lang, text.body)
    if isinstance(record, FamilyReport):
        spoken = [line for line in _spoken(record) if line and line != WITHHELD]
        if spoken:
            whole = "\n".join(spoken)
            yield IndexText(detect(whole).lang, whole)


def _spoken(report: FamilyReport) -> Iterator[str]:
    for person in report.missing:
        yield person.name
        yield from person.other_names
        yield from (statement.text for statement in person.statements)
    yield from (statement.text for statement in report.statements)
    yield from (report.sought, report.safety, report.objections, report.when_freed)
    yield from (follow_up.note for follow_up in report.follow_ups)


def _facets(tags: Iterable[Tag]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for tag in tags:
        found.setdefault(tag.facet.value, {}).update(dict.fromkeys(path(tag)))
    return {facet: tuple(terms) for facet, terms in found.items()}


def _handling(
    record: Record, texts: tuple[IndexText, ...], dates: tuple[str, str] | None
) -> dict[str, tuple[str, ...]]:
    facets = {"lang": tuple(dict.fromkeys(text.lang for text in texts))}
    facets["kind"] = (record.kind if isinstance(record, Testimony) else record.record_kind,)
    if dates:
        first, last = (int(day[:4]) for day in dates)
        facets["year"] = tuple(str(year) for year in range(first, min(last, first + _YEARS) + 1))
    return facets


def _names(tag: Tag) -> Iterator[str]:
    yield from tag.labels.values()
    yield from tag.aliases
    if tag.facet not in VOCABULARIES:
        return
    terms = vocabulary(VOCABULARIES[tag.facet])
    for term in path(tag):
        if term in terms:
            yield from terms[term].labels.values()
            yield from terms[term].aliases


def _broader(tags: Iterable[Tag]) -> dict[str, str]:
    found: dict[str, str] = {}
    for terms in map(path, tags):
        found.update(zip(terms[1:], terms, strict=False))
    return found
