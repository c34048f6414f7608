"""Knows how entries of the log are said in plain words: what was done, by whom, what stands behind it.
Must not know who may see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from flask_babel import format_date, format_time
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from archive.domain.identifiers import code_of
from archive.services.transparency import Entry
from archive.web.presenting import Said, ours, theirs

WORDS: Final[Mapping[str, LazyString]] = {
    "init": _l("founded the archive"),
    "sign-in": _l("signed in"),
    "sign-in-refused": _l("was refused at sign-in"),
    "sign-out": _l("signed out"),
    "admit": _l("admitted a member"),
    "recover": _l("used a recovery kit"),
    "passphrase": _l("chose a new passphrase"),
    "room": _l("made a room"),
    "scope": _l("changed the name or the bounds of a room"),
    "grant": _l("let somebody in to a room"),
    "regrant": _l("gave rooms again with the archive kit"),
    "remove": _l("took a room away from a member"),
    "appoint": _l("gave somebody an office"),
    "accession": _l("stored records"),
    "revise": _l("changed a record"),
    "place": _l("placed records anew in their rooms"),
    "consent": _l("entered a change of consent"),
    "limit": _l("limited consent"),
    "withdraw": _l("withdrew consent"),
    "receipt": _l("printed a receipt for withdrawing"),
    "expire": _l("closed what had reached its last day"),
    "shred": _l("destroyed what was withdrawn"),
    "undo": _l("took a withdrawal back"),
    "hand-over": _l("recorded what was handed over outside"),
    "recall": _l("noted how far a recall has come"),
    "recalls": _l("looked at what was handed over and recalled"),
    "hold": _l("put a hold on a record"),
    "lift": _l("lifted a hold"),
    "holds": _l("looked at the holds"),
    "subject-report": _l("made a report for the person concerned"),
    "certificate": _l("made a certificate of what was destroyed"),
    "register": _l("changed the facility register"),
    "open": _l("opened a record"),
    "search": _l("searched a room"),
    "suggest": _l("was offered terms while typing"),
    "refused": _l("was refused something"),
    "import": _l("imported rows"),
    "report": _l("read a report of refused rows"),
    "log-read": _l("looked at this log"),
    "epoch": _l("sealed the shares under a new key of this machine"),
    "reindex": _l("made a search index anew"),
    "fsck": _l("checked the whole archive"),
    "exhibit": _l("made an exhibit sheet"),
    "backup": _l("made a backup"),
    "restore": _l("restored a backup"),
}
"""What each word of the log means, said of whoever did it."""

_NAMES: Final[Mapping[str, LazyString]] = {
    "room": _l("Room"),
    "record": _l("Record"),
    "records": _l("Records"),
    "hits": _l("Records found"),
    "total": _l("How many were found"),
    "body": _l("Version"),
    "revision": _l("Revision"),
    "identity": _l("Identity room, opened too"),
    "consent": _l("Its consent alone"),
    "member": _l("Member"),
    "to": _l("Member"),
    "capabilities": _l("What they may do there"),
    "what": _l("What was asked for"),
    "asked": _l("Of what"),
    "start": _l("From entry"),
    "count": _l("How many"),
}
_UNSAID: Final = frozenset({"at", "session"})
"""The moment stands above; which of somebody's sessions it was says nothing to a reader."""
_OFTEN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry for templates. ``who`` is a name where the reader may know it, else the beginning of an id."""

    number: int
    day: str
    time: str
    who: Said | None
    actor: UUID | None
    what: Said
    code: str
    about: UUID | None
    facts: tuple[tuple[str, str], ...]


def line(entry: Entry, names: Mapping[UUID, str]) -> Line:
    at = str(entry.detail.get("at", "")) if entry.detail else ""
    return Line(
        number=entry.number,
        day=format_date(entry.day, "long"),
        time=_time(at),
        who=theirs(names[entry.actor]) if entry.actor and names.get(entry.actor) else None,
        actor=entry.actor,
        what=ours(str(WORDS[entry.action])) if entry.action in WORDS else theirs(entry.action, "en"),
        code=code_of(entry.about) if entry.about else "",
        about=entry.about,
        facts=tuple(_facts(entry.detail or {})),
    )


def _facts(detail: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in detail.items():
        if name not in _UNSAID and value is not None:
            yield str(_NAMES.get(name, name)), _said(value)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        more = len(value) - _OFTEN
        said = ", ".join(str(one) for one in value[:_OFTEN])
        return said + (_(" and %(n)s more", n=str(more)) if more > 0 else "") if value else _("none")
    return str(value)


def _time(at: str) -> str:
    try:
        return format_time(datetime.fromisoformat(at), "short")
    except ValueError:
        return ""
