"""Dividing one JSON list into the texts of its elements, each with its line, in memory for one element.

Knows brackets and quotation marks. Must not know what an element says: `json_lines` reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from archive.domain.errors import Problem, message

_MARK: Final = re.compile(rb'[\\"\[\]{},\n]')
_COMMA, _QUOTE, _ESCAPE, _END, _LINE = (ord(letter) for letter in ',"\\]\n')


class _Reader:
    """Where in the list the next byte stands."""

    def __init__(self) -> None:
        self.line = self.begins = 1
        self.depth = 0
        self.in_text = self._ended = False
        self.found = 0
        self._skip = 0

    def done(self) -> bool:
        """Whether the list's closing bracket was read."""
        return self._ended

    def divides(self, chunk: bytes) -> Iterator[int]:
        """The places where an element begins or ends: the list's own brackets and commas."""
        for mark in _MARK.finditer(chunk):
            at, letter = mark.start(), chunk[mark.start()]
            if letter == _LINE:
                self.line += 1
            if at < self._skip or letter == _LINE:
                continue
            if self.in_text or letter in (_QUOTE, _ESCAPE):
                self._text(letter, at)
            elif self._bracket(letter):
                yield at
        self._skip = max(0, self._skip - len(chunk))

    def _text(self, letter: int, at: int) -> None:
        if letter == _QUOTE:
            self.in_text = not self.in_text
        elif letter == _ESCAPE and self.in_text:
            self._skip = at + 2  # whatever follows is part of the text

    def _bracket(self, letter: int) -> bool:
        """Follow the depth; whether this bracket or comma is the list's own."""
        if letter in b"[{":
            self.depth += 1
            return self.depth == 1
        own = self.depth == 1
        if letter in b"]}" and not own:
            self.depth -= 1
        self._ended = own and letter == _END
        return own and letter in (_COMMA, _END)


def elements(chunks: Iterable[bytes], longest: int) -> Iterator[tuple[int, bytes | Problem]]:
    """Each element of the list as (line, bytes), or a problem after which nothing more is read.

    ``chunks`` is the list from its opening bracket on. An element may be blank or no JSON at all. Cost: one element of
    at most ``longest`` bytes in memory.
    """
    reader, held = _Reader(), bytearray()
    for chunk in chunks:
        start = 0
        if not reader.done():
            for at in reader.divides(chunk):
                held += chunk[start:at]
                start = at + 1
                if chunk[at] != ord("[") and (held.strip() or reader.found or not reader.done()):
                    yield _element(reader, held)
                held.clear()
                reader.begins = reader.line
                if reader.done():
                    break
        held += chunk[start:]
        if reader.done() and held.strip():
            yield (
                reader.line,
                Problem("", message("There is more after the end of the list. It was not read.")),
            )
            return
        if len(held) > longest:
            said = message(
                "This row is longer than %(most)s bytes, so that nothing after it was read. Divide the list."
            )
            yield _line(reader, held), Problem("", said, {"most": f"{longest:,}"})
            return
    if not reader.done():
        said = message(
            "The list does not end: its last row, or what follows, is missing. Nothing after it was read."
        )
        yield _line(reader, held), Problem("", said)


def _element(reader: _Reader, held: bytearray) -> tuple[int, bytes]:
    reader.found += 1
    return _line(reader, held), bytes(held)


def _line(reader: _Reader, held: bytearray) -> int:
    """The line on which the first letter of an element stands."""
    return reader.begins + held[: len(held) - len(held.lstrip())].count(b"\n")
