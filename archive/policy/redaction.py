"""Redaction: a record as somebody may see it to whom only certain classes of data are open.

Knows which class every field, tag and warning belongs to. Must not know why a class is open (consent) or to whom.

The rule that holds everywhere: words are shown only if every class they could carry is open, or somebody read them for
it and found none, or marked the passages that carry it. What is left out reads "[withheld]" where a text, passage,
title or name was, and is empty elsewhere, for all records alike: neither says what kind of thing it was, or how long.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar
from uuid import UUID

from archive.domain.consent import DataClass
from archive.domain.drafts import Record
from archive.domain.family_report import FamilyReport, MissingPerson, Statement
from archive.domain.records import WITHHELD, Present, Source, Text
from archive.domain.tags import Facet, Tag
from archive.domain.testimony import Testimony
from archive.policy import dates, terms
from archive.vocabularies.load import vocabulary

_Any = TypeVar("_Any", Testimony, FamilyReport)

NOBODY: Final = UUID(int=0)
"""Stands for the opaque id of a person, which never leaves custody."""

WORDS: Final = frozenset(
    {
        DataClass.IDENTITY,
        DataClass.CONTACT,
        DataClass.PLACE_PRECISE,
        DataClass.PLACE_COARSE,
        DataClass.MEDICAL,
        DataClass.SEXUAL_VIOLENCE,
        DataClass.THIRD_PARTY,
        DataClass.PERPETRATORS,
    }
)
"""The classes that written words may carry besides the narrative that they are."""

_CLEARED: Final = tuple(sorted(WORDS))
"""What all words of a rendition say they were read for: the same always, for what was looked for would tell."""


def redact(record: Record, classes: Collection[DataClass]) -> Record:
    """Return what of a record is shown where just these classes are open. Pure, and the same when done twice.

    A reporter's consent never covers the people they report: those stay withheld, whatever is open.
    """
    if isinstance(record, FamilyReport):
        return _report(record, _Sight(frozenset(classes) - {DataClass.THIRD_PARTY}))
    sight = _Sight(frozenset(classes))
    period = sight.date(record.period) if DataClass.NARRATIVE in sight.classes else ""
    return replace(_shared(record, sight), narrator=None, period=period)


def holds(record: Record) -> frozenset[DataClass]:
    """Return the classes that a record is known to have: found in its words, or given away by tags and places. Pure."""
    spoken = {found for text in record.texts for found in text.contains}
    marked = {found for text in record.texts for passage in text.passages for found in passage.contains}
    warned = {found for note in record.content_note if (found := terms.note_class(note))}
    tagged = {found for tag in record.tags for found in terms.classes(tag)}
    told = terms.classes(_told_in(record.collected_where)) if record.collected_where else ()
    return frozenset({*spoken, *marked, *record.title_contains, *warned, *tagged, *told})


@dataclass(frozen=True, slots=True)
class _Sight:
    """The classes that are open, and what follows for words, names and places."""

    classes: frozenset[DataClass]

    @property
    def coarse(self) -> bool:
        return not self.classes.isdisjoint({DataClass.PLACE_PRECISE, DataClass.PLACE_COARSE})

    @property
    def people(self) -> bool:
        return {DataClass.IDENTITY, DataClass.THIRD_PARTY} <= self.classes

    @property
    def known(self) -> frozenset[DataClass]:
        """The open classes; who may know exactly where may know roughly where."""
        return self.classes | ({DataClass.PLACE_COARSE} if self.coarse else frozenset())

    def words(self, contains: Collection[DataClass] = (), reviewed: Collection[DataClass] = ()) -> bool:
        """Whether words may be shown in which these classes were found, and which were read for those."""
        known = self.known
        return DataClass.NARRATIVE in known and known.issuperset(contains) and WORDS - known <= set(reviewed)

    def date(self, edtf: str) -> str:
        """A day, like an exact place, may say who: without exact places there are quarters of years."""
        return edtf if DataClass.PLACE_PRECISE in self.classes else dates.by_quarter(edtf)

    def withheld(self, text: Text) -> list[tuple[int, int]]:
        """What of a text is withheld, in order, with a word at least between any two: else they are one.

        All of it where nothing readable would be left, and where a passage does not fit the text: it is of another.
        """
        body, whole, found = text.body, [(0, len(text.body))], list[tuple[int, int]]()
        if not self.words(text.contains, text.reviewed):
            return whole
        for passage in sorted(text.passages, key=lambda one: (one.start, one.end)):
            if not 0 <= passage.start < passage.end <= len(body):
                return whole
            if self.known.issuperset(passage.contains):
                continue
            start, end = passage.start, _with_marks(body, passage.end)
            if found and not _speaks(body[found[-1][1] : start]):
                start, end = found[-1][0], max(found.pop()[1], end)
            found.append((start, end))
        return found if not found or _speaks(_marked(body, found, "")) else whole


def _shared(record: _Any, sight: _Sight) -> _Any:
    """What both kinds of record have."""
    titled = sight.words(record.title_contains, record.title_reviewed)
    return replace(
        record,
        title=record.title if titled else WITHHELD,
        title_contains=(),
        title_reviewed=_CLEARED,
        texts=tuple(_text(text, sight) for text in record.texts),
        present=tuple(_present(somebody, sight) for somebody in record.present),
        tags=_tags(record, sight),
        collected=sight.date(record.collected),
        collected_where=_where(record.collected_where, sight),
        channel="",
        content_note=tuple(note for note in record.content_note if terms.note_class(note) in sight.classes),
        source=_source(record.source, sight) if record.source else None,
        note="",
    )


def _report(report: FamilyReport, sight: _Sight) -> FamilyReport:
    return replace(
        _shared(report, sight),
        reporter=NOBODY,
        missing=(MissingPerson(id=NOBODY, name=WITHHELD),) if report.missing else (),
        statements=(Statement(text=WITHHELD),) if report.statements else (),
        sought="",
        safety="",
        objections="",
        when_freed="",
        follow_ups=(),
    )


def _text(text: Text, sight: _Sight) -> Text:
    """The text with its languages and role and a mark for each withheld stretch, or languages and role alone."""
    bare = Text(
        id=text.id,
        role=text.role,
        lang=text.lang,
        direction=text.direction,
        body=WITHHELD,
        reviewed=_CLEARED,
    )
    body = _marked(text.body, sight.withheld(text), WITHHELD)
    if body == WITHHELD:
        return bare
    translator = text.translator if sight.people else ""
    return replace(bare, body=body, translator=translator, method=text.method if sight.words() else "")


def _marked(body: str, spans: Sequence[tuple[int, int]], mark: str) -> str:
    """The body with a mark in place of each span; the spans are in order and do not overlap."""
    edges = [0, *(edge for span in spans for edge in span), len(body)]
    return mark.join(body[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))


def _with_marks(body: str, end: int) -> int:
    """The end of what a reader takes for the last letter: vowel signs and accents written after it belong to it."""
    while end < len(body) and unicodedata.category(body[end]).startswith("M"):
        end += 1
    return end


def _speaks(words: str) -> bool:
    return any(char.isalnum() for char in words)


def _present(somebody: Present, sight: _Sight) -> Present:
    return somebody if sight.people else Present(role=somebody.role, name=WITHHELD)


def _source(source: Source, sight: _Sight) -> Source:
    if sight.words():
        return replace(source, identifier="")
    return Source(citation=WITHHELD)


def _tags(record: Record, sight: _Sight) -> tuple[Tag, ...]:
    # A wider place rests on words that name the exact one: read as by somebody who may know that, and nothing more.
    wider = _Sight(sight.classes | {DataClass.PLACE_PRECISE})
    read = {
        one: {text.id: (text.body, one.withheld(text)) for text in record.texts} for one in {sight, wider}
    }
    found: dict[tuple[str, ...], Tag] = {}
    for tag in record.tags:
        seen = _tag(tag, sight)
        if seen and _rests(tag, read[sight if seen.term == tag.term else wider]):
            found.setdefault((seen.facet, seen.term, seen.certainty, seen.text, seen.passage), seen)
    return tuple(found.values())


def _rests(tag: Tag, read: Mapping[str, tuple[str, Sequence[tuple[int, int]]]]) -> bool:
    """Whether the words that a tag rests on, if it names any, are shown wherever they stand in their text."""
    if not tag.passage and not tag.text:
        return True
    body, withheld = read.get(tag.text, ("", ()))
    around = len(tag.passage) - 1
    hidden = (body[max(0, start - around) : end + around] for start, end in withheld)
    return bool(body) and tag.passage in body and not any(tag.passage in words for words in hidden)


def _tag(tag: Tag, sight: _Sight) -> Tag | None:
    if tag.facet is Facet.PLACE:
        return _located(tag, _place(tag, sight))
    if tag.facet is Facet.FACILITY:
        return _located(tag, _facility(tag, sight))
    if not terms.built_in(tag):
        return tag if sight.words() else None
    needed = terms.abuse_class(tag.term) if tag.facet is Facet.ABUSE else DataClass.NARRATIVE
    return _plain(tag, tag.term) if {needed, DataClass.NARRATIVE} <= sight.classes else None


def _located(tag: Tag, term: str | None) -> Tag | None:
    """The tag itself where its very term is shown, without the quoted words that name it where a wider one is."""
    if term is None:
        return None
    if term != tag.term:
        return replace(_plain(tag, term), passage="", text="")
    return _plain(tag, term) if terms.built_in(tag) else tag


def _plain(tag: Tag, term: str) -> Tag:
    """A built-in term speaks for itself: no labels of the archive's own, no kind."""
    return Tag(facet=tag.facet, term=term, certainty=tag.certainty, passage=tag.passage, text=tag.text)


def _place(tag: Tag, sight: _Sight) -> str | None:
    if DataClass.PLACE_PRECISE in sight.classes:
        return tag.term
    return terms.coarse_place(terms.path(tag)) if sight.coarse else None


def _where(place: str, sight: _Sight) -> str:
    """Where the account was given, if it is a place of the vocabulary; words of the cataloguer's own are not shown."""
    tag = _told_in(place)
    return (_place(tag, sight) or "") if terms.built_in(tag) else ""


def _told_in(place: str) -> Tag:
    """Where an account was given as a tag, so that it obeys what any place does; own words may name it exactly."""
    return Tag(facet=Facet.PLACE, term=place)


def _facility(tag: Tag, sight: _Sight) -> str | None:
    if DataClass.PLACE_PRECISE in sight.classes:
        return tag.term
    kind = tag.term if terms.built_in(tag) else tag.kind
    return kind if sight.coarse and kind in vocabulary(terms.VOCABULARIES[Facet.FACILITY]) else None
