"""Fields: what one entered value may be, and what to say of it, with its place and the remedy, when it may not.

Knows characters, lengths, terms and dates. Must not know which record the value belongs to, or who entered it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from archive.domain.errors import Problem, message
from archive.policy import dates
from archive.vocabularies.load import UnknownTerm, vocabulary

LINE: Final = 500
PROSE: Final = 100_000
BODY: Final = 5_000_000
MANY: Final = 200
"""Most bytes of a line, of a few paragraphs and of a whole text; most things in a list."""

_ECHOED: Final = 60
_WIDEST: Final = 4
"""Most bytes of a character."""
_HALF: Final = re.compile("[\ud800-\udfff]")
# Control characters, but for tab and the ends of lines; and the code points that are no characters at all.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_BREAK: Final = re.compile("[\t\n\r\u2028\u2029]")
# Embeddings, overrides and isolates can make a title read as another one; the plain marks (LRM, RLM, ALM) cannot.
_BIDI: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Fields:
    """Collects the problems of one draft. Every method takes the field's path first and returns nothing."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, where: str, text: str, **values: str) -> None:
        """Note a problem; what was entered is repeated in part, and never with characters that act on a page."""
        said = {name: _echo(value) for name, value in values.items()}
        self.problems.append(Problem(where, text, said))

    def line(self, where: str, value: str, *, required: str = "", most: int = LINE) -> None:
        """One line: no break and nothing that turns the direction. ``required``: what to say when it is empty."""
        if _plain(value, required, most):
            return
        if _BREAK.search(value):
            self.problem(where, message("Write this on one line, without line breaks or tabs."))
        if _BIDI.search(value):
            self.problem(
                where, message("Take out the invisible characters that change the direction of writing.")
            )
        self.prose(where, value, required=required, most=most)

    def prose(self, where: str, value: str, *, required: str = "", most: int = PROSE) -> None:
        """Several lines, in any script and direction."""
        if _plain(value, required, most):
            return
        if required and not value.strip():
            self.problem(where, required)
        if len(value) > most or len(value.encode("utf-8", "surrogatepass")) > most:
            self.problem(
                where,
                message("This is too long: shorten it to %(most)s bytes, or divide it."),
                most=f"{most:,}",
            )
        elif _HALF.search(value):
            self.problem(where, message("This holds half a character. Copy it anew from its source."))
        elif found := _CONTROL.search(value):
            self.problem(
                where,
                message("This holds a control character (%(code)s). Take it out."),
                code=f"U+{ord(found[0]):04X}",
            )

    def lines(self, where: str, values: Iterable[str], *, required: str = "") -> None:
        """A list of lines."""
        for number, value in enumerate(values):
            self.line(f"{where}.{number}", value, required=required)

    def few(self, where: str, values: Collection[object], most: int = MANY) -> None:
        """A list of bounded length."""
        if len(values) > most:
            self.problem(
                where,
                message("There are %(found)s here; at most %(most)s are taken. Leave some out."),
                found=str(len(values)),
                most=str(most),
            )

    def unlike(self, where: str, values: Iterable[object]) -> None:
        """Values of which none stands twice; ``where`` has a place for the number."""
        seen: set[object] = set()
        for number, value in enumerate(values):
            if value in seen:
                self.problem(where % number, message("This id stands twice. Give each its own."))
            seen.add(value)

    def id(self, where: str, value: str) -> None:
        """A short name by which something else in the draft refers to this."""
        if not _ID.fullmatch(value):
            self.problem(
                where, message("An id is up to 64 letters, digits, points, hyphens and underscores.")
            )

    def term(self, where: str, value: str, name: str, *, optional: bool = False) -> None:
        """An id of the vocabulary ``name``."""
        if optional and not value:
            return
        if not value:
            self.problem(where, message("Choose one of the list “%(list)s”."), list=name)
            return
        try:
            vocabulary(name)[value]
        except UnknownTerm as unknown:
            if unknown.close:
                self.problem(
                    where,
                    message("“%(term)s” is not in the list “%(list)s”. Close to it: %(close)s."),
                    term=value,
                    list=name,
                    close=", ".join(unknown.close),
                )
            else:
                self.problem(
                    where,
                    message("“%(term)s” is not in the list “%(list)s”. Choose one of its entries."),
                    term=value,
                    list=name,
                )

    def terms(self, where: str, values: Iterable[str], name: str) -> None:
        """Ids of the vocabulary ``name``."""
        for number, value in enumerate(values):
            self.term(f"{where}.{number}", value, name)

    def date(self, where: str, value: str) -> None:
        """An EDTF date, or nothing."""
        try:
            dates.span(value)
        except ValueError as unreadable:
            self.problem(where, str(unreadable))

    def day(self, where: str, value: str) -> None:
        """A plain ISO day, or nothing."""
        try:
            if value and date.fromisoformat(value).isoformat() != value:
                raise ValueError(value)
        except ValueError:
            self.problem(where, message("Write the day as 2024-03-09."))


def _plain(value: str, required: str, most: int) -> bool:
    """Whether nothing can be said of a value: by far the commonest case, and Python tells what is printable at once."""
    return value.isprintable() and len(value) * _WIDEST <= most and bool(value.strip() or not required)


def _echo(value: str) -> str:
    cut = value if len(value) <= _ECHOED else value[: _ECHOED - 1] + "…"
    return "".join(char if char.isprintable() else "\ufffd" for char in cut)
