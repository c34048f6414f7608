"""Knows how to cut the passage of a text that shows why it was found, and which of its words matched.
Must not know scores, Whoosh or seals; the text is shown as written, never as folded.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Final

from archive.search import tree as q
from archive.search.analysis import APOSTROPHE_CLASS, HAN_CLASS, MARK_CLASS, ends_in_han, folded, scrubbed
from archive.search.reading import SEPARATOR, language, read, spans, within
from archive.search.schema import WORDS
from archive.search.wording import Sought
from archive.text.sounds import plain, transcribed

LONGEST: Final = 300
_LEAD: Final = 60
_MOST_MATCHES: Final = 50
_MOST_READ: Final = 400_000
_WORDLIKE: Final = r"[^\W_]"
_HAN_ONE: Final = re.compile(f"[{HAN_CLASS}]")
_HAN_PAIR: Final = re.compile(f"[{HAN_CLASS}]{{2}}")
_POSSESSIVE: Final = f"(?:{APOSTROPHE_CLASS}s)?"
# A run of ASCII, each character of which stands alone, or one character with the marks on it.
_CLUSTER: Final = re.compile(rf"[\x00-\x7f]+(?![{MARK_CLASS}])|.[{MARK_CLASS}]*", re.DOTALL)
_SPACE: Final = re.compile(r"\s+")

Snippet = tuple[tuple[str, bool], ...]
Span = tuple[int, int, str]
"""Where a match begins and ends, and what was found there."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Finds in a text what a query asked for: phrases and beginnings by ``pattern``, words by what finds them."""

    pattern: re.Pattern[str] | None
    sought: Sought

    @classmethod
    def of(cls, node: q.Node, expanded: Mapping[q.Beginning, Sequence[str]], sought: Sought) -> Marker:
        """One compiled expression for phrases and beginnings that may match: not for those below NOT, nor for tags
        and dates.
        """
        sought.words.update(
            leaf.word for leaf in q.leaves(node) if isinstance(leaf, q.Word) and leaf.fields == WORDS
        )
        branches = sorted(set(_branches(node, expanded)), key=lambda branch: (-len(branch), branch))
        return cls(re.compile("|".join(branches)) if branches else None, sought)

    def spans(self, text: str, lang: str) -> list[Span]:
        """The first fifty matches in a text as written."""
        found = sorted({*self._by_pattern(text), *self._by_word(text, lang)})
        kept: list[Span] = []
        for span in found:
            if not kept or span[0] >= kept[-1][1]:
                kept.append(span)
        return kept[:_MOST_MATCHES]

    def _by_pattern(self, text: str) -> Iterator[Span]:
        if self.pattern is None:
            return
        low, origin = _folded_with_origins(text)
        for match in islice(self.pattern.finditer(low), _MOST_MATCHES):
            start, end = match.span()
            yield _origin(origin, start), _origin_end(origin, start, end, text), match.group()

    def _by_word(self, text: str, lang: str) -> Iterator[Span]:
        seen: dict[str, bool] = {}
        found = 0
        for written, start, end in spans(text):
            if ends_in_han(written):
                yield from self._by_han(written, start)
            elif seen[written] if written in seen else seen.setdefault(written, self._wanted(written, lang)):
                yield start, end, folded(written)
                found += 1
                if found == _MOST_MATCHES:
                    return

    def _by_han(self, run: str, at: int) -> Iterator[Span]:
        heard = {key.partition(SEPARATOR)[2][1:] for key in self.sought.sounds}
        for whole in transcribed(run) if heard else ():
            for start, end in within(*whole):
                if plain(run[start:end], "zh") in heard:
                    yield at + start, at + end, run[start:end]
                    break

    def _wanted(self, written: str, lang: str) -> bool:
        found, sought = read(written, lang, name=bool(self.sought.sounds)), self.sought
        return (
            any(word in sought.words for word, _place in found.words)
            or not sought.latin.isdisjoint(found.latin)
            or not sought.forms.isdisjoint(found.forms)
            or any(_unflagged(key) in map(_unflagged, sought.sounds) for key in found.sounds)
        )


def _unflagged(key: str) -> str:
    """A key of the field of sounds without what it tells of the word it came from."""
    skeleton, _separator, heard = key.partition(SEPARATOR)
    return f"{skeleton}{SEPARATOR}{heard[1:]}"


def cut(texts: Sequence[tuple[str, str]], marker: Marker) -> tuple[str, Snippet]:
    """(language, snippet) of the passage with the most different matches, at most about 300 characters.

    Texts are (language, text) in the order they are shown; without a match the first one's beginning is
    taken. O(length of the texts), bounded at 400,000 characters a record.
    """
    best: tuple[int, str, str, list[tuple[int, int]], int] | None = None
    taken = 0
    for lang, written in texts:
        text = scrubbed(written[: _MOST_READ - taken])
        taken += len(text)
        found = marker.spans(text, language(text, lang))
        if found:
            worth, first = _densest(found)
            if best is None or worth > best[0]:
                best = (worth, lang, text, [(start, end) for start, end, _word in found], first)
        if taken >= _MOST_READ:
            break
    if best:
        _worth, lang, text, marks, first = best
        return lang, _passage(text, marks, max(0, marks[first][0] - _LEAD))
    if not texts:
        return "", ()
    lang, written = texts[0]
    return lang, _passage(scrubbed(written[: 4 * LONGEST]), [], 0)


def _branches(node: q.Node, expanded: Mapping[q.Beginning, Sequence[str]]) -> Iterator[str]:
    """One regular expression per word, phrase or beginning that makes a text match."""
    match node:
        case q.Word(word, fields) if fields == WORDS and ends_in_han(word):
            yield re.escape(word)
        case q.Phrase(words, fields) if fields == WORDS and all(map(_HAN_PAIR.fullmatch, words)):
            # Pairs of neighbours, put together again.
            yield re.escape("".join(word[0] for word in words) + words[-1][1])
        case q.Phrase(words, fields) if fields == WORDS:
            yield r"[\W_]{0,8}".join(_branch(word, _POSSESSIVE) for word in words)
        case q.Known(_terms, names):
            for name in names:
                yield r"[\W_]{0,8}".join(_branch(word, _POSSESSIVE) for word in name)
        case q.Beginning(prefix, fields) if fields == WORDS and expanded.get(node):
            yield _branch(prefix, f"(?:{APOSTROPHE_CLASS}?{_WORDLIKE})*")
        case q.All(nodes) | q.Either(nodes) | q.Some(nodes):
            for inner in nodes:
                yield from _branches(inner, expanded)


def _branch(word: str, tail: str) -> str:
    if _HAN_PAIR.match(word) or _HAN_ONE.fullmatch(word):
        return re.escape(word)
    spelt = f"{APOSTROPHE_CLASS}?".join(map(re.escape, word))
    return f"(?<!{_WORDLIKE}){spelt}{tail}(?!{_WORDLIKE})"


def _folded_with_origins(text: str) -> tuple[str, list[int] | None]:
    """The folded text, and where each of its characters stands in ``text``; None when both stand alike."""
    low = folded(text)
    if len(low) == len(text) and all(map(_stands_alone, set(text))):
        return low, None
    parts: list[str] = []
    origins: list[int] = []
    for match in _CLUSTER.finditer(text):
        part = folded(match.group())
        parts.append(part)
        origins.extend(range(*match.span()) if match.group().isascii() else [match.start()] * len(part))
    return "".join(parts), origins


@cache
def _stands_alone(character: str) -> bool:
    return len(folded(character)) == 1


def _origin(origins: list[int] | None, at: int) -> int:
    return at if origins is None else origins[at]


def _origin_end(origins: list[int] | None, start: int, end: int, text: str) -> int:
    if origins is None:
        return end
    # The cluster of the last matched character belongs to the match as a whole.
    following = bisect_right(origins, origins[max(start, end - 1)])
    return origins[following] if following < len(origins) else len(text.rstrip())


def _densest(found: Sequence[Span]) -> tuple[int, int]:
    """(different words, index of its first match) of the window with the most different words, the first such."""
    best = (0, 0)
    for first, (start, _end, _word) in enumerate(found):
        seen = {word for begin, end, word in found[first:] if end <= start + LONGEST - 2 * _LEAD}
        if len(seen) > best[0]:
            best = (len(seen), first)
    return best


def _passage(text: str, marks: Sequence[tuple[int, int]], start: int) -> Snippet:
    start = _word_edge(text, start)
    end = len(text) if len(text) - start <= LONGEST else _word_edge(text, start + LONGEST - 20)
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for begin, stop in marks:
        if begin < at or stop > end:
            continue
        pieces += [(text[at:begin], False), (text[begin:stop], True)]
        at = stop
    pieces.append((text[at:end], False))
    if end < len(text):
        pieces.append((" …", False))
    return tuple(_tidy(pieces))


def _word_edge(text: str, at: int) -> int:
    """The nearest place from ``at`` on where a passage may begin: after white space, else not inside a
    character.
    """
    if at <= 0 or at >= len(text):
        return max(0, min(at, len(text)))
    if gap := _SPACE.search(text, at - 1, at + 20):
        return gap.end()
    while at < len(text) and (
        unicodedata.combining(text[at]) or unicodedata.category(text[at]) in ("Mc", "Cf")
    ):
        at += 1
    return at


def _tidy(pieces: Iterable[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """The pieces with white space run together and cut at both ends; neighbours of one kind joined."""
    joined: list[tuple[str, bool]] = []
    for written, matched in pieces:
        if not written:
            continue
        before = joined.pop()[0] if joined and joined[-1][1] == matched else ""
        joined.append((_SPACE.sub(" ", before + written), matched))
    if joined:
        joined[0] = (joined[0][0].lstrip(), joined[0][1])
        joined[-1] = (joined[-1][0].rstrip(), joined[-1][1])
    return ((text, matched) for text, matched in joined if text)
