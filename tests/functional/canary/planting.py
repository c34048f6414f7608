"""Knows how canaries are bred: invented words in four scripts, days and secrets, each found nowhere else.
Must not know how one may be written down, or where one is planted."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

LATIN, ARABIC, CYRILLIC, HAN = "Latin", "Arabic", "Cyrillic", "Han"
SCRIPTS: Final = (LATIN, ARABIC, CYRILLIC, HAN)
DAY, SECRET, WHOLE = "day", "secret", "whole"

# Every word holds letters that change under composition, case and folding: each form then differs from the others.
_LATIN = ("bdfgjklmnprstvz", "aeiou", "éöüşčñİ")
_ARABIC = ("ابپتجچخدرزژسشغفقكگڭلمن", "ۇۆۈېو", "ئىۋي")
_CYRILLIC = ("бвгджзклмнпрстфхцчшщ", "аеиоуыэюя", "йёѓќ")
_HAN = "營鋼廠織棉鎖鐵門夜雪牆車站燈寒衣糧冬霜鹽"
_HAN_RARE = range(0x20000, 0x2A000)
_HAN_COMPATIBLE = range(0xF900, 0xF9F0)


@dataclass(frozen=True, slots=True)
class Canary:
    """Something that must not be found. ``words``: each of its words must not be found either.

    A ``WHOLE`` value, all scripts of it, is known by its digests.
    ``raw``: the bytes that a secret stands for, where it stands for any. ``kept``: it is in the archive, sealed.
    """

    kind: str
    script: str
    text: str
    words: bool = True
    raw: bytes = b""
    kept: bool = False

    def parts(self) -> tuple[str, ...]:
        """What is searched for. Whatever holds the text in some form holds each of its words in that form."""
        return tuple(self.text.split()) if self.words else (self.text,)


@dataclass
class Aviary:
    """All canaries of one test. ``value`` breeds what goes into one field: words in each of the four scripts."""

    seed: int
    canaries: list[Canary] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._day = date(1931, 1, 1)

    def value(self, kind: str, *, kept: bool = False) -> str:
        text = " ".join(self.string(kind, script, kept=kept) for script in SCRIPTS)
        self.canaries.append(Canary(kind, WHOLE, text, words=False))
        return text

    def string(self, kind: str, script: str, *, kept: bool = False) -> str:
        """Two words in one script for what is kept, one for what should leave no trace at all."""
        text = " ".join(self._word(script) for _ in range(2 if kept else 1))
        self.canaries.append(Canary(kind, script, text, kept=kept))
        return text

    def name(self, kind: str, *, kept: bool = False) -> str:
        """A value for the name of a file or a field, where spaces would be changed."""
        words = [self._word(script) for script in SCRIPTS]
        self.canaries += [
            Canary(kind, script, word, kept=kept) for script, word in zip(SCRIPTS, words, strict=True)
        ]
        return "".join(words)

    def day(self, kind: str, *, ahead: bool = False, kept: bool = False) -> str:
        """A day of its own, long past or, ``ahead``, far off."""
        self._day += timedelta(days=self._random.randrange(2, 40))
        day = (self._day + timedelta(days=150 * 365 if ahead else 0)).isoformat()
        self.canaries += [
            Canary(kind, DAY, text, words=False, kept=kept and text == day)
            for text in (day, day.replace("-", ""))
        ]
        return day

    def secret(self, kind: str, text: str, raw: bytes = b"") -> str:
        """A secret that the archive drew; its words alone are anybody's."""
        self.canaries.append(Canary(kind, SECRET, text, words=False, raw=raw))
        return text

    def first(self, kind: str) -> str:
        """The first string of a kind."""
        return next(canary.text for canary in self.canaries if canary.kind == kind)

    def kinds(self) -> set[str]:
        return {canary.kind for canary in self.canaries}

    def _word(self, script: str) -> str:
        if script == HAN:
            return self._han()
        consonants, vowels, special = {LATIN: _LATIN, ARABIC: _ARABIC, CYRILLIC: _CYRILLIC}[script]
        pick = self._random.choice
        letters = [pick(consonants) + pick(vowels) for _ in range(4)]
        letters.insert(self._random.randrange(1, 4), pick(special))
        word = "".join(letters) + pick(consonants)
        return word[0].upper() + word[1:]

    def _han(self) -> str:
        pick = self._random.choice
        rare = [chr(pick(letters)) for letters in (_HAN_RARE, _HAN_RARE, _HAN_COMPATIBLE)]
        return "".join((pick(_HAN), pick(_HAN), *rare, pick(_HAN)))
