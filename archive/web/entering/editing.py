"""Knows how a long form grows and shrinks by its own buttons, and where on it a problem belongs.
Must not know what the form is about; nothing typed is kept anywhere but on the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from werkzeug.datastructures import MultiDict
from wtforms import FieldList

from archive.domain.errors import Problem
from archive.web import language
from archive.web.entering import tags
from archive.web.forms import Form, fields
from archive.web.presenting import said

BUTTON: Final = "edit"
_MOST: Final = 60
"""More of one part than anybody enters by hand: a form beyond it only costs time."""
_ITEM: Final = re.compile(r"^consent\.items(?:\.(\d+))?")
_PART: Final = re.compile(r"[a-z]+(?:-[a-z0-9]+)*", re.ASCII)


def typed(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was sent, without the part that the pressed button drops."""
    verb, _space, part = sent.get(BUTTON, "").partition(" ")
    if verb != "drop" or not _PART.fullmatch(part):
        return sent
    kept = [(name, value) for name, value in sent.items(multi=True) if not name.startswith(f"{part}-")]
    return MultiDict(kept)


def speak(button: str) -> None:
    """Change the language, if that is what a button asks: before the form is made, so that all of it changes."""
    verb, _space, code = button.partition(" ")
    if verb == "speak":
        language.change(code)


def act(form: Form, button: str) -> None:
    """Do what a button asks of a form that already shows what was typed: add a part, or a tag."""
    verb, _space, rest = button.partition(" ")
    if verb == "add" and (repeated := _repeated(form, rest)) is not None and len(repeated) < _MOST:
        repeated.append_entry()
    elif verb == "tag":
        facet, _space, term = rest.partition(" ")
        tags.add(form, facet, term)


def located(
    problems: Iterable[Problem], form: Form, moved: Mapping[str, str], grants: Sequence[str] = ()
) -> Iterator[tuple[str, str]]:
    """(id of a field on the form, or nothing; message) of each problem the services found.

    ``moved``: beginnings of places that the form names otherwise. ``grants``: for each consent item its part.
    """
    labels = {field.id: name for field, name in fields(form)}
    for problem in problems:
        where = _ITEM.sub(lambda found: _grant(found[1], grants), problem.where)
        if where == "consent":
            where = "consent.asked.keep"  # what is lacking is an answer
        for begin, there in moved.items():
            if where == begin or where.startswith(f"{begin}."):
                where = there + where.removeprefix(begin)
        at = _nearest(labels, where.replace(".", "-"))
        name = labels.get(at, "")
        listed = (
            {"list": name.rpartition(" · ")[2]} if "list" in problem.values else {}
        )  # not a vocabulary's id
        words = said(replace(problem, values={**problem.values, **listed}))
        yield at, f"{name}: {words}" if at else words


def _grant(item: str | None, grants: Sequence[str]) -> str:
    number = int(item) if item else len(grants)
    return f"consent.{grants[number]}" if number < len(grants) else "consent.asked"


def _nearest(labels: Mapping[str, str], where: str) -> str:
    """The id of the field at a place, else of the first field of the nearest part around it."""
    while where and where not in labels:
        if within := next((id for id in labels if id.startswith(f"{where}-")), ""):
            return within
        where = where.rpartition("-")[0]
    return where


def _repeated(form: Form, part: str) -> FieldList | None:
    """The repeated part of that name, however deep; None if there is none."""
    here: Any = form
    for step in part.split("-"):
        if isinstance(here, FieldList):
            if not step.isascii() or not step.isdigit() or int(step[:4]) >= len(here):
                return None
            here = here[int(step[:4])].form
        elif step in here and step != "csrf_token":
            here = here[step]
            here = here.form if hasattr(here, "form") and not isinstance(here, FieldList) else here
        else:
            return None
    return here if isinstance(here, FieldList) else None
