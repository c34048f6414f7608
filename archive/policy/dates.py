"""Uncertain dates: what an EDTF string spans, so that scopes and searches can ask whether two dates may meet.

Knows the notation, by the `edtf` package. Must not know which date of a record it reads, or the present day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from functools import lru_cache
from typing import Final

from edtf import parse_edtf
from edtf.parser.edtf_exceptions import EDTFParseException

from archive.domain.errors import message

FIRST: Final = "0001-01-01"
LAST: Final = "9999-12-31"
"""Open ends: what was before or after all that can be written."""

_LONGEST: Final = 64
_PLAIN: Final = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d\d))?)?", re.ASCII)
# Only dates that begin like these reach the parser: years of four digits, X for the unknown ones from the right.
# Anything else it takes (ages of the earth, clock times) is no date of a testimony, and some of it it prints.
_TOKEN: Final = re.compile(r"(?:\d{4}|\d{3}X|\d\dXX|\dXXX|XXXX)(?:-(?:\d\d|XX)(?:-(?:\d\d|XX))?)?", re.ASCII)
_BETWEEN: Final = re.compile(r"\.\.|[][{}/,]")
_QUALIFIERS: Final = str.maketrans("", "", "?~%")
# A part of a year by its number: seasons 21 to 32, quarters 33 to 36, then thirds and halves.
_GROUPED: Final = re.compile(r"(\d{4}-(?:2[1-9]|3\d|4[01]))[?~%]?", re.ASCII)
_ONE: Final = re.compile(r"(\d{4})(?:-(\d\d|XX)(?:-(?:\d\d|XX))?)?([?~%]?)", re.ASCII)
_FIRST_QUARTER: Final = 33
_TWO: Final = 2  # ends of an interval
_OPEN: Final = ("", "..")  # what an end is that nobody knows


def span(text: str) -> tuple[str, str] | None:
    """Return the earliest and the latest ISO day an EDTF date or a plain ISO day, month or year may mean.

    None for an empty string and for a date of which nothing is known. Open and unknown ends become FIRST and LAST.
    Raises ValueError, whose message never repeats the text, for everything else. Cost: 2 µs for plain ISO, some 10 to
    50 ms for the rest, the first time.
    """
    if not text:
        return None
    if len(text) > _LONGEST:
        raise _unreadable()
    if plain := _PLAIN.fullmatch(text):
        year, month, day = plain.groups()
        longest = monthrange(int(year), int(month or 12))[1]
        return _day(int(year), int(month or 1), int(day or 1)), _day(
            int(year), int(month or 12), int(day or longest)
        )
    return _edtf(text)


def overlaps(dates: tuple[str, str], since: str, until: str) -> bool:
    """Return whether dates may fall within two inclusive ISO days, of which an empty one is no bound."""
    earliest, latest = dates
    return (not since or latest >= since) and (not until or earliest <= until)


def by_quarter(text: str) -> str:
    """Return a date with its months and days made quarters of the year (EDTF ``2018-33`` to ``2018-36``).

    Years, seasons and quarters stay, and so does a sign of doubt after them. An interval becomes one of quarters, and
    so does all that is written in yet other ways; what cannot be read becomes nothing. Never says less than one quarter
    at each end, never more; doing it twice is as doing it once. Cost: as `span` for those other ways, else 2 µs.
    """
    ends = [_quarter(end) for end in text.split("/")]
    if None not in ends and len(ends) <= _TWO:
        one = ends[0] if ends[0] == ends[-1] and ends[0] not in _OPEN else None
        return one or "/".join(end or "" for end in ends)
    try:
        found = span(text)
    except ValueError:
        return ""
    if found is None or "-" not in text:
        return text
    first, last = found
    return by_quarter(f"{'' if first == FIRST else first}/{'' if last == LAST else last}")


def _quarter(text: str) -> str | None:
    """One date by its quarter; None if it is not written in the plain way."""
    if text in _OPEN:
        return text
    one = _ONE.fullmatch(text)
    if one is None:
        return None
    year, month, doubt = one.groups()
    if not month or month == "XX":
        return year + doubt
    if _GROUPED.fullmatch(text):
        return text
    quarter = (int(month) - 1) // 3
    return f"{year}-{_FIRST_QUARTER + quarter}{doubt}" if quarter in range(4) else None


@lru_cache(maxsize=4096)  # the dates of a collection are few, and each is asked for again and again
def _edtf(text: str) -> tuple[str, str] | None:
    tokens = [token for token in _BETWEEN.split(text.translate(_QUALIFIERS)) if token]
    if not all(_TOKEN.fullmatch(token) for token in tokens):
        raise _unreadable()
    if "/" in text:
        # An end left empty is one that nobody knows: here the same as an open one; the parser guesses ten years.
        text = "/".join(end or ".." for end in text.split("/"))
    if text == "../..":
        return None
    text = _readable(text)
    try:
        parsed = parse_edtf(text)
        low, high = parsed.lower_strict(), parsed.upper_strict()
    except (EDTFParseException, ValueError, TypeError, AttributeError, OverflowError):
        raise _unreadable() from None
    vague = "X" in text
    earliest = FIRST if isinstance(low, float) else _day(low[0], low[1], low[2], vague=vague)
    latest = LAST if isinstance(high, float) else _day(high[0], high[1], high[2], vague=vague)
    if earliest > latest:
        raise ValueError(message("a date ends before it begins"))
    return None if (earliest, latest) == (FIRST, LAST) else (earliest, latest)


def _readable(text: str) -> str:
    """The text for the parser, which knows parts of a year only alone and without a sign of doubt."""
    ends = [_GROUPED.fullmatch(end) for end in text.split("/")]
    if len(ends) != _TWO:
        return ends[0][1] if ends[0] else text
    months = [
        span(group[1])[side][:7] if group else end  # type: ignore[index]  # a part of a year is never unknown
        for side, group, end in zip((0, 1), ends, text.split("/"), strict=True)
    ]
    return "/".join(months)


def _day(year: int, month: int, day: int, *, vague: bool = False) -> str:
    """Write an ISO day. ``vague``: some digits are unknown, so a day that no month has stands for its last."""
    year = max(year, 1) if vague else year
    longest = monthrange(year, month)[1] if year else 0
    if not 1 <= day <= longest and not vague:
        raise ValueError(message("there is no such day in that month"))
    return f"{year:04}-{month:02}-{min(day, longest):02}"


def _unreadable() -> ValueError:
    return ValueError(
        message("not a date: write 2018, 2018-03, 2018-03-04, 2018-03~ (about), 2017/2018 or 2017/..")
    )
