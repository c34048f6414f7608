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
from typing import Final

from archive.search import querylang as q
from archive.search.analysis import APOSTROPHE_CLASS, HAN_CLASS, MARK_CLASS, folded, scrubbed
from archive.search.schema import WORDS

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


@dataclass(frozen=True, slots=True)
class Marker:
    """Finds the words of one query in a folded text. ``None`` as pattern finds nothing."""

    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, node: q.Node, expanded: Mapping[q.Beginning, Sequence[str]]) -> Marker:
        """One compiled expression for every word that may match: not for those below NOT, nor for tags and
        dates.
        """
        branches = sorted(set(_branches(node, expanded)), key=lambda branch: (-len(branch), branch))
        return cls(re.compile("|".join(branches)) if branches else None)

    def spans(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, matched words) of the first fifty matches in a folded text."""
        if self.pattern is None:
            return []
        found = []
        for match in self.pattern.finditer(text):
            found.append((*match.span(), match.group()))
            if len(found) == _MOST_MATCHES:
                break
        return found


def cut(texts: Sequence[tuple[str, str]], marker: Marker) -> tuple[str, Snippet]:
    """(language, snippet) of the passage with the most different matches, at most about 300 characters.

    Texts are (language, text) in the order they are shown; without a match the first one's beginning is
    taken. O(length of the texts), bounded at 400,000 characters a record.
    """
    best: tuple[int, str, str, list[tuple[int, int]], int] | None = None
    read = 0
    for lang, written in texts:
        text = scrubbed(written[: _MOST_READ - read])
        read += len(text)
        low, origin = _folded_with_origins(text)
        spans = marker.spans(low)
        if spans:
            worth, first = _densest(spans)
            if best is None or worth > best[0]:
                marks = [
                    (_origin(origin, start), _origin_end(origin, start, end, text)) for start, end, _ in spans
                ]
                best = (worth, lang, text, marks, first)
        if read >= _MOST_READ:
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
        case q.Word(word, fields) if fields == WORDS:
            yield _branch(word, _POSSESSIVE)
        case q.Phrase(words, fields) if fields == WORDS and all(map(_HAN_PAIR.fullmatch, words)):
            # Pairs of neighbours, put together again.
            yield re.escape("".join(word[0] for word in words) + words[-1][1])
        case q.Phrase(words, fields) if fields == WORDS:
            yield r"[\W_]{0,8}".join(_branch(word, _POSSESSIVE) for word in words)
        case q.Beginning(prefix, fields) if fields == WORDS and expanded.get(node):
            yield _branch(prefix, f"(?:{APOSTROPHE_CLASS}?{_WORDLIKE})*")
        case q.All(nodes) | q.Either(nodes):
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


def _densest(spans: Sequence[tuple[int, int, str]]) -> tuple[int, int]:
    """(different words, index of its first match) of the window with the most different words, the first such."""
    best = (0, 0)
    for first, (start, _end, _word) in enumerate(spans):
        seen = {word for begin, end, word in spans[first:] if end <= start + LONGEST - 2 * _LEAD}
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
