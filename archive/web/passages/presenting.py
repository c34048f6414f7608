"""Knows how a text is laid out to be marked: in sentences, its marks in words, and what rooms would see of it.
Must not know how it was opened; what a room would see was asked of the policy."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from archive.domain.drafts import Record
from archive.domain.records import Passage, Text
from archive.domain.rooms import RoomPurpose
from archive.domain.showing import Preview
from archive.text.sentences import sentences
from archive.web.passages.choosing import Span, gathered, ticked
from archive.web.passages.forms import TextForm
from archive.web.presenting import Said, comma, ours, paragraphs, tag, term, theirs
from archive.web.records.presenting import classes, role

_QUOTED = 240
_LISTED = 30


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with its number from 1: stretches of it, and whether each is marked."""

    number: int
    ticked: bool
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Words marked so far: in which sentences, what they tell and why."""

    where: str
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
    chosen, covered = set(ticked(part, among)), _covered(marks)
    return TextView(
        heading=role(text.role),
        language=term("languages", text.lang).text,
        lang=text.lang,
        dir=text.direction,
        sentences=tuple(
            Sentence(number + 1, number in chosen, tuple(_pieces(text.body, span, covered)))
            for number, span in enumerate(among)
        ),
        marks=tuple(_mark(alike, text, among) for alike in gathered(marks, text.body)),
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


def _covered(marks: Iterable[Passage]) -> list[Span]:
    """What is marked, in order, each stretch once however many marks lie on it."""
    found: list[Span] = []
    for mark in marks:
        if found and mark.start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], mark.end)
        else:
            found.append((mark.start, mark.end))
    return found


def _pieces(body: str, span: Span, covered: Sequence[Span]) -> Iterator[tuple[str, bool]]:
    """A sentence cut where marked words begin and end."""
    at, end = span
    for begins, ends in covered[bisect_right(covered, at, key=lambda one: one[1]) :]:
        if begins >= end:
            break
        if begins > at:
            yield body[at:begins], False
        yield body[max(at, begins) : min(end, ends)], True
        at = min(end, ends)
    if at < end:
        yield body[at:end], False


def _mark(alike: Sequence[Passage], text: Text, among: Sequence[Span]) -> Mark:
    first = alike[0]
    words = text.body[max(first.start, 0) : max(first.end, 0)]
    return Mark(
        where=_where(alike, among),
        words=Said(words if len(words) <= _QUOTED else f"{words[:_QUOTED]}…", text.lang, text.direction),
        tells=classes(first.contains),
        reason=theirs(first.reason),
    )


def _where(alike: Sequence[Passage], among: Sequence[Span]) -> str:
    """The numbers of the sentences in which marks stand."""
    numbers = [
        number
        for mark in alike[:_LISTED]
        for number in range(
            bisect_right(among, mark.start, key=lambda one: one[1]) + 1,
            bisect_left(among, mark.end, key=lambda one: one[0]) + 1,
        )
    ]
    if len(alike) == 1 and len(numbers) > 1:
        return str(_("Sentences %(first)s to %(last)s", first=numbers[0], last=numbers[-1]))
    said = comma().join(dict.fromkeys(map(str, numbers))) + ("…" if len(alike) > _LISTED else "")
    several = _("Sentences %(listed)s", listed=said)
    return str(several if len(alike) > 1 else _("Sentence %(first)s", first=said))


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
