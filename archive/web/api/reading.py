"""Knows how what a program sent becomes values, and says of everything wrong where it stands and how to mend it.
Must not know what the values are for; what was sent is never repeated, neither in an answer nor in a log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, ClassVar, Final, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError
from spectree.utils import get_multidict_items
from werkzeug.exceptions import RequestEntityTooLarge

from archive.domain.errors import Invalid, Problem, message
from archive.web.errors import Refusal

_KIBIBYTE: Final = 1024
_DEEPEST: Final = 32
_MOST: Final = 2000
_LONGEST_NAME: Final = 60
_HALF: Final = re.compile("[\ud800-\udfff]")
_NOT_JSON: Final = message("Send JSON, with the header Content-Type: application/json.")
_UNREADABLE: Final = message("This is not JSON in UTF-8 without a byte order mark. Nothing was stored.")
_DEEP: Final = message("This JSON is nested deeper than anything here can be. Nothing was stored.")
_TWICE: Final = message("An object names the same field twice. Nothing was stored.")
_HALF_CHARACTER: Final = message("A text holds half a character (a lone surrogate). Nothing was stored.")
_MANY: Final = message("A list or an object here has more than %(most)s members. Nothing was stored.")
_SAID: Final = {
    "missing": message("This is missing."),
    "missing_keyword_only_argument": message("This is missing."),
    "extra_forbidden": message("There is no such field here. Check how it is spelled."),
    "unexpected_keyword_argument": message("There is no such field here. Check how it is spelled."),
    "enum": message("Use one of these: %(expected)s."),
    "literal_error": message("Use one of these: %(expected)s."),
    "union_tag_not_found": message("Say in record_kind what this is: testimony or family-report."),
    "union_tag_invalid": message("Say in record_kind what this is: testimony or family-report."),
    "string_type": message("Write a text here."),
    "string_too_long": message("This is too long: at most %(max_length)s characters."),
    "string_pattern_mismatch": message("Write it as 2018, 2018-03 or 2018-03-21."),
    "too_long": message("There are too many of these; at most %(max_length)s are taken."),
    "greater_than_equal": message("Write a whole number from %(ge)s."),
    "less_than_equal": message("Write a whole number up to %(le)s."),
}
_SAID_OF_KIND: Final = {
    "uuid": message("Write an id here, as this archive gives them."),
    "date": message("Write the day as 2024-03-09."),
    "bool": message("Write true or false."),
    "int": message("Write a whole number."),
    "list": message("Write a list here."),
    "tuple": message("Write a list here."),
    "dict": message("Write an object here."),
    "mapping": message("Write an object here."),
    "model": message("Write an object here."),
    "dataclass": message("Write an object here."),
}
_OTHERWISE: Final = message("This is not what belongs here. The description of this API says what does.")
_TAGS: Final = frozenset({"testimony", "family-report"})


class Shape(BaseModel):
    """What travels between a program and the archive. A field that it does not name is refused, never passed over.

    ``largest``: how many bytes of it are taken at most.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, cache_strings="none")  # as `sealing.codec`
    largest: ClassVar[int] = 64 * _KIBIBYTE


class Unreadable(Exception):
    """What was sent is no JSON of ours, so that no field of it can be named."""

    def __init__(self, status: int, text: str, **values: str) -> None:
        super().__init__(text)
        self.refusal = Refusal(status=status, text=text, values=values)


Sent = TypeVar("Sent", bound=Shape)


def body(shape: type[Sent]) -> Sent:
    """The request's JSON. Raises Unreadable, Invalid, RequestEntityTooLarge."""
    if request.mimetype != "application/json":
        raise Unreadable(415, _NOT_JSON)
    if (request.content_length or 0) > shape.largest:
        raise RequestEntityTooLarge
    raw = request.get_data(cache=False)
    if len(raw) > shape.largest:  # it did not say how long it is
        raise RequestEntityTooLarge
    _check(raw)
    try:
        return shape.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise Invalid(tuple(_problems(error))) from None


def query(shape: type[Sent]) -> Sent:
    """The request's query string, in which a list is the same name several times. Raises Invalid."""
    try:
        return shape.model_validate(get_multidict_items(request.args, shape))
    except ValidationError as error:
        raise Invalid(tuple(_problems(error))) from None


def _check(raw: bytes) -> None:
    """Look at what a lenient reader passes over: doubled names, numbers that are none, depth, halves of characters."""
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_unlike, parse_constant=_no_number)
    except RecursionError:
        raise Unreadable(400, _DEEP) from None
    except ValueError:
        raise Unreadable(400, _UNREADABLE) from None
    level: list[Any] = [value]
    for _depth in range(_DEEPEST):
        level = [inner for outer in level for inner in _members(outer)]
        if not level:
            return
    raise Unreadable(400, _DEEP)


def _members(value: object) -> Iterator[object]:
    if isinstance(value, str) and _HALF.search(value):
        raise Unreadable(400, _HALF_CHARACTER)
    if isinstance(value, dict | list) and len(value) > _MOST:
        raise Unreadable(400, _MANY, most=f"{_MOST:,}")
    if isinstance(value, dict):
        yield from value
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _unlike(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable(400, _TWICE)
    return found


def _no_number(_name: str) -> object:
    raise ValueError


def _problems(error: ValidationError) -> Iterator[Problem]:
    for found in error.errors(include_url=False, include_input=False):
        kind = found["type"]
        text = _SAID.get(kind) or _SAID_OF_KIND.get(kind.partition("_")[0], _OTHERWISE)
        values = {name: str(value) for name, value in found.get("ctx", {}).items() if f"%({name})s" in text}
        yield Problem(_where(found["loc"]), text, values)


def _where(place: tuple[int | str, ...]) -> str:
    """The path of a field; pydantic also names which of several kinds a record is, and that is no field."""
    steps = [str(step) for number, step in enumerate(place) if not (number == 1 and step in _TAGS)]
    return ".".join(_printable(step) for step in steps)


def _printable(name: str) -> str:
    cut = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return "".join(char if char.isprintable() else "\ufffd" for char in cut)
