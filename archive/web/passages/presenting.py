"""Knows how a text is laid out to be marked: in sentences, its marks in words, and what rooms would see of it.
Must not know how it was opened; what a room would see was asked of the policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask_babel import ngettext

from archive.domain.drafts import Record
from archive.domain.records import Passage, Text
from archive.domain.rooms import RoomPurpose
from archive.domain.showing import Preview
from archive.text.sentences import sentences
from archive.web.passages.choosing import Span, ticked
from archive.web.passages.forms import TextForm
from archive.web.presenting import Said, ours, paragraphs, tag, term, theirs
from archive.web.records.presenting import classes, role

_QUOTED = 240


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with its number from 1: stretches of it, and whether each is marked."""

    number: int
    ticked: bool
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark made so far: where it stands, its words, what they tell and why."""

    first: int
    last: int
    words: Said
    tells: tuple[Said, ...]
    reason: Said


@dataclass(frozen=True, slots=True)
class Sight:
    """What some rooms would see of a text, a paragraph each; nothing, if they would hold nothing of the record."""

    rooms: tuple[Said, ...]
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rest:
    """What else of a record some rooms would see."""

    rooms: tuple[Said, ...]
    title: Said | None
    tags: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class TextView:
    """One text as it is marked."""

    heading: str
    language: str
    lang: str
    dir: str
    sentences: tuple[Sentence, ...]
    marks: tuple[Mark, ...]
    sights: tuple[Sight, ...]


def view(part: TextForm, text: Text, foreseen: Iterable[Preview]) -> TextView:
    among, marks = sentences(text.body), part.passages()
    chosen = set(ticked(part, among))
    return TextView(
        heading=role(text.role),
        language=term("languages", text.lang).text,
        lang=text.lang,
        dir=text.direction,
        sentences=tuple(
            Sentence(number + 1, number in chosen, tuple(_pieces(text.body, span, marks)))
            for number, span in enumerate(among)
        ),
        marks=tuple(_mark(mark, text, among) for mark in marks),
        sights=tuple(_sight(one, text.id) for one in foreseen),
    )


def rest(foreseen: Iterable[Preview]) -> tuple[Rest, ...]:
    return tuple(
        Rest(
            rooms=_rooms(one),
            title=theirs(one.record.title) if one.record else None,
            tags=_tags(one.record) if one.record else (),
        )
        for one in foreseen
    )


def _tags(record: Record) -> tuple[Said, ...]:
    return tuple(dict.fromkeys(tag(one.facet, one.term, one.labels) for one in record.tags))


def _pieces(body: str, span: Span, marks: Sequence[Passage]) -> Iterator[tuple[str, bool]]:
    """A sentence cut where marks begin and end."""
    start, end = span
    inside = [mark for mark in marks if mark.start < end and mark.end > start]
    cuts = {start, end, *(min(max(at, start), end) for mark in inside for at in (mark.start, mark.end))}
    edges = sorted(cuts)
    for one, next_one in pairwise(edges):
        yield body[one:next_one], any(mark.start <= one < mark.end for mark in inside)


def _mark(mark: Passage, text: Text, among: Sequence[Span]) -> Mark:
    words = text.body[max(mark.start, 0) : max(mark.end, 0)]
    within = [number for number, (start, end) in enumerate(among, 1) if start < mark.end and end > mark.start]
    return Mark(
        first=within[0] if within else 0,
        last=within[-1] if within else 0,
        words=Said(words if len(words) <= _QUOTED else f"{words[:_QUOTED]}…", text.lang, text.direction),
        tells=classes(mark.contains),
        reason=theirs(mark.reason),
    )


def _sight(one: Preview, text: str) -> Sight:
    bodies = [shown.body for shown in one.record.texts if shown.id == text] if one.record else []
    return Sight(_rooms(one), paragraphs(bodies[0]) if bodies else ())


def _rooms(one: Preview) -> tuple[Said, ...]:
    named = [theirs(name) for _purpose, name in one.rooms if name]
    others = Counter(purpose for purpose, name in one.rooms if not name)
    if many := others[RoomPurpose.READING]:
        words = ngettext(
            "a reading room that you do not hold", "%(num)d reading rooms that you do not hold", many
        )
        named.append(ours(words))
    if many := others[RoomPurpose.MATTER]:
        words = ngettext(
            "a matter room that you do not hold", "%(num)d matter rooms that you do not hold", many
        )
        named.append(ours(words))
    return tuple(named)
