"""Knows the scripts of Uyghur, Kazakh, Kyrgyz, Uzbek, Russian and Turkish, and writes a word of one in another.
Must not know indexes or what a word means; its tables (`tables/alphabets.toml`) are for native readers to correct."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from archive.text.fold import fold

_TABLES: Final = resources.files("archive.text") / "tables"
_CYRILLIC: Final = re.compile("[\u0400-\u052f]")
_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_YENGI: Final = re.compile("[əɵøⱪⱨⱬƣ]")
_HAMZA: Final = "ئ"
_DOUBLE: Final = frozenset({"ng", "sh", "gh", "zh", "ch"})
# A keyboard for Arabic, Persian or Urdu gives these for Uyghur's own letters.
_TYPED: Final = str.maketrans("کیهہة", "كيەەە")
_KAZAKH_SOFT: Final = {"و": "ءو", "ۇ": "ءۇ", "ى": "ءى"}
_KAZAKH_SOFTENED: Final = re.compile("[ەكگ]")


def table(name: str) -> dict[str, Any]:
    """One of the tables beside this module, as TOML has it."""
    return tomllib.loads((_TABLES / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def edition() -> str:
    """A name of the tables as they are: what was made by other tables bears another."""
    found = hashlib.sha256()
    for file in sorted(_TABLES.iterdir(), key=lambda one: one.name):
        found.update(file.read_bytes())
    return found.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class _Script:
    """How one script of one language is read into sounds, and written from them."""

    reads: re.Pattern[str]
    sounds: Mapping[str, str]
    writes: Mapping[str, str]
    joins: tuple[tuple[str, str], ...]


class Alphabet:
    """The scripts of one language. A sound is one character that stands for a row of the table."""

    def __init__(self, lang: str) -> None:
        found = table("alphabets")[lang]
        self.scripts: tuple[str, ...] = tuple(found["scripts"])
        self.lang = lang
        rows = [list(map(str.split, row)) for row in found["letters"]]
        sounds = [chr(0xE000 + number) for number in range(len(rows))]
        self._vowels = frozenset(
            sound
            for sound, row in zip(sounds, rows, strict=True)
            if row[self._at("Latn")][0] in found["vowels"]
        )
        self._read = {
            name: self._script(at, rows, sounds, found["joined"]) for at, name in enumerate(self.scripts)
        }

    def write(self, word: str, script: str, written: str = "") -> str:
        """The lower-case word in ``script``; what is no letter of the language stays as it is.

        ``written`` names the script that it stands in; without it, its letters tell.
        """
        word = word.translate(_TYPED) if _ARABIC.search(word) else word
        known = written or self.script_of(word)
        if known == script:
            return word
        return self._written(self._sounds(word, known), script)

    def script_of(self, word: str) -> str:
        """In which of the language's scripts a word is written, by its letters."""
        if _ARABIC.search(word) and "Arab" in self.scripts:
            return "Arab"
        if _CYRILLIC.search(word) and "Cyrl" in self.scripts:
            return "Cyrl"
        if "Yengi" in self.scripts and _YENGI.search(word):
            return "Yengi"
        return "Latn" if "Latn" in self.scripts else "Plain"

    def _at(self, script: str) -> int:
        return self.scripts.index(script) if script in self.scripts and self.lang in ("ug", "uz") else 0

    def _script(
        self, at: int, rows: list[list[list[str]]], sounds: list[str], joined: list[list[str]]
    ) -> _Script:
        reads: dict[str, str] = {}
        writes: dict[str, str] = {}
        for sound, row in zip(sounds, rows, strict=True):
            for spelling in row[at] or [""]:
                if spelling:
                    reads.setdefault(spelling, sound)
            writes[sound] = row[at][0] if row[at] else ""
        first = {spelling: sound for sound, row in zip(sounds, rows, strict=True) for spelling in row[0]}
        joins = []
        for pair in joined:
            meant = "".join(first.get(letter, letter) for letter in _letters(pair[0], first))
            if len(pair[at]) == 1 and pair[at] not in reads:
                reads[pair[at]] = meant
                joins.append((meant, pair[at]))
        longest = sorted(reads, key=lambda spelling: (-len(spelling), spelling))
        return _Script(re.compile("|".join(map(re.escape, longest))), reads, writes, tuple(joins))

    def _sounds(self, word: str, script: str) -> str:
        reads = self._read[script]
        if script == "Arab":
            word = _kazakh_softened(word) if self.lang == "kk" else word
            word = self._unhamzaed(word) if self.lang == "ug" else word
        read = reads.reads.sub(lambda found: reads.sounds[found.group()], word)
        if self.lang != "ug" or script == "Arab":
            return read
        # An apostrophe that only parts letters which would else be read as one is no sound.
        return re.sub(f"'(?![{''.join(self._vowels)}])", "", read)

    def _unhamzaed(self, word: str) -> str:
        kept = re.sub(f"(?<![^\\W{_HAMZA}]){_HAMZA}", "", word)  # at the beginning it only carries its vowel
        return kept.replace(_HAMZA, "'")

    def _written(self, sounds: str, script: str) -> str:
        writes = self._read[script]
        if script == "Arab" and self.lang == "ug":
            vowels = "".join(self._vowels)
            sounds = re.sub(
                f"(?<![\ue000-\uf8ff\\w'])(?=[{vowels}])|(?<=[{vowels}])(?=[{vowels}])|'(?=[{vowels}])",
                _HAMZA,
                sounds,
            )
            sounds = sounds.replace("'", "")
        for meant, letter in writes.joins if script == "Cyrl" else ():
            sounds = sounds.replace(meant, letter)
        parts = [writes.writes.get(sound, sound) for sound in sounds]
        return "".join(_parted(parts) if self.lang == "ug" and script in ("Latn", "Yengi") else parts)


@cache
def alphabet(lang: str) -> Alphabet | None:
    """The alphabet of a language (a BCP 47 tag's first part); None for a language without a table."""
    return Alphabet(lang) if lang in table("alphabets") else None


def latin(word: str, lang: str) -> str:
    """A lower-case word in plain Latin letters a-z, as people type it who lack the letters; O(length).

    Scripts of one language meet in one form; words of a language without a table are only folded.
    """
    known = alphabet(lang.partition("-")[0])
    if known is None:
        return fold(word)
    return fold(known.write(word, "Plain" if "Plain" in known.scripts else "Latn")).replace("'", "")


def _letters(text: str, known: Mapping[str, str]) -> Iterator[str]:
    at = 0
    while at < len(text):
        size = next((size for size in (4, 3, 2, 1) if text[at : at + size] in known), 1)
        yield text[at : at + size]
        at += size


def _parted(parts: list[str]) -> Iterator[str]:
    """Uyghur Latin writes an apostrophe where two letters would be read as one."""
    for letter, following in zip(parts, [*parts[1:], ""], strict=True):
        yield letter
        if letter + following[:1] in _DOUBLE and len(letter) == 1:
            yield "'"


def _kazakh_softened(word: str) -> str:
    """Töte zhazu marks a soft word once, by a hamza before it or by ە ك گ; its vowels are then soft."""
    bare = word.lstrip("ءٴ")
    if bare == word and not _KAZAKH_SOFTENED.search(word):
        return word
    soft = _KAZAKH_SOFT if bare == word else _KAZAKH_SOFT | {"ا": "ءا"}
    return "".join(soft.get(letter, letter) for letter in bare)
