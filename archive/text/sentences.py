"""Knows where sentences end in the scripts that accounts are written in: Arabic, Cyrillic, Latin, Han.
Must not know what a sentence says; where it errs a reader sees it, and can still name the words they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A stop before a blank or the end of a line, with the quotes and brackets that close after it; a Chinese stop needs no
# blank; a line break ends a sentence that has no stop.
_CLOSING = "\"'”’»›)\\]}」』）】》〉"
_END = re.compile(rf"[.!?…؟۔]+[{_CLOSING}]*(?=\s|$)|[。！？；｡]+[{_CLOSING}]*|\n")
# "Dr.", "A." and "г." end in a point and no sentence does so there.
_SHORT = re.compile(r"\b(?:[A-ZÇĞİÖŞÜА-ЯЁӘҒҚҢӨҰҮҺІ]|Dr|Mr|Mrs|Ms|Prof|St|г|ул|стр)\.$")
_NUMBERED = re.compile(r"\b(?:No|Nos|Nr|p|pp)\.$")  # before a number
_LONGEST = len("Prof. ")


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Where each sentence begins and ends, in code points, without the blanks around it. Linear in the length."""
    return tuple(_trimmed(text, start, end) for start, end in _cut(text) if text[start:end].strip())


def _cut(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _END.finditer(text):
        if _goes_on(text, start, found.end()):
            continue
        yield start, found.end()
        start = found.end()
    yield start, len(text)


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether what looks like an end is none: a small letter follows it, or it only shortens a word."""
    following, before = text[end : end + 2].lstrip(" ")[:1], text[max(start, end - _LONGEST) : end]
    shortened = _SHORT.search(before) or (following.isdigit() and _NUMBERED.search(before))
    return following.islower() or bool(shortened)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    said = text[start:end]
    return start + len(said) - len(said.lstrip()), end - len(said) + len(said.rstrip())
