"""Knows of which words a written form may have been made: by Snowball where it is good, by suffix tables elsewhere.
Must not know indexes or ranking; the tables (`tables/suffixes.toml`) are for native readers to correct."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import Stemmer

from archive.text.alphabets import alphabet, table
from archive.text.fold import fold

_SNOWBALL: Final = {
    "ar": "arabic", "cs": "czech", "de": "german", "en": "english", "es": "spanish", "fa": "persian", "fr": "french",
    "hu": "hungarian", "it": "italian", "nl": "dutch", "pl": "polish", "ru": "russian", "yi": "yiddish",
}  # fmt: skip
LONGEST: Final = 40
_MOST: Final = 24
_CLUSTER: Final = 2  # a word that lost a vowel ends in two consonants, and has one more letter at least
_VOWELS: Final = frozenset("aeéiıoöuüаәеёиіоөуұүыэюя")


@dataclass(frozen=True, slots=True)
class _Group:
    """A group of suffixes: whether it may stand behind the bare word, and behind which other groups."""

    first: bool
    after: frozenset[str]


class Suffixes:
    """The suffix table of one language."""

    def __init__(self, lang: str) -> None:
        found = table("suffixes")[lang]
        self.script: str = found["script"]
        self._front, self._back = frozenset(found["front"]), frozenset(found["back"])
        self._shortest: int = found["shortest"]
        self._own = frozenset(found["own"].split())
        self._groups = {
            name: _Group("word" in group["after"], frozenset(group["after"]))
            for name, group in found["group"].items()
        }
        self._suffixes = _by_spelling(found["group"])
        self._longest = max(map(len, self._suffixes))
        change = found["change"]
        self._short: bool = change["short"]
        self._vanished: str = change["vanished"]
        self._softened, self._first, self._later, self._swallowed = (
            {end: whole.split() for end, whole in change[name].items()}
            for name in ("softened", "first", "later", "swallowed")
        )

    def words(self, written: str) -> Iterator[str]:
        """The words that ``written`` may be a form of, the longest first; itself is not among them.

        Cost: letters × suffixes that fit there, about 30 µs.
        """
        if written in self._own:
            return
        begins: list[frozenset[str]] = [frozenset()] * (len(written) + 1)
        for at in range(len(written) - 1, self._shortest - 1, -1):
            begins[at] = frozenset(self._beginning(written, at, begins))
            if any(self._groups[name].first for name in begins[at]) and self._agree(written, at):
                found = tuple(self._originals(written[:at], written[at:]))
                yield from found
                if not self._own.isdisjoint(found):
                    return

    def _beginning(self, written: str, at: int, begins: list[frozenset[str]]) -> Iterator[str]:
        """The groups that a chain of suffixes from ``at`` to the end may begin with."""
        for end in range(at + 1, min(at + self._longest, len(written)) + 1):
            for name in self._suffixes.get(written[at:end], ()):
                if end == len(written) or any(name in self._groups[other].after for other in begins[end]):
                    yield name

    def _agree(self, written: str, at: int) -> bool:
        """Whether the first vowel of the suffixes is of the kind of the word's last one."""
        before = next((letter for letter in reversed(written[:at]) if letter in _VOWELS), "")
        behind = next((letter for letter in written[at:] if letter in _VOWELS), "")
        if not before:
            return False
        return not (
            (before in self._front and behind in self._back)
            or (before in self._back and behind in self._front)
        )

    def _originals(self, root: str, suffixes: str) -> Iterator[str]:
        """What the beginning of a written form may have been before the suffixes changed its end."""
        yield root
        places = [at for at, letter in enumerate(root) if letter in _VOWELS]
        ends = self._ends(root, suffixes, len(places))
        yield from ends
        raised = self._first if len(places) == 1 else self._later
        for vowel in raised.get(root[places[-1]], ()):
            for end in (root, *ends):
                yield end[: places[-1]] + vowel + end[places[-1] + 1 :]

    def _ends(self, root: str, suffixes: str, syllables: int) -> list[str]:
        last, found = root[-1], []
        if suffixes[0] in _VOWELS:
            if self._short or syllables > 1:
                found += [
                    root[: -len(end)] + whole
                    for end, wholes in self._softened.items()
                    if root.endswith(end)
                    for whole in wholes
                ]
            if len(root) > _CLUSTER and _VOWELS.isdisjoint(root[-2:]):
                found += [root[:-1] + vowel + last for vowel in self._vanished]
        for begun, vowels in self._swallowed.items():
            if suffixes.startswith(begun) and last not in _VOWELS:
                found += [root + vowel for vowel in vowels]
        return found


def _by_spelling(groups: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name, group in groups.items():
        for suffix in group["suffixes"].split():
            found.setdefault(suffix, {})[name] = None
    return {suffix: tuple(names) for suffix, names in found.items()}


@cache
def suffixes(lang: str) -> Suffixes | None:
    """The suffix table of a language; None where there is none."""
    return Suffixes(lang) if lang in table("suffixes") else None


@cache
def _snowball(lang: str) -> Stemmer.Stemmer | None:
    return Stemmer.Stemmer(_SNOWBALL[lang], 0) if lang in _SNOWBALL else None


@lru_cache(maxsize=1 << 16)
def stems(word: str, lang: str) -> tuple[str, ...]:
    """The words that a lower-case ``word`` may be a form of, first itself, in the language's own letters.

    Two forms of one word share at least one. ``lang`` is a BCP 47 tag; a language without rules gives the word alone.
    """
    lang = lang.partition("-")[0]
    word = word[:LONGEST].replace("i\u0307", "i")
    if stemmer := _snowball(lang):
        return (fold(stemmer.stemWord(word.replace("ё", "е"))),)
    rules, letters = suffixes(lang), alphabet(lang)
    if rules is None or letters is None:
        return (fold(word),)
    working = letters.write(word, rules.script).replace("'", "")
    found = dict.fromkeys((working,))
    for original in rules.words(working):
        found[original] = None
        if len(found) > _MOST:
            break
    return tuple(found)
