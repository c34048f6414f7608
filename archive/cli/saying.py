"""Knows how a command answers: one JSON object for a program, calm lines and tables for a person.
Must not know what the answer means."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Final, TextIO

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

_ISOLATE: Final = "\u2068{}\u2069"
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_WHOLE: Final = frozenset({"id", "which"})
"""Columns of ids: to be copied, so never broken."""
_PIPED_WIDTH: Final = 200
_RIGHT_TO_LEFT: Final = {"R", "AL"}


def safe(text: str) -> str:
    """Return text that cannot steer a terminal; a line that runs right to left does not turn its neighbours."""
    return "\n".join(_safe_line(line) for line in text.split("\n"))


def _safe_line(line: str) -> str:
    plain = _CONTROLS.sub(" ", line)
    turns = any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in plain)
    return _ISOLATE.format(plain) if turns else plain


def words(text: str, style: str = "") -> Text:
    """Return text for the console, safe and never read as markup."""
    return Text(safe(text), style=style)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a plain table of texts; long ones wrap."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_header=any(headings))
    for heading in headings:
        made.add_column(heading, overflow="fold", no_wrap=heading in _WHOLE)
    for row in rows:
        made.add_row(*(words(cell) for cell in row))
    return made


def _plain(value: object) -> object:
    """What JSON knows no form for: our values as objects, sets as lists, ids and days as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, frozenset | set):
        return sorted(value)
    return dict(value) if isinstance(value, Mapping) else str(value)


class Voice:
    """Where answers go. ``as_json``: one object on standard output, and nothing else there."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json

    def answer(self, result: Mapping[str, object], *lines: RenderableType) -> None:
        """Give the result: as an object to a program, as ``lines`` to a person."""
        if self.as_json:
            sys.stdout.write(json.dumps(result, ensure_ascii=False, default=_plain) + "\n")
            sys.stdout.flush()
            return
        _print(sys.stdout, lines)

    def verbatim(self, result: Mapping[str, object], text: str) -> None:
        """Give a text that goes into a file as it is: no line is broken, no letter changed."""
        if self.as_json:
            self.answer(result)
            return
        sys.stdout.write(text)
        sys.stdout.flush()

    def aside(self, *lines: RenderableType) -> None:
        """Say something that is no part of the result: warnings and what goes on, on standard error."""
        _print(sys.stderr, lines)


def _print(to: TextIO, lines: Iterable[RenderableType]) -> None:
    console = Console(file=to, highlight=False, width=None if to.isatty() else _PIPED_WIDTH)
    for line in lines:
        console.print(words(line) if isinstance(line, str) else line)
