"""Knows how an exhibit sheet is laid out on a page: texts side by side, who was there, consent, log, who made it.
Must not know how it was made; it shows the sheet that was signed and adds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from archive.evidence.sheet import Sheet, SheetText
from archive.services.exhibiting import Exhibit
from archive.vocabularies.load import vocabulary
from archive.web.dates import when
from archive.web.presenting import Said, ours, paragraphs, tag, term, theirs
from archive.web.records.presenting import Fact, role

_KINDS: Final = vocabulary("kinds")
_GROUP: Final = 8


@dataclass(frozen=True, slots=True)
class Column:
    """One text of the sheet, with its digest."""

    heading: str
    language: str
    lang: str
    dir: str
    paragraphs: tuple[str, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a printed sheet shows."""

    code: str
    title: Said
    kind: Said
    notes: tuple[Said, ...]
    texts: tuple[Column, ...]
    account: tuple[Fact, ...]
    present: tuple[Fact, ...]
    consent: tuple[Fact, ...]
    log: tuple[Fact, ...]
    made: tuple[Fact, ...]


def page(found: Exhibit, name: str, fingerprint: str) -> Page:
    """``name``: of who made it; ``fingerprint``: of the archive's officers."""
    sheet = found.sheet
    return Page(
        code=sheet.code,
        title=theirs(sheet.title),
        kind=_kind(sheet.kind),
        notes=tuple(term("content-notes", id) for id in sheet.content_note),
        texts=tuple(_column(text) for text in sheet.texts),
        account=tuple(_account(sheet)),
        present=tuple(_present(sheet)),
        consent=tuple(_consent(sheet)),
        log=tuple(_log(sheet)),
        made=tuple(_made(found, name, fingerprint)),
    )


def second(iso: str) -> str:
    """A moment in words, in UTC, as the archive's clock had it."""
    return str(format_datetime(datetime.fromisoformat(iso), "long", rebase=False))


def grouped(digits: str) -> str:
    """A long row of digits in eights, to be compared by eye."""
    return " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def _kind(kind: str) -> Said:
    return term("kinds", kind) if kind in _KINDS else tag("kind", kind)


def _column(text: SheetText) -> Column:
    facts = (
        Fact(_("Translator"), _words(text.translator)),
        Fact(_("Method"), _words(text.method)),
        Fact("SHA-256", apart=grouped(text.sha256)),
    )
    return Column(
        heading=role(text.role),
        language=term("languages", text.lang).text,
        lang=text.lang,
        dir=text.direction,
        paragraphs=paragraphs(text.text),
        facts=tuple(fact for fact in facts if fact.values or fact.apart),
    )


def _account(sheet: Sheet) -> Iterator[Fact]:
    day = format_date(date.fromisoformat(sheet.version.day), "long")
    yield Fact(
        _("Version"), apart=_("revision %(number)s of %(day)s", number=sheet.version.revision, day=day)
    )
    given = sheet.given
    unknown = (ours(_("not recorded")),)
    yield Fact(
        _("Account given"), () if given.when else unknown, apart=when(given.when) if given.when else ""
    )
    yield Fact(_("Where it was given"), (term("places", given.where),) if given.where else unknown)
    if sheet.source:
        yield Fact(_("Source"), _words(sheet.source.citation))
        if sheet.source.licence:
            yield Fact(_("Terms of the source"), _words(sheet.source.licence))


def _present(sheet: Sheet) -> Iterator[Fact]:
    for one in sheet.present:
        name = " · ".join(part for part in (one.name, one.organisation) if part)
        yield Fact(
            term("present-roles", one.role).text, _words(name) if name else (ours(_("name not recorded")),)
        )


def _consent(sheet: Sheet) -> Iterator[Fact]:
    until = sheet.consent.until
    yield Fact(
        _("Until"), apart=format_date(date.fromisoformat(until), "long") if until else _("without end")
    )
    yield Fact(_("Items of consent"), apart=" · ".join(grouped(item) for item in sheet.consent.items))
    yield Fact(_("Head of the ledger"), apart=grouped(sheet.consent.ledger))


def _log(sheet: Sheet) -> Iterator[Fact]:
    log = sheet.log
    yield Fact(_("Entry of the opening"), apart=_("number %(number)s", number=log.number))
    yield Fact(_("Its leaf hash"), apart=grouped(log.leaf))
    yield Fact(_("Entries in the log then"), apart=str(log.size))
    yield Fact(_("Root of the log then"), apart=grouped(log.root))


def _made(found: Exhibit, name: str, fingerprint: str) -> Iterator[Fact]:
    sheet = found.sheet
    yield Fact(_("Printed by"), (theirs(name),))
    yield Fact(_("Made on"), apart=second(sheet.made.at))
    yield Fact(_("Opaque id"), apart=grouped(sheet.made.by))
    yield Fact(_("Exhibit id"), apart=grouped(sheet.exhibit))
    yield Fact(_("SHA-256 of the signed JSON"), apart=grouped(found.digest))
    yield Fact(_("Fingerprint of the archive's officers"), apart=grouped(fingerprint))


def _words(text: str) -> tuple[Said, ...]:
    return (theirs(text),) if text else ()
