"""Knows how a name sounds, whatever script it is written in: a skeleton of consonants that confused spellings share.
Must not know who bears a name; the tables (`tables/sounds.toml`) are for native readers to correct."""

from __future__ import annotations

import os
import re
from functools import cache, lru_cache
from typing import Final

from archive.text.alphabets import latin, table

# Only single characters are read here; the dictionary of phrases would cost 40 MB and half a second.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin import Style, pinyin

_MOST: Final = 8
_OPEN: Final = frozenset("aeiouywh")
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_PLAIN: Final = re.compile(r"[^a-z]+")
_LABIAL: Final = re.compile("N(?=P)")
_DOUBLED: Final = re.compile(r"(.)\1+")


@lru_cache(maxsize=1 << 16)
def skeletons(word: str) -> tuple[str, ...]:
    """The classes of the consonants of a word in plain Latin letters, "A" for a vowel at its beginning.

    Abdurehim and abudoureyimu are both APTRM. A spelling that stands for several sounds gives several, at most eight.
    """
    letters, reads = _classes()
    found: dict[str, None] = {}
    for spelling in _spellings(_PLAIN.sub("", word)):
        single = _DOUBLED.sub(r"\1", spelling)
        read = _LABIAL.sub("M", reads.sub(lambda part: letters[part.group()], single))
        found["A" + read if single[:1] in _OPEN else read] = None
    return tuple(found)


def _spellings(word: str) -> list[str]:
    found = [word]
    for pattern, meant in _several():
        if pattern.search(word):
            found = list(dict.fromkeys(pattern.sub(sound, known) for sound in meant for known in found))[
                :_MOST
            ]
    return found


@lru_cache(maxsize=1 << 16)
def rough(word: str) -> str:
    """A word in plain Latin letters with those run together that spellings of one name confuse; none stands twice."""
    letters, reads = _near()
    return _DOUBLED.sub(r"\1", reads.sub(lambda found: letters[found.group()], _PLAIN.sub("", word)))


def plain(word: str, lang: str) -> str:
    """A lower-case word or a Chinese name in plain Latin letters, to be compared with others that sound alike."""
    if _HAN.search(word):
        return "".join(_read(character) for character in word if _HAN.match(character))
    return latin(word, lang)


def transcribed(han: str) -> tuple[tuple[int, int], ...]:
    """Where in a run of Chinese two or more characters in a row may transcribe a name of another language."""
    return tuple(found.span() for found in _transcribing().finditer(han))


@lru_cache(maxsize=1 << 12)
def _read(character: str) -> str:
    """A Chinese character as it sounds in a name."""
    known = table("sounds")["readings"].get(character)
    found = [] if known else pinyin(character, style=Style.NORMAL, errors="ignore")
    sound = str(known or (found[0][0] if found else ""))
    for spelling, meant in _pinyin():
        if sound.startswith(spelling):
            return meant + sound[len(spelling) :]
    return sound


@cache
def _pinyin() -> tuple[tuple[str, str], ...]:
    return tuple(sorted(table("sounds")["pinyin"].items(), key=lambda pair: -len(pair[0])))


@cache
def _classes() -> tuple[dict[str, str], re.Pattern[str]]:
    letters = {
        spelling: sound
        for sound, spellings in table("sounds")["letters"].items()
        for spelling in spellings.split()
    }
    longest = sorted(letters, key=lambda spelling: (-len(spelling), spelling))
    return letters, re.compile("|".join(longest))


@cache
def _near() -> tuple[dict[str, str], re.Pattern[str]]:
    letters = {letter: one for one, others in table("sounds")["near"].items() for letter in others.split()}
    longest = sorted(letters, key=lambda spelling: (-len(spelling), spelling))
    return letters, re.compile("|".join(longest))


@cache
def _several() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple(
        (re.compile(pattern), tuple(sounds)) for pattern, sounds in table("sounds")["spellings"].items()
    )


@cache
def _transcribing() -> re.Pattern[str]:
    characters = "".join(table("sounds")["chinese"]["transcribing"].split())
    return re.compile(f"[{''.join(sorted(set(characters)))}]{{2,}}")
