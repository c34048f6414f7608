"""Knows everything a written word may be found by: its letters, its Latin form, the words it is made of, its sound.
Must not know Whoosh, queries or seals; which languages there are it is told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from archive.search.analysis import PIECE, ends_in_han, folded, scrubbed, tokens, undressed
from archive.text.alphabets import latin
from archive.text.fold import fold
from archive.text.scripts import detect
from archive.text.sounds import plain, rough, skeletons, transcribed
from archive.text.stems import stems

SEPARATOR: Final = "\x1f"
"""Between a skeleton and the word that sounds so: no written word holds it."""
_SHORTEST_SOUND: Final = 2
_LONG_RUN: Final = 3
_FAMILY: Final = 5
_PREFIXED: Final = frozenset({"ar"})
"""Languages whose words change at their beginning too."""
_SHORTEST_STEM: Final = 4
_ENDS: Final = re.compile(r"[.!?…؟۔。！？\n:«“„\"(]\s*$")
_SUFFIXED: Final = re.compile("['\u2019\u02bc].*")
_ARABIC: Final = re.compile("[\u0620-\u06ff]")
_CYRILLIC: Final = re.compile("[\u0400-\u052f]")
_ARABIC_LANGUAGES: Final = frozenset({"ug", "kk", "ky", "ar", "fa", "ur"})
_CYRILLIC_LANGUAGES: Final = frozenset({"ru", "kk", "ky", "ug", "uz", "uk", "be", "tg", "tt", "mn"})
_OTHER_SCRIPTS: Final = frozenset(
    {"ru", "kk", "ky", "ar", "fa", "ur", "he", "yi", "zh", "ja", "ko", "th", "bo"}
)


@dataclass(frozen=True, slots=True)
class Read:
    """A written word: ``words`` with their places from its first, and what else it is found by."""

    words: tuple[tuple[str, int], ...]
    width: int
    latin: tuple[str, ...]
    forms: tuple[str, ...]
    sounds: tuple[str, ...]


def language_of(word: str, lang: str) -> str:
    """The language a word of a text in ``lang`` is read in: that one, unless its letters are of another script."""
    known = lang.partition("-")[0]
    if _ARABIC.search(word):
        return known if known in _ARABIC_LANGUAGES else "ug"
    if _CYRILLIC.search(word):
        return known if known in _CYRILLIC_LANGUAGES else "ru"
    if known in _OTHER_SCRIPTS and not (known == "kk" and lang != "kk"):
        return "en"
    return known


def texts(parts: Iterable[tuple[str, str]], *, names: bool = False) -> Iterator[tuple[Read, int]]:
    """(word as read, its place) through several (language, text); no phrase reaches from one text into the next."""
    place = 0
    for lang, text in parts:
        for read in words(text, lang, names=names):
            yield read, place
            place += read.width
        place += _GAP


_GAP: Final = 1000


def words(text: str, lang: str, *, names: bool = False) -> Iterator[Read]:
    """Every word of a text in order; ``names`` says that all of them are names. O(length), about 2 MB a second."""
    for written, start, _end in spans(text):
        yield read(written, lang, name=names or _named(text, written, start))


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text as written, and where each begins and ends. No stray surrogates may be in it."""
    for found in PIECE.finditer(text):
        yield found.group(), found.start(), found.end()


@lru_cache(maxsize=1 << 17)
def read(written: str, lang: str, *, name: bool) -> Read:
    """What a written word of a text in ``lang`` is found by; ``name`` says that it may well be a name."""
    low = folded(written)
    found = tuple(tokens(low))
    width = max((place for _word, place in found), default=-1) + 1
    if not found or ends_in_han(low):
        return Read(found, width, (), (), _han_sounds(low, name=name))
    lang = language_of(written, lang)
    bare = lower(written, lang)
    whole = dict.fromkeys(part for part in (bare, _SUFFIXED.sub("", bare)) if part)
    plains = dict.fromkeys(latin(part, lang) for part in whole)
    known = {word for word, _place in found}
    made = dict.fromkeys(stem for part in whole for stem in stems(part, lang))
    forms = (*(f"{lang}:{stem}" for stem in made), *related(bare, lang))
    spelt = tuple(word for word in plains if word and word not in known)
    return Read(found, width, spelt, forms, tuple(_sounds(bare, made, lang, name=name)))


def related(low: str, lang: str) -> tuple[str, ...]:
    """What words of one family begin with (defend, defence); nothing for a short word."""
    stem = stems(low, lang)[0] if lang in _PREFIXED else fold(low)
    size = _FAMILY - 1 if lang in _PREFIXED else _FAMILY
    return (f"{lang}^{stem[:size]}",) if len(stem) >= size else ()


@contextmanager
def forgetting() -> Iterator[None]:
    """Let go, at the end of one deed, of every word that it read: what a room said, or somebody asked, stays in memory
    no longer than its index. Within the deed a word is read once.
    """
    try:
        yield
    finally:
        for known in (read, stems, skeletons, rough):
            known.cache_clear()


def lower(written: str, lang: str) -> str:
    """The word in small letters with its marks, without joiners; Turkish I is ı."""
    if lang == "tr":
        written = written.replace("I", "ı").replace("İ", "i")
    return undressed(unicodedata.normalize("NFC", unicodedata.normalize("NFKC", written).lower()))


def heard(word: str, lang: str) -> Iterator[tuple[str, str]]:
    """(skeleton, plain form) of what a word of a query may sound like; nothing for one too short to tell."""
    heard = plain(word, lang)
    for skeleton in skeletons(heard):
        if len(skeleton) >= _SHORTEST_SOUND:
            yield skeleton, heard


def _named(text: str, written: str, start: int) -> bool:
    """Whether a word looks like a name: a capital that no beginning of a sentence explains."""
    return written[:1].isupper() and start > 0 and not _ENDS.search(text, max(0, start - 3), start)


def _sounds(bare: str, made: Iterable[str], lang: str, *, name: bool) -> Iterator[str]:
    """Sounds of names, and of words in a script without capitals; of inflected ones, the words they are made of."""
    arabic = bool(_ARABIC.search(bare))
    if not (name or arabic):
        return
    whole = [
        bare,
        *(stem for stem in made if len(stem) >= _SHORTEST_STEM and lang in ("ug", "kk", "ky", "tr")),
    ]
    seen = set()
    for word in whole:
        heard = plain(word, lang)
        for skeleton in skeletons(heard) if name else skeletons(heard)[:1]:
            if len(skeleton) >= _SHORTEST_SOUND and skeleton not in seen:
                seen.add(skeleton)
                yield f"{skeleton}{SEPARATOR}{'n' if name else 'w'}{heard}"


def _han_sounds(low: str, *, name: bool) -> tuple[str, ...]:
    if not low:
        return ()
    runs = [(0, len(low))] if name else [part for run in transcribed(low) for part in within(*run)]
    return tuple(
        f"{skeleton}{SEPARATOR}h{heard}"
        for start, end in runs
        for heard in (plain(low[start:end], "zh"),)
        for skeleton in skeletons(heard)
        if len(skeleton) >= _SHORTEST_SOUND
    )


def within(start: int, end: int) -> Iterator[tuple[int, int]]:
    """A run that may transcribe a name, and what is left of it without a neighbour that only happens to fit in."""
    yield start, end
    if end - start >= _LONG_RUN:
        yield from ((start + 1, end), (start, end - 1))


def language(text: str, lang: str) -> str:
    """The language of a text: as given, else by its letters."""
    return lang if lang and lang != "und" else detect(text).lang


def clean(text: str) -> str:
    """A text as it may be cut into words: without stray surrogates."""
    return scrubbed(text)
