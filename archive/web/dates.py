"""Knows how dates that are not quite known (EDTF) are said in words of the page's language.
Must not know what happened then; what it cannot read it shows as it is written."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

from babel.dates import format_date, format_interval, format_skeleton, format_time
from flask_babel import get_locale
from flask_babel import gettext as _

_ONE: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?([~?%]?)", re.ASCII)
_DECADE: Final = re.compile(r"(\d{3})X", re.ASCII)


def when(edtf: str) -> str:
    """An EDTF date or interval in words; anything else as it stands."""
    first, slash, last = edtf.partition("/")
    if not slash:
        return _one(edtf)
    if last in ("", ".."):
        return str(_("from %(date)s on", date=_one(first)))
    if first in ("", ".."):
        return str(_("until %(date)s", date=_one(last)))
    return str(_("%(first)s to %(last)s", first=_one(first), last=_one(last)))


def _one(edtf: str) -> str:
    if decade := _DECADE.fullmatch(edtf):
        return str(_("the decade from %(year)s", year=f"{decade[1]}0"))
    found = _ONE.fullmatch(edtf)
    if found is None:
        return edtf
    year, month, day, sure = found.groups()
    try:
        said = _exact(int(year), int(month or 0), int(day or 0))
    except ValueError:
        return edtf
    match sure:
        case "~":
            return str(_("about %(date)s", date=said))
        case "?":
            return str(_("perhaps %(date)s", date=said))
        case "%":
            return str(_("perhaps about %(date)s", date=said))
    return said


def _exact(year: int, month: int, day: int) -> str:
    if not month:
        return str(year)
    if 21 <= month <= 24 and not day:  # noqa: PLR2004  # EDTF's numbers for the seasons
        return str(_seasons(month, year))
    if 33 <= month <= 36 and not day:  # noqa: PLR2004  # EDTF's numbers for the quarters
        first = 3 * (month - 33) + 1
        ends = (date(year, first, 1), date(year, first + 2, 1))
        return str(format_interval(*ends, "yMMMM", locale=get_locale()))
    if not day:
        return str(format_skeleton("yMMMM", date(year, month, 1), locale=get_locale()))
    return str(format_date(date(year, month, day), "long", locale=get_locale()))


def _seasons(season: int, year: int) -> str:
    return {
        21: _("spring %(year)s", year=year),
        22: _("summer %(year)s", year=year),
        23: _("autumn %(year)s", year=year),
        24: _("winter %(year)s", year=year),
    }[season]


def moment(at: int) -> str:
    """A moment (seconds since 1970) in words, in UTC."""
    found, here = datetime.fromtimestamp(at, UTC), get_locale()
    return f"{format_date(found, 'long', locale=here)}, {format_time(found, 'short', locale=here)} UTC"
