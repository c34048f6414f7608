"""Knows how text becomes search words: folding, words with apostrophes and hyphens, Han as characters and
pairs.
Must not know Whoosh, queries or seals.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from archive.text.fold import fold

LONGEST_TOKEN: Final = 64
# Between two texts of one record: no phrase may reach across.
BREAK: Final = "\u2029"
_GAP: Final = 1000

HAN_CLASS: Final = (
    "\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_APOSTROPHES: Final = "'\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u0060\u00b4\uff07"
_HYPHENS: Final = "\\-\u2010\u2011"


def _marks() -> str:
    """Combining marks of the BMP as character ranges: a vowel sign must not split the word that bears it."""
    ranges: list[list[int]] = []
    for code in range(0x300, min(0x10000, sys.maxunicode)):
        if unicodedata.category(chr(code)) in ("Mn", "Mc"):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)


# Soft hyphens, joiners and marks of direction stand within words as well.
_INVISIBLE: Final = "\u00ad\u061c\u200c-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
MARK_CLASS: Final = _marks() + _INVISIBLE
_LETTERS: Final = rf"(?:[^\W_{HAN_CLASS}]++[{MARK_CLASS}]*+)++"
_WORD: Final = rf"{_LETTERS}(?:[{_APOSTROPHES}]{_LETTERS})*+"
# A word, a run of Han, or a break between texts: the first character tells which. Without groups, which cost time.
PIECE: Final = re.compile(rf"{_WORD}(?:[{_HYPHENS}]{_WORD})*+|[{HAN_CLASS}]+|{BREAK}")
_HAN: Final = re.compile(f"[{HAN_CLASS}]")
_DROPPED: Final = dict.fromkeys(map(ord, _APOSTROPHES + "\u200c\u200d"))
_JOINERS: Final = re.compile(f"[{_INVISIBLE}\u0640]")
_ONE_APOSTROPHE: Final = dict.fromkeys(map(ord, _APOSTROPHES), "'")
_SPLIT: Final = re.compile(f"[{_HYPHENS}]")
_POSSESSIVE: Final = re.compile(f"(.+)[{_APOSTROPHES}]s")
APOSTROPHE_CLASS: Final = f"[{_APOSTROPHES}]"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that reads as one: a word (with its hyphenated ``parts``) or a run of Han characters.

    ``parts`` are folded; ``written`` is as it was typed.
    """

    han: bool
    parts: tuple[str, ...]
    written: str = ""


def folded(text: str) -> str:
    """Analyzer level 1 (see ``archive.text.fold``), safe for any string: lone surrogates become U+FFFD."""
    text = scrubbed(text)
    # Folding ASCII is lower-casing; most of a Latin text takes this short way.
    return text.lower() if text.isascii() else fold(text)


def scrubbed(text: str) -> str:
    """``text`` without lone surrogates and NULs, which no encoding on the way could carry."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of a query or a name, in order."""
    for written in PIECE.findall(text):
        for found in PIECE.findall(folded(written)):
            if _HAN.match(found):
                yield Piece(han=True, parts=tuple(found), written=written)
            elif found != BREAK:
                yield Piece(han=False, parts=tuple(_SPLIT.split(found)), written=written)


def spoken(name: str) -> str:
    """A name as it is compared with a name: its words, blind to case, apostrophes, hyphens and punctuation."""
    return " ".join(plain(part) for piece in pieces(scrubbed(name)) for part in _heard(piece))


def ends_in_han(text: str) -> bool:
    """Whether the last character is Han or kana, which are written without spaces."""
    return bool(_HAN.fullmatch(text[-1:]))


def _heard(piece: Piece) -> tuple[str, ...]:
    return ("".join(piece.parts),) if piece.han else piece.parts


def undressed(word: str) -> str:
    """A word without tatweel, joiners and marks of direction, and with one kind of apostrophe."""
    return word if word.isascii() else _JOINERS.sub("", word).translate(_ONE_APOSTROPHE)


def plain(part: str) -> str:
    """The search word of one part: without apostrophes and joiners, of bounded length."""
    return part.translate(_DROPPED)[:LONGEST_TOKEN]


def tokens(text: str) -> Iterator[tuple[str, int]]:
    """(word, position) for every way the text may be asked for; a folded text in, O(length).

    A possessive is found with and without its s, a hyphenated word by its parts and joined,
    a run of Han by every character and every pair of neighbours.
    """
    position = 0
    for found in PIECE.findall(text):
        if found.isascii() and found.isalnum():  # by far the commonest case, so first
            yield found[:LONGEST_TOKEN], position
            position += 1
        elif _HAN.match(found):
            for character, following in zip(found, (*found[1:], ""), strict=True):
                yield character, position
                if following:
                    yield character + following, position
                position += 1
        elif found == BREAK:
            position += _GAP
        else:
            parts = _SPLIT.split(found)
            words = [part for part in parts if plain(part)]  # some letters only look like apostrophes
            if len(parts) > 1 and words:
                yield plain("".join(words)), position
            for part in words:
                yield plain(part), position
                if owner := _POSSESSIVE.fullmatch(part):
                    yield plain(owner[1]), position
                position += 1
