"""Reading rows from a file, one at a time: JSON Lines, one JSON list or CSV; each with its line and what is wrong.

Knows files, lines and encodings, and a bound for each. Must not know what a row means or where it goes.
"""

from __future__ import annotations

import codecs
import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO, Final

from archive.domain.errors import Invalid, Problem, message
from archive.services.imports import json_lines, json_list
from archive.services.imports.json_lines import Value

LONGEST: Final = 16 * 1024 * 1024
"""Most bytes of a row: a whole testimony, every letter of it escaped, and room to spare."""
MOST_COLUMNS: Final = 500

_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ESCAPED: Final = re.compile("[\ud800-\udfff]")
_OTHER_DELIMITERS: Final = {";": "semicolons", "\t": "tabs", "|": "upright bars"}
_PEEK: Final = 4096

# The csv module's own limit is global and too small for a testimony; LONGEST bounds a row before it gets there.
csv.field_size_limit(LONGEST)


class Form(StrEnum):
    """How rows are written down."""

    JSON_LINES = "jsonl"
    JSON_LIST = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it begins, its fields, and the problems for which it cannot be taken (then without fields)."""

    line: int
    fields: dict[str, Value] = field(default_factory=dict, repr=False)
    problems: tuple[Problem, ...] = ()


class Rows:
    """The rows of a file, read anew at each iteration, in bounded memory.

    ``total`` and ``read`` count bytes, for a progress bar. Raises Invalid, here or at the first row, for a file of
    which no row can be read; a row that cannot be taken comes as a Row with problems instead.
    """

    def __init__(self, file: BinaryIO, form: Form | None = None) -> None:
        if not file.seekable():
            raise Invalid(
                [Problem("", message("Give a file: what comes through a pipe cannot be read twice."))]
            )
        self._file = file
        self.total = file.seek(0, os.SEEK_END)
        self.read = 0
        file.seek(0)
        start = file.read(_PEEK)
        self._begin = len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
        content = start[self._begin :].lstrip()
        if start.startswith(_UTF16) or b"\0" in start[:4]:
            raise Invalid(
                [Problem("", message("This is not UTF-8 text. Save the file as UTF-8, then try again."))]
            )
        if not content and self.total <= _PEEK:
            raise Invalid([Problem("", message("The file is empty. Choose another."))])
        self.form = form or (Form.JSON_LINES if content.startswith(b"{") else Form.CSV)
        if form is not Form.CSV and content.startswith(b"["):
            self.form = Form.JSON_LIST

    def __iter__(self) -> Iterator[Row]:
        self._file.seek(self._begin)
        self.read = self._begin
        nothing = True
        for row in self._rows():
            nothing = False
            yield row
        if nothing:
            raise Invalid([Problem("", message("There are no rows in this file."))])

    def _rows(self) -> Iterator[Row]:
        match self.form:
            case Form.JSON_LINES:
                return _json_rows(_Lines(self))
            case Form.JSON_LIST:
                return _listed_rows(self.chunks())
            case Form.CSV:
                return _csv_rows(_Lines(self))

    def chunks(self) -> Iterator[bytes]:
        """The file's bytes from here on, some at a time."""
        while chunk := self._file.read(_PEEK):
            self.read += len(chunk)
            yield chunk

    def line(self) -> bytes:
        """Return the next line, or as much of it as is read at once; empty at the end."""
        line = self._file.readline(LONGEST + 1)
        self.read += len(line)
        return line


class _Lines:
    """Lines as text for the csv module, which joins those of one row; stops where a row grows too long.

    Bytes that are no UTF-8 come as half characters, by which the row that holds them is found.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._taken = 0
        self.number = 0
        self.start = 1
        self.too_long = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.take()
        if not line:
            raise StopIteration
        return line.decode("utf-8", "surrogateescape")

    def take(self) -> bytes:
        """Return the next line, nothing at the end or when the row that it belongs to would grow too long."""
        line = self._rows.line()
        self._taken += len(line)
        self.number += bool(line)
        self.too_long = self._taken > LONGEST
        return b"" if self.too_long else line

    def skip(self) -> None:
        """Pass over what is left of a line that was too long."""
        rest = self._rows.line()
        while rest and not rest.endswith(b"\n"):
            rest = self._rows.line()

    def next_row(self) -> None:
        self.start = self.number + 1
        self._taken = 0


def _json_rows(lines: _Lines) -> Iterator[Row]:
    while True:
        lines.next_row()
        line = lines.take()
        if lines.too_long:
            lines.skip()
            yield Row(lines.start, problems=(_too_long(),))
        elif not line:
            return
        elif line.strip():
            found = json_lines.parsed(line)
            yield (
                Row(lines.start, problems=(found,)) if isinstance(found, Problem) else Row(lines.start, found)
            )


def _listed_rows(chunks: Iterator[bytes]) -> Iterator[Row]:
    for line, element in json_list.elements(chunks, LONGEST):
        found = element if isinstance(element, Problem) else json_lines.parsed(element)
        yield Row(line, problems=(found,)) if isinstance(found, Problem) else Row(line, found)


def _csv_rows(lines: _Lines) -> Iterator[Row]:
    reader = csv.reader(lines, strict=True)
    header = _header(reader, lines)
    while True:
        lines.next_row()
        try:
            cells = next(reader, None)
        except csv.Error:
            cells = []
            broken = True
        else:
            broken = False
        if lines.too_long:
            # Where such a row ends cannot be known, and its text must never be taken for rows.
            yield Row(lines.start, problems=(_too_long(), _rest_unread()))
            return
        if cells is None:
            return
        if broken:
            yield Row(lines.start, problems=(_quotation_marks(),))
        elif cells:
            yield _csv_row(lines.start, header, cells)


def _header(reader: Iterator[list[str]], lines: _Lines) -> tuple[str, ...]:
    try:
        header = tuple(name.strip() for name in next(reader, []))
    except csv.Error:
        raise Invalid([_quotation_marks("1")]) from None
    if lines.too_long:
        raise Invalid([_too_long("1")])
    if len(header) == 1:
        for mark, called in _OTHER_DELIMITERS.items():
            if mark in header[0]:
                said = message(
                    "The columns are divided by %(marks)s. Save the file with commas between them."
                )
                raise Invalid([Problem("1", said, {"marks": called})])
    if any(_ESCAPED.search(name) for name in header):
        raise Invalid(
            [Problem("1", message("This is not UTF-8 text. Save the file as UTF-8, then try again."))]
        )
    if not all(header):
        raise Invalid([Problem("1", message("A column has no name. The first line must name every column."))])
    if len(set(header)) < len(header):
        raise Invalid([Problem("1", message("Two columns have the same name. Give each its own."))])
    if len(header) > MOST_COLUMNS:
        said = message("There are %(found)s columns here; at most %(most)s are taken.")
        raise Invalid([Problem("1", said, {"found": str(len(header)), "most": str(MOST_COLUMNS)})])
    return header


def _csv_row(line: int, header: tuple[str, ...], cells: list[str]) -> Row:
    if len(cells) != len(header):
        said = (
            message("This row has %(found)s columns, the first line %(named)s. Fill in the missing ones.")
            if len(cells) < len(header)
            else message(
                "This row has %(found)s columns, the first line %(named)s. Quote texts that hold commas."
            )
        )
        return Row(line, problems=(Problem("", said, {"found": str(len(cells)), "named": str(len(header))}),))
    problems = [problem for name, cell in zip(header, cells, strict=True) if (problem := _unfit(name, cell))]
    if problems:
        return Row(line, problems=tuple(problems))
    return Row(line, dict(zip(header, cells, strict=True)))


def _unfit(name: str, cell: str) -> Problem | None:
    if _ESCAPED.search(cell):
        return Problem(name, message("This is not UTF-8 text. Save the file as UTF-8, then try again."))
    if "\0" in cell:
        return Problem(name, message("This holds a zero byte. Take it out."))
    return None


def _too_long(where: str = "") -> Problem:
    said = message("This row is longer than %(most)s bytes. Shorten it, or close its quotation marks.")
    return Problem(where, said, {"most": f"{LONGEST:,}"})


def _rest_unread() -> Problem:
    return Problem("", message("Nothing after this row was read. Mend it, then import the file again."))


def _quotation_marks(where: str = "") -> Problem:
    return Problem(
        where,
        message(
            "The quotation marks or line ends of this row are not those of CSV. Double every mark inside one."
        ),
    )
