"""Parsing one row of JSON: strict JSON, one object, and nothing in it that could not be kept or shown.

Knows JSON and its traps. Must not know files, or repeat in a problem what the row says.
"""

from __future__ import annotations

import json
import math
from typing import Final

from archive.domain.errors import Problem, message

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]

DEEPEST: Final = 16
MOST_DIGITS: Final = 18


class _Unfit(ValueError):
    """What JSON allows, or Python's reader of it, but no row may hold."""


def parsed(row: bytes) -> dict[str, Value] | Problem:
    """Return the object that a row holds, or the one problem for which it cannot be taken. Raises nothing."""
    try:
        text = row.decode("utf-8")
    except UnicodeDecodeError as error:
        said = message(
            "This is not UTF-8 text (byte %(byte)s of the row). Save the file as UTF-8, then try again."
        )
        return Problem("", said, {"byte": str(error.start + 1)})
    try:
        value = _DECODER.decode(text.strip(" \t\r\n"))
    except _Unfit as unfit:
        return Problem("", str(unfit))
    except json.JSONDecodeError as error:
        said = message("This row is not JSON (character %(column)s). Write one whole object for each row.")
        return Problem("", said, {"column": str(error.pos + 1)})
    except RecursionError:
        return _too_deep()
    if not isinstance(value, dict):
        return Problem("", message("This row is JSON, but not an object with named fields, as {…} is."))
    return _unfit(value, DEEPEST) or value


def _unfit(value: Value, deepest: int) -> Problem | None:
    """What cannot be kept, however it is written: half characters, zero bytes, nesting that nothing needs."""
    if isinstance(value, str):
        return _unfit_text(value)
    if not isinstance(value, dict | list):
        return None
    if not deepest:
        return _too_deep()
    inner = (*value.keys(), *value.values()) if isinstance(value, dict) else value
    return next((problem for one in inner if (problem := _unfit(one, deepest - 1))), None)


def _unfit_text(text: str) -> Problem | None:
    if "\0" in text:
        return Problem("", message("This holds a zero byte. Take it out."))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return Problem("", message("This holds half a character. Copy it anew from its source."))
    return None


def _too_deep() -> Problem:
    return Problem(
        "", message("This row is nested too deeply. Write at most %(most)s levels."), {"most": str(DEEPEST)}
    )


def _once(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Unfit(message("A field stands twice in this row. Keep one of the two."))
    return found


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise _Unfit(
            message("This row holds a number that is too large. Write it as text, in quotation marks.")
        )
    return int(digits)


def _broken(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _Unfit(
            message("This row holds a number that is too large. Write it as text, in quotation marks.")
        )
    return number


def _constant(_: str) -> float:
    raise _Unfit(message("This row holds NaN or Infinity, which JSON does not know. Leave the field out."))


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=_whole, parse_float=_broken, parse_constant=_constant
)
