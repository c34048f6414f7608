"""Knows how a record that was opened is laid out on a page: facts, texts, tags, people, consent.
Must not know how it was opened; it shows what it is given and adds nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from archive.domain.consent import DataClass
from archive.domain.drafts import Record
from archive.domain.family_report import FamilyReport, MissingPerson, Statement
from archive.domain.records import WITHHELD, Identity, Text
from archive.domain.rooms import Capability, RoomPurpose
from archive.domain.showing import HeldRoom, Shown
from archive.domain.tags import Facet, Tag
from archive.domain.testimony import Testimony
from archive.policy.redaction import NOBODY, WORDS
from archive.text.scripts import detect
from archive.web.dates import when
from archive.web.presenting import Said, above, facet, ours, paragraphs, tag, term, theirs


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a summary list. ``values`` stand beside each other; ``apart`` are dates, codes, ids."""

    name: str
    values: tuple[Said, ...] = ()
    apart: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of somebody's words, with what stands above it."""

    heading: str
    language: str
    lang: str
    dir: str
    paragraphs: tuple[str, ...]
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """The tags of one facet."""

    name: str
    tags: tuple[TagLine, ...]


@dataclass(frozen=True, slots=True)
class TagLine:
    """One tag: label under its broader terms, certainty, and the words it rests on."""

    path: tuple[Said, ...]
    label: Said
    certainty: str
    passage: Said | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a heading and facts: a missing person, or who an opaque id is."""

    name: Said
    facts: tuple[Fact, ...]
    statements: tuple[tuple[Said, Said | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a text was gone through."""

    heading: str
    language: str
    marked: str
    unread: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a record's page shows, the consent ledger apart."""

    id: UUID
    code: str
    title: Said
    kind: Said
    revision: int
    day: str
    notes: tuple[Said, ...]
    facts: tuple[Fact, ...]
    texts: tuple[Passage, ...]
    shelves: tuple[Shelf, ...]
    missing: tuple[Person, ...]
    statements: tuple[tuple[Said, Said | None], ...]
    identity: tuple[Person, ...]
    until: str
    safety: Said | None


def page(shown: Shown) -> Page:
    record = shown.record
    report = record if isinstance(record, FamilyReport) else None
    return Page(
        id=record.id,
        code=shown.code,
        title=theirs(record.title),
        kind=term("kinds", record.kind) if isinstance(record, Testimony) else ours(_("Family report")),
        revision=shown.revision,
        day=format_date(shown.day, "long"),
        notes=tuple(term("content-notes", id) for id in record.content_note),
        facts=tuple(fact for fact in _facts(record) if fact.values or fact.apart),
        texts=tuple(_texts(record, custody=shown.room.purpose is RoomPurpose.CUSTODY)),
        shelves=tuple(_shelves(record)),
        missing=tuple(_missing(person) for person in report.missing) if report else (),
        statements=_statements(report.statements) if report else (),
        identity=tuple(_people(shown.identity)) if shown.identity else (),
        until=format_date(shown.licence.not_after, "long") if shown.licence.not_after else "",
        safety=theirs(report.safety) if report and report.safety else None,
    )


def may_place(room: HeldRoom) -> bool:
    """Whether the member may change and place what lies in this room: pages offer only what may be done."""
    return Capability.PLACE in room.capabilities and room.purpose is RoomPurpose.CUSTODY


def _facts(record: Record) -> Iterator[Fact]:
    yield Fact(_("Account given"), apart=when(record.collected) if record.collected else "")
    where = (term("places", record.collected_where),) if record.collected_where else ()
    yield Fact(_("Where it was given"), where)
    yield Fact(_("How it reached the archive"), _words(record.channel))
    if isinstance(record, Testimony):
        yield Fact(_("Time it speaks of"), apart=when(record.period) if record.period else "")
        yield Fact(_("Narrator"), apart=_opaque(record.narrator))
    else:
        yield Fact(_("Reporter"), apart=_opaque(record.reporter))
    for present in record.present:
        name = " · ".join(part for part in (present.name, present.organisation) if part)
        yield Fact(term("present-roles", present.role).text, _words(name or "—"))
    if record.source:
        yield Fact(_("Source"), _words(record.source.citation))
        yield Fact(_("Terms of the source"), _words(record.source.licence))
        yield Fact(_("Number in the source"), apart=record.source.identifier)
    yield Fact(_("Note"), _words(record.note))


def _texts(record: Record, *, custody: bool) -> Iterator[Passage]:
    order = {"original": 0, "transcript": 1, "translation": 2, "summary": 3}
    for text in sorted(record.texts, key=lambda text: order.get(text.role, 9)):
        yield Passage(
            heading=role(text.role),
            language=term("languages", text.lang).text,
            lang=text.lang,
            dir=text.direction,
            paragraphs=paragraphs(text.body),
            facts=tuple(fact for fact in _about(text, custody=custody) if fact.values),
        )
    if isinstance(record, FamilyReport):
        for heading, words in (
            (_("What is sought"), record.sought),
            (_("Objections of other relatives"), record.objections),
            (_("What happens when the person is freed"), record.when_freed),
        ):
            if words:
                yield passage(heading, words)
        for follow_up in record.follow_ups:
            after = (
                _("next contact %(date)s", date=when(follow_up.next_contact))
                if follow_up.next_contact
                else ""
            )
            heading = " · ".join(part for part in (_("Follow-up"), when(follow_up.on), after) if part)
            yield passage(heading, follow_up.note)


def passage(heading: str, words: str) -> Passage:
    """Words whose language nobody wrote down."""
    guess = detect(words)
    return Passage(heading, "", guess.lang, guess.direction, paragraphs(words))


def role(name: str) -> str:
    """What a text is to the account."""
    return {
        "original": _("Original"),
        "translation": _("Translation"),
        "transcript": _("Transcript"),
        "summary": _("Summary"),
    }.get(name, name)


def _about(text: Text, *, custody: bool) -> Iterator[Fact]:
    yield Fact(_("Translator"), _words(text.translator))
    yield Fact(_("Method"), _words(text.method))
    if not custody:
        return  # what a text was read for tells a reader what might be withheld
    yield Fact(_("Found in it"), classes(text.contains))
    yield Fact(_("Read for"), classes(text.reviewed))


def readings(record: Record) -> tuple[Reading, ...]:
    """For each text how many passages are marked, and what it was not read for; the title, if it was not."""
    title = tuple(_unread(record.title_reviewed))
    texts = (
        Reading(
            heading=role(text.role),
            language=term("languages", text.lang).text,
            marked=_marked(len(text.passages)),
            unread=tuple(_unread(text.reviewed)),
        )
        for text in record.texts
    )
    return (*([Reading(heading=_("Title"), language="", marked="", unread=title)] if title else []), *texts)


def _marked(many: int) -> str:
    if not many:
        return str(_("no passage is marked"))
    return str(ngettext("%(num)d passage is marked", "%(num)d passages are marked", many))


def _unread(reviewed: Iterable[DataClass]) -> Iterator[Said]:
    unread = WORDS - set(reviewed)
    if unread == WORDS:
        yield ours(_("any kind of data"))
    else:
        yield from classes(one for one in DataClass if one in unread)


def classes(found: Iterable[DataClass]) -> tuple[Said, ...]:
    """Parts of an account by name; all of them in one word."""
    named = tuple(found)
    if set(named) == set(DataClass):
        return (ours(_("every part of an account")),)
    return tuple(term("data-classes", id) for id in named)


def _shelves(record: Record) -> Iterator[Shelf]:
    languages = {text.id: text.lang for text in record.texts}
    for name in Facet:
        lines = tuple(_line(tag, languages.get(tag.text, "")) for tag in record.tags if tag.facet is name)
        if lines:
            yield Shelf(facet(name), lines)


def _line(found: Tag, lang: str) -> TagLine:
    return TagLine(
        path=above(found.facet, found.term, found.kind),
        label=tag(found.facet, found.term, found.labels),
        certainty=term("certainty", found.certainty).text,
        passage=theirs(found.passage, lang) if found.passage else None,
    )


def _missing(person: MissingPerson) -> Person:
    facts = (
        Fact(_("Other names"), tuple(theirs(name) for name in person.other_names)),
        Fact(_("Is to the reporter"), (term("relations", person.relation),)),
        Fact(_("Born"), apart=when(person.born)),
        Fact(_("Situation"), (term("person-status", person.status),)),
        Fact(_("As of"), apart=when(person.as_of)),
        Fact(_("According to"), _words(person.status_source)),
        Fact(_("Last contact"), apart=when(person.last_contact)),
    )
    kept = tuple(fact for fact in facts if fact.values or fact.apart) if person.id != NOBODY else ()
    return Person(theirs(person.name), kept, _statements(person.statements))


def _statements(statements: Iterable[Statement]) -> tuple[tuple[Said, Said | None], ...]:
    return tuple(
        (theirs(one.text), term("knowledge", one.knowledge) if one.text != WITHHELD else None)
        for one in statements
    )


def _people(identity: Identity) -> Iterator[Person]:
    for person in identity.people:
        facts = (
            Fact(_("Safe way to get in touch"), _words(person.safe_contact)),
            Fact(_("Contact"), _words(person.contact)),
            Fact(_("Other names"), tuple(theirs(name) for name in person.other_names)),
            Fact(_("Role"), (ours(_role_of(person.role)),)),
            Fact(_("Note"), _words(person.note)),
            Fact(_("Opaque id"), apart=_opaque(person.id)),
        )
        yield Person(theirs(person.name or "—"), tuple(fact for fact in facts if fact.values or fact.apart))


def _role_of(name: str) -> str:
    return {"narrator": _("Narrator"), "reporter": _("Reporter"), "missing": _("Missing person")}.get(
        name, name
    )


def _words(text: str) -> tuple[Said, ...]:
    return (theirs(text),) if text else ()


def _opaque(id: UUID | None) -> str:
    return id.hex[:8] if id and id != NOBODY else ""
