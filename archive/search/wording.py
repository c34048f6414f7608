"""Knows every way in which a room may hold one word: as typed, in another script, as another form, by its sound.
Must not know queries of several words, seals or disk; every word it knows is a word of this room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from archive.search.analysis import ends_in_han, folded
from archive.search.reading import SEPARATOR, heard, language_of, lower, related
from archive.search.schema import FORM, LATIN, NAME, SOUND, TEXT, TITLE, WORDS
from archive.search.snapshot import Scores, Snapshot
from archive.text.alphabets import latin
from archive.text.scripts import detect
from archive.text.sounds import rough
from archive.text.stems import stems

BOOST: Final = {TEXT: 1.0, TITLE: 2.5, NAME: 1.5}
EXACT_WEIGHT: Final = 0.2
FORM_WEIGHT: Final = 1.0
SOUND_WEIGHT: Final = 0.3
RELATED_WEIGHT: Final = 0.4
MOST_SOUNDS: Final = 64
MOST_LOOKED_AT: Final = 5_000
_SHORTEST_SOUND: Final = 2
_SURE: Final = 3
"""Classes of consonants that two words must share before a Chinese spelling is believed without more."""
_SHORTEST_ROOT: Final = 3
_MOST_ROOTS: Final = 8
_BY_ROOT: Final = frozenset({"ug", "kk", "ky", "tr"})
_UNMARKED: Final = {"o": "ö", "u": "ü", "e": "é"}
_MOST_MARKS: Final = 8


@dataclass(slots=True)
class Ways:
    """Document to score, for each way in which it holds a word, from the surest to the least sure."""

    exact: Scores = field(default_factory=dict)
    spelling: Scores = field(default_factory=dict)
    form: Scores = field(default_factory=dict)
    sound: Scores = field(default_factory=dict)
    related: Scores = field(default_factory=dict)

    def tiers(self) -> tuple[Scores, Scores, Scores, Scores]:
        """The ways in their order."""
        return self.exact, self.spelling, self.form, self.sound


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which ways beyond the exact word the person wishes."""

    forms: bool = True
    sounds: bool = True


@dataclass(frozen=True, slots=True)
class Sought:
    """What words were looked for by, so that they can be shown in a text: see `archive.search.reading.Read`."""

    words: set[str] = field(default_factory=set)
    latin: set[str] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)
    sounds: set[str] = field(default_factory=set)


class Wording:
    """Looks words up in one snapshot; remembers what it found them by, so that it can be shown in a text."""

    def __init__(self, snapshot: Snapshot, allowed: Allowed) -> None:
        self._snapshot = snapshot
        self._allowed = allowed
        self._languages = snapshot.languages()
        self._left = MOST_LOOKED_AT
        self.cut = False
        self.sought = Sought()

    def ways(self, word: str, written: str, fields: tuple[str, ...], *, alone: bool) -> Ways:
        """Every way in which documents hold a word; without ``written`` only as it is. Cost: postings of all."""
        found = Ways(exact=self._exact(word, fields))
        if not written or fields != WORDS:
            return found
        if self._allowed.forms:
            found.spelling = self._spelt(word, written)
            found.form = self._formed(word, written, alone=alone)
        if self._allowed.forms and not alone:
            keys = {key for lang in self._spoken(written) for key in related(lower(written, lang), lang)}
            found.related = self._best(FORM, keys)
        if self._allowed.sounds:
            found.sound = self._sounding(word, written, found, alone=alone)
        return found

    def sounding(self, written: str, *, asked: bool) -> Ways:
        """Documents that hold what sounds like ``written``, whatever else they hold."""
        if not (asked or self._allowed.sounds):
            return Ways()
        known = ends_in_han(written) and any(self._snapshot.scores(name, written[:2]) for name in WORDS)
        candidates = [
            one
            for lang in self._spoken(written)
            for one in self._alike(written, lang, flags="nhw", doubtful=not asked and known)
        ]
        return Ways(sound=self._summed(SOUND, candidates, self.sought.sounds, SOUND_WEIGHT))

    def _exact(self, word: str, fields: Iterable[str]) -> Scores:
        found: Scores = {}
        for name in fields:
            for number, score in self._snapshot.scores(name, word).items():
                found[number] = found.get(number, 0.0) + score * BOOST[name]
        return found

    def _spelt(self, word: str, written: str) -> Scores:
        """The same word in another script, or with other letters for the same sounds."""
        spelt = {latin(lower(written, lang), lang) for lang in self._spoken(written)} | {word}
        self.sought.latin.update(spelt)
        found = self._best(LATIN, spelt)
        for other in spelt - {word, ""}:
            self.sought.words.add(other)
            for number, score in self._exact(other, WORDS).items():
                found[number] = max(found.get(number, 0.0), score)
        return found

    def _formed(self, word: str, written: str, *, alone: bool) -> Scores:
        keys = {
            key
            for lang in self._spoken(written)
            for key in self._keys(word, lower(written, lang), lang, alone=alone)
        }
        self.sought.forms.update(keys)
        return self._best(FORM, keys)

    def _keys(self, word: str, low: str, lang: str, *, alone: bool) -> Iterator[str]:
        """The word itself, of which others may be made, and those that it may be made of.

        A word asked ``alone`` that others of this room are made of is taken at its word; in a sentence all are tried.
        """
        low, _apart, _suffix = low.partition("'") if lang == "tr" else (low, "", "")
        own, *roots = (f"{lang}:{stem}" for stem in stems(low, lang))
        found = [own, *(_marked(own) if lang == "ug" and low.isascii() else ())]
        yield from found
        if lang not in _BY_ROOT or not roots:
            return
        made = max(len(self._snapshot.scores(FORM, key)) for key in found)
        if alone and made > len(self._snapshot.scores(TEXT, word)):
            return
        long = [key for key in roots if len(key) - len(lang) > _SHORTEST_ROOT]
        yield from [key for key in long if self._snapshot.scores(FORM, key)][:_MOST_ROOTS]

    def _sounding(self, word: str, written: str, found: Ways, *, alone: bool) -> Scores:
        known = bool(found.exact or found.spelling or found.form)
        cased = written[:1].lower() != written[:1].upper()
        if known and not alone:
            return {}
        named = cased and (written[:1].isupper() or self._snapshot.scores(NAME, word))
        flags = "nhw" if named or not known else "nh"
        doubtful = cased and not named and bool(found.exact or found.form)
        candidates = [
            one
            for lang in self._spoken(written)
            for one in self._alike(written, lang, flags=flags, doubtful=doubtful)
        ]
        return self._summed(SOUND, candidates, self.sought.sounds, SOUND_WEIGHT)

    def _alike(self, written: str, lang: str, *, flags: str, doubtful: bool = False) -> Iterator[str]:
        """The words of this room that sound so: alike by their consonants, and not too far apart in letters.

        ``flags``: of names (n), of Chinese runs (h), of other words (w). A ``doubtful`` word must have three
        consonants, or be Chinese and sought among names.
        """
        low = folded(written) if ends_in_han(written) else lower(written, lang)
        for skeleton, sound in heard(low, lang):
            if len(skeleton) < _SHORTEST_SOUND:
                continue
            begun = f"{skeleton}{SEPARATOR}"
            words, looked = self._snapshot.words_beginning(SOUND, begun, MOST_SOUNDS + 1, self._left)
            self._left -= looked
            self.cut |= len(words) > MOST_SOUNDS or self._left <= 0
            for key in words[:MOST_SOUNDS]:
                flag, other = key[len(begun)], key[len(begun) + 1 :]
                short = doubtful and len(skeleton) < _SURE
                if flag not in flags or (short and (flag == "w" or not ends_in_han(written))):
                    continue
                if self._fits(skeleton, sound, other, han=flag == "h" or ends_in_han(written)):
                    yield key

    def _fits(self, skeleton: str, sound: str, other: str, *, han: bool) -> bool:
        """Whether words of one skeleton are near enough; Chinese spells a name too roughly for more than a glance."""
        if han:
            return len(skeleton) >= _SURE or near(sound, other, share=2)
        return near(sound, other)

    def _spoken(self, written: str) -> tuple[str, ...]:
        """The languages of this room in which a word of these letters may stand."""
        if ends_in_han(written):
            return ("zh",)
        fitting = dict.fromkeys(lang for lang in self._languages if language_of(written, lang) == lang)
        guessed = detect(written).lang.partition("-")[0]
        fitting[guessed if language_of(written, guessed) == guessed else language_of(written, "und")] = None
        return tuple(fitting)

    def _best(self, field: str, keys: Iterable[str]) -> Scores:
        """The best score of any of several keys of one word, each weighed as if all of them were one word."""
        parts = [scores for key in keys if (scores := self._snapshot.scores(field, key))]
        if len(parts) < 2:  # noqa: PLR2004
            return parts[0] if parts else {}
        together = self._snapshot.rarity(len(set().union(*parts)))
        found: Scores = {}
        for scores in parts:
            share = together / self._snapshot.rarity(len(scores))
            for number, score in scores.items():
                found[number] = max(found.get(number, 0.0), score * share)
        return found

    def _summed(self, field: str, keys: list[str], kept: set[str], weight: float) -> Scores:
        kept.update(keys)
        return {number: score * weight for number, score in self._best(field, keys).items()}


def weighed(ways: Ways) -> Scores:
    """One score a document: what it holds exactly counts beside what it holds in any form."""
    total: Scores = dict(ways.sound)
    for number, score in ways.related.items():
        total[number] = total.get(number, 0.0) + score * RELATED_WEIGHT
    for scores, weight in (
        (ways.form, FORM_WEIGHT),
        (ways.spelling, EXACT_WEIGHT),
        (ways.exact, EXACT_WEIGHT),
    ):
        for number, score in scores.items():
            total[number] = total.get(number, 0.0) + score * weight
    return total


def near(one: str, other: str, *, share: int = 4) -> bool:
    """Whether two words in plain letters differ in no more than one rough letter of four (or another ``share``)."""
    one, other = rough(one), rough(other)
    return distance(one, other) * share <= max(len(one), len(other))


def distance(one: str, other: str) -> int:
    """How many letters must be changed, added, dropped or swapped with a neighbour to make one word the other.

    O(product of the lengths).
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for to, wanted in enumerate(other, 1):
            least = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                least = min(least, earlier[to - 2] + 1)
            row.append(least)
    return row[-1]


def _marked(key: str) -> Iterator[str]:
    """What a Uyghur word typed without its marks may be: o for ö, u for ü, e for é."""
    head, _colon, stem = key.partition(":")
    found = [""]
    for letter in stem:
        found = [
            begun + one
            for begun in found
            for one in (letter, _UNMARKED.get(letter, ""))[: 1 + (letter in _UNMARKED)]
        ]
        found = found[:_MOST_MARKS]
    yield from (f"{head}:{stem}" for stem in found[1:])
