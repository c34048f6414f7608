"""Knows which stretch of a text somebody means who ticks sentences and writes words, and what they left out.
Must not know what the words say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from flask_babel import gettext as _

from archive.domain.consent import DataClass
from archive.domain.records import Passage, Text
from archive.text.sentences import sentences
from archive.web.entering.parts import lines
from archive.web.passages.forms import PassagesForm, TextForm

Span = tuple[int, int]
Mistake = tuple[str, str]


def act(form: PassagesForm, button: str, texts: Mapping[str, Text]) -> list[Mistake]:
    """Take away the mark that a button names, else take what was chosen into the marks; say where something lacks."""
    verb, _space, rest = button.partition(" ")
    if verb == "drop":
        _drop(form, rest, texts)
    if verb in ("drop", "speak"):
        return []
    parts = (entry.form for entry in form.texts)
    return list(
        chain.from_iterable(_take(part, texts[part.id.data]) for part in parts if part.id.data in texts)
    )


def ticked(part: TextForm, among: Sequence[Span]) -> list[int]:
    """The numbers of the sentences that are ticked, counted from 0."""
    numbers = {int(one) for one in part.sentences.data or () if one.isascii() and one.isdecimal()}
    return sorted(number for number in numbers if number < len(among))


def gathered(passages: Iterable[Passage], body: str) -> list[list[Passage]]:
    """Marks of the same words for the same kinds and reason together, as somebody made them, in their order."""
    found: dict[tuple[str, tuple[DataClass, ...], str], list[Passage]] = {}
    for one in passages:
        words = body[max(one.start, 0) : max(one.end, 0)]
        found.setdefault((words, one.contains, one.reason), []).append(one)
    return list(found.values())


def _drop(form: PassagesForm, rest: str, texts: Mapping[str, Text]) -> None:
    name, _space, number = rest.partition(" ")
    for entry in form.texts:
        part = entry.form
        if entry.name == name and part.id.data in texts and number.isascii() and number.isdecimal():
            kept = gathered(part.passages(), texts[part.id.data].body)
            del kept[int(number) : int(number) + 1]
            part.keep(chain.from_iterable(kept))


def _take(part: TextForm, text: Text) -> Iterator[Mistake]:
    among, words, reason = sentences(text.body), lines(part.words.data), (part.reason.data or "").strip()
    contains = part.contains.classes()
    chosen = ticked(part, among)
    if not (chosen or words or contains or reason):
        return
    spans, wrong = list(_joined(chosen, among)), list[Mistake]()
    if words:
        spans, absent = _found(words, text.body, spans or [(0, len(text.body))])
        said = _("These words do not stand there. Copy them exactly as they are:")
        wrong += [(part.words.id, f"{said} {one}") for one in absent]
    elif not chosen:
        wrong.append((part.words.id, _("Tick sentences, or write the words that are meant.")))
    if not contains:
        wrong.append((part.contains.id, _("Say which kinds of data the passage carries.")))
    if not reason:
        wrong.append((part.reason.id, _("Say in a few words why it is marked.")))
    if wrong:
        yield from wrong
        return
    new = Passage(start=0, end=1, contains=contains, reason=reason)
    part.keep([*part.passages(), *(replace(new, start=start, end=end) for start, end in spans)])
    part.sentences.data, part.contains.data = [], []
    part.words.data = part.reason.data = ""


def _joined(chosen: Iterable[int], among: Sequence[Span]) -> Iterator[Span]:
    """The stretch of each run of sentences that follow one another."""
    run: list[int] = []
    for number in chosen:
        if run and number != run[-1] + 1:
            yield among[run[0]][0], among[run[-1]][1]
            run = []
        run.append(number)
    if run:
        yield among[run[0]][0], among[run[-1]][1]


def _found(words: Iterable[str], body: str, within: Iterable[Span]) -> tuple[list[Span], list[str]]:
    """Every place where one of the words stands, whatever blanks are between them, and those that stand nowhere."""
    spans, absent, around = list[Span](), list[str](), list(within)
    for one in words:
        pattern = re.compile(r"\s+".join(map(re.escape, one.split())))
        places = [found.span() for start, end in around for found in pattern.finditer(body, start, end)]
        spans += places
        absent += [] if places else [one]
    return spans, absent
