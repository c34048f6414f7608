"""Knows how the consent ledger is laid out: entry by entry, its grants gathered by what and for whom.
Must not know what consent opens: `policy` decides, and the placed rooms say it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flask_babel import format_date
from flask_babel import gettext as _

from archive.domain.consent import ConsentEntry, DataClass, Event, GrantItem
from archive.web.presenting import Said, comma, term, theirs
from archive.web.records.presenting import Fact, classes

_BY_THE_ARCHIVE: Final = frozenset({Event.RECEIPT, Event.HOLD, Event.RELEASE})
"""Entries that nobody gives: the archive notes them."""


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One purpose, audience and term, with the answers for each part of the account."""

    purpose: Said
    audience: Said
    term: str
    conditions: Said | None
    answers: tuple[tuple[Said, tuple[Said, ...]], ...]


@dataclass(frozen=True, slots=True)
class EntryView:
    """One ledger entry."""

    event: str
    basis: Said
    at: str
    facts: tuple[Fact, ...]
    lines: tuple[GrantLine, ...]
    closes: int


def entry(found: ConsentEntry) -> EntryView:
    return EntryView(
        event=happened(found.event),
        basis=term("legal-bases", found.basis),
        at=format_date(found.at, "long"),
        facts=tuple(fact for fact in _facts(found) if fact.values or fact.apart),
        lines=tuple(_lines(found.items)),
        closes=len(found.closes),
    )


def happened(event: Event) -> str:
    """What an entry of the ledger did, in a word."""
    return {
        Event.DRAFT: _("Drafted"),
        Event.GRANT: _("Granted"),
        Event.LIMIT: _("Limited"),
        Event.SUSPEND: _("Suspended"),
        Event.RESUME: _("Resumed"),
        Event.WITHDRAW: _("Withdrawn"),
        Event.SUPERSEDE: _("Replaced"),
        Event.RECEIPT: _("New code for withdrawing given out"),
        Event.HOLD: _("Held: other people are at risk"),
        Event.RELEASE: _("Hold released"),
    }[event]


def _facts(found: ConsentEntry) -> Iterator[Fact]:
    yield Fact(_("Reason"), _words(found.reason))
    yield Fact(_("Source"), _words(found.source))
    yield Fact(_("Terms of the source"), _words(found.licence))
    if found.event not in _BY_THE_ARCHIVE:
        yield Fact(_("Given by"), (term("given-by", found.given_by),))
        yield Fact(_("Capacity"), (term("capacities", found.capacity),))
    yield Fact(_("How"), (term("consent-methods", found.method),) if found.method else ())
    yield Fact(_("Text that was read out"), apart=found.script_version)
    yield Fact(
        _("Its language"), (term("languages", found.script_language),) if found.script_language else ()
    )
    kept = (
        (found.interpreter_used, _("an interpreter helped")),
        (found.risk_explained, _("risks were explained")),
        (found.copy_given, _("a copy was given")),
    )
    said = comma().join(words for done, words in kept if done)
    yield Fact(_("Also"), apart=said)
    yield Fact(_("Witness"), _words(found.witness))
    yield Fact(_("Review on"), apart=format_date(found.review_on, "long") if found.review_on else "")


def _lines(items: tuple[GrantItem, ...]) -> Iterator[GrantLine]:
    gathered: dict[tuple[str, str, str, str], dict[str, list[DataClass]]] = {}
    for item in items:
        key = (item.purpose.value, item.audience.value, _term(item), item.conditions)
        answers = gathered.setdefault(key, {})
        answers.setdefault(item.decision.value, []).append(item.data_class)
    for (purpose, audience, until, conditions), answers in gathered.items():
        yield GrantLine(
            purpose=term("purposes", purpose),
            audience=term("audiences", audience),
            term=until,
            conditions=theirs(conditions) if conditions else None,
            answers=tuple(
                (term("decisions", decision), classes(parts)) for decision, parts in answers.items()
            ),
        )


def _term(item: GrantItem) -> str:
    since = format_date(item.since, "long") if item.since else ""
    until = format_date(item.until, "long") if item.until else ""
    if since and until:
        return str(_("%(first)s to %(last)s", first=since, last=until))
    if since:
        return str(_("from %(date)s on", date=since))
    return str(_("until %(date)s", date=until)) if until else str(_("without end"))


def _words(text: str) -> tuple[Said, ...]:
    return (theirs(text),) if text else ()
