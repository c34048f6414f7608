"""Validating: everything that keeps a draft from becoming a record, said at once, field by field, with its remedy.

Knows what a record must have and which list each field draws on. Must not know forms, files or what is stored already.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from archive.domain.consent import Audience, Basis, ConsentEntry, DataClass, Decision, Event, Purpose
from archive.domain.drafts import Draft, Record
from archive.domain.errors import Invalid, message
from archive.domain.family_report import FamilyReport, FollowUp, MissingPerson, Statement
from archive.domain.records import KnownPerson, Passage, Present, Source, Text
from archive.domain.tags import Facet, Tag
from archive.domain.testimony import Testimony
from archive.policy.consent import fold, speaks_for_others
from archive.policy.placement import unkept
from archive.policy.terms import VOCABULARIES
from archive.services.fields import BODY, Fields
from archive.text.scripts import direction
from archive.vocabularies.load import vocabulary

MOST_TAGS: Final = 500
MOST_PASSAGES: Final = 2000
MOST_ITEMS: Final = len(Purpose) * len(Audience) * len(DataClass)
ROLES: Final = ("original", "translation", "transcript", "summary")
REGISTERED: Final = "reg-"
_UNDIRECTED: Final = ("und", "mul")


def check(draft: Draft, register: Collection[str]) -> None:
    """Return when the draft may become a record; else raise Invalid with every problem found.

    ``register`` holds the terms of the facility register (``reg-…``), as a mapping or a set; own terms for places and
    subjects stand in no register but bring their names along. Paths are those of the
    record's fields (``texts.0.lang``), or begin with ``consent.`` or ``people.``. Cost: some 50 ms for each uncertain
    date, and one reading of every text.
    """
    fields = Fields()
    _shared(fields, draft.record)
    if isinstance(draft.record, Testimony):
        _testimony(fields, draft.record)
    else:
        _report(fields, draft.record)
    _tags(fields, draft.record, register)
    _consent(fields, draft.consent)
    _people(fields, draft.people)
    _agreed(fields, draft)
    fields.line("source_key", draft.source_key)
    if fields.problems:
        raise Invalid(fields.problems)


def check_tags(record: Record, register: Collection[str]) -> None:
    """Return when a stored record may bear the tags that it now has; else raise Invalid, as `check`."""
    fields = Fields()
    _tags(fields, record, register)
    if fields.problems:
        raise Invalid(fields.problems)


def check_passages(record: Record) -> None:
    """Return when the passages of a stored record's texts are such as may be stored; else raise Invalid, as `check`."""
    fields = Fields()
    for number, text in enumerate(record.texts):
        _passages(fields, f"texts.{number}.", text)
    if fields.problems:
        raise Invalid(fields.problems)


def check_entry(entry: ConsentEntry) -> None:
    """Return when an entry may follow others in a record's ledger; else raise Invalid, as `check`."""
    fields = Fields()
    _entry(fields, entry)
    if entry.event not in (Event.GRANT, Event.SUPERSEDE):
        for number, item in enumerate(entry.items):
            if item.decision is Decision.YES:
                said = message("Only a grant opens anything. Leave this out, or make it a grant.")
                fields.problem(f"consent.items.{number}.decision", said)
    if fields.problems:
        raise Invalid(fields.problems)


def _tags(fields: Fields, record: Record, register: Collection[str]) -> None:
    fields.few("tags", record.tags, MOST_TAGS)
    for number, tag in enumerate(record.tags):
        _tag(fields, f"tags.{number}.", tag, record, register)


def _shared(fields: Fields, record: Record) -> None:
    fields.line("title", record.title, required=message("Give the account a title that names nobody."))
    fields.few("texts", record.texts)
    fields.unlike("texts.%d.id", (text.id for text in record.texts))
    for number, text in enumerate(record.texts):
        _text(fields, f"texts.{number}.", text)
    fields.few("present", record.present)
    for number, somebody in enumerate(record.present):
        _present(fields, f"present.{number}.", somebody)
    fields.date("collected", record.collected)
    fields.line("collected_where", record.collected_where)
    fields.line("channel", record.channel)
    fields.few("content_note", record.content_note)
    fields.terms("content_note", record.content_note, "content-notes")
    fields.prose("note", record.note)
    if record.source:
        _source(fields, record.source)


def _testimony(fields: Fields, testimony: Testimony) -> None:
    fields.term("kind", testimony.kind, "kinds")
    fields.date("period", testimony.period)
    if not _original(testimony):
        fields.problem("texts", message("Write down the account in the words in which it was given."))


def _report(fields: Fields, report: FamilyReport) -> None:
    fields.few("missing", report.missing)
    fields.unlike("missing.%d.id", (person.id for person in report.missing))
    for number, person in enumerate(report.missing):
        _missing(fields, f"missing.{number}.", person)
    _statements(fields, "statements", report.statements)
    for name in ("sought", "safety", "objections", "when_freed"):
        fields.prose(name, getattr(report, name))
    fields.few("follow_ups", report.follow_ups)
    for number, follow_up in enumerate(report.follow_ups):
        _follow_up(fields, f"follow_ups.{number}.", follow_up)
    if not (_original(report) or report.missing or report.statements):
        fields.problem("missing", message("Say who is missing, or what is known, or write down the account."))


def _original(record: Record) -> bool:
    return any(text.role == "original" for text in record.texts)


def _text(fields: Fields, at: str, text: Text) -> None:
    fields.id(at + "id", text.id)
    if text.role not in ROLES:
        fields.problem(at + "role", message("A text is one of these: %(roles)s."), roles=", ".join(ROLES))
    fields.term(at + "lang", text.lang, "languages")
    known = text.lang in vocabulary("languages") and text.lang not in _UNDIRECTED
    wanted = direction(text.lang) if known else ""
    if text.direction not in ("rtl", "ltr"):
        fields.problem(at + "direction", message("The direction of writing is rtl or ltr."))
    elif wanted and text.direction != wanted:
        fields.problem(
            at + "direction",
            message("“%(lang)s” is written %(wanted)s. Change the direction, or the language."),
            lang=text.lang,
            wanted=wanted,
        )
    fields.prose(
        at + "body", text.body, required=message("Enter this text, or take it out of the draft."), most=BODY
    )
    fields.line(at + "translator", text.translator)
    fields.line(at + "method", text.method)
    _passages(fields, at, text)


def _passages(fields: Fields, at: str, text: Text) -> None:
    fields.few(at + "passages", text.passages, MOST_PASSAGES)
    before = (0, 0)
    for number, passage in enumerate(text.passages):
        where, here = f"{at}passages.{number}.", (passage.start, passage.end)
        if not 0 <= passage.start < passage.end <= len(text.body):
            fields.problem(where + "end", message("A passage begins and ends within its text. Mark it anew."))
        elif here < before:
            fields.problem(where + "start", message("Passages are listed in the order in which they stand."))
        before = here
        _marked(fields, where, passage)


def _marked(fields: Fields, at: str, passage: Passage) -> None:
    if not passage.contains:
        fields.problem(at + "contains", message("Say which kinds of data the passage carries."))
    fields.line(at + "reason", passage.reason, required=message("Say in a few words why it is marked."))


def _present(fields: Fields, at: str, somebody: Present) -> None:
    fields.term(at + "role", somebody.role, "present-roles")
    fields.line(at + "name", somebody.name)
    fields.line(at + "organisation", somebody.organisation)


def _source(fields: Fields, source: Source) -> None:
    fields.prose(
        "source.citation",
        source.citation,
        required=message("Say where it was published, so that it can be cited."),
    )
    fields.line("source.licence", source.licence)
    fields.line("source.identifier", source.identifier)


def _missing(fields: Fields, at: str, person: MissingPerson) -> None:
    fields.line(at + "name", person.name, required=message("Write how the person is called, or “unknown”."))
    fields.few(at + "other_names", person.other_names)
    fields.lines(at + "other_names", person.other_names)
    fields.term(at + "relation", person.relation, "relations")
    fields.term(at + "status", person.status, "person-status")
    for name in ("born", "as_of", "last_contact"):
        fields.date(at + name, getattr(person, name))
    fields.line(at + "status_source", person.status_source)
    _statements(fields, at + "statements", person.statements)


def _statements(fields: Fields, at: str, statements: Collection[Statement]) -> None:
    fields.few(at, statements)
    for number, statement in enumerate(statements):
        said = message("Enter what was said, or take this statement out.")
        fields.prose(f"{at}.{number}.text", statement.text, required=said)
        fields.term(f"{at}.{number}.knowledge", statement.knowledge, "knowledge")


def _follow_up(fields: Fields, at: str, follow_up: FollowUp) -> None:
    if not follow_up.on:
        fields.problem(at + "on", message("Say when this contact was, at least the year."))
    fields.date(at + "on", follow_up.on)
    fields.prose(at + "note", follow_up.note)
    fields.day(at + "next_contact", follow_up.next_contact)


def _tag(fields: Fields, at: str, tag: Tag, record: Record, register: Collection[str]) -> None:
    if tag.term.startswith(REGISTERED) and tag.facet in (Facet.PLACE, Facet.SUBJECT):
        if not tag.labels:
            fields.problem(at + "labels", message("A term of this archive's own needs a name."))
    elif tag.term.startswith(REGISTERED):
        if tag.term not in register:
            fields.problem(
                at + "term",
                message("This archive's register does not hold “%(term)s”. Add it there first."),
                term=tag.term,
            )
    elif tag.facet is Facet.SUBJECT:
        fields.line(at + "term", tag.term, required=message("Name the subject."))
    else:
        fields.term(at + "term", tag.term, VOCABULARIES[tag.facet])
    fields.term(at + "certainty", tag.certainty, "certainty")
    fields.term(at + "kind", tag.kind, "facility-types", optional=True)
    fields.few(at + "labels", tag.labels)
    for lang, label in tag.labels.items():
        fields.line(at + "labels", lang)
        fields.line(at + "labels", label)
    fields.few(at + "aliases", tag.aliases)
    fields.lines(at + "aliases", tag.aliases)
    fields.few(at + "broader", tag.broader)
    fields.lines(at + "broader", tag.broader)
    _passage(fields, at, tag, record)


def _passage(fields: Fields, at: str, tag: Tag, record: Record) -> None:
    if not tag.passage and not tag.text:
        return
    bodies = [text.body for text in record.texts if text.id == tag.text]
    if not bodies:
        fields.problem(at + "text", message("Say in which of the record's texts the passage stands."))
    elif not tag.passage or tag.passage not in bodies[0]:
        fields.problem(
            at + "passage",
            message("These words do not stand in that text. Copy the passage exactly as it is there."),
        )


def _people(fields: Fields, people: Collection[KnownPerson]) -> None:
    fields.few("people", people)
    fields.unlike("people.%d.id", (person.id for person in people))
    for number, person in enumerate(people):
        at = f"people.{number}."
        fields.line(at + "role", person.role, required=message("Say who this is to the account."))
        fields.line(at + "name", person.name)
        fields.few(at + "other_names", person.other_names)
        fields.lines(at + "other_names", person.other_names)
        for name in ("contact", "safe_contact", "note"):
            fields.prose(at + name, getattr(person, name))


def _consent(fields: Fields, entry: ConsentEntry) -> None:
    if entry.event is not Event.GRANT:
        fields.problem("consent.event", message("A new record begins with a grant or a legal basis."))
    if entry.closes:
        fields.problem("consent.closes", message("A new record has no earlier grant that this could end."))
    _entry(fields, entry)


def _entry(fields: Fields, entry: ConsentEntry) -> None:
    fields.term("consent.given_by", entry.given_by, "given-by")
    fields.term("consent.capacity", entry.capacity, "capacities")
    fields.term("consent.method", entry.method, "consent-methods", optional=True)
    fields.term("consent.script_language", entry.script_language, "languages", optional=True)
    fields.line("consent.script_version", entry.script_version)
    fields.line("consent.witness", entry.witness)
    for name in ("reason", "source", "licence"):
        fields.prose(f"consent.{name}", getattr(entry, name))
    fields.few("consent.items", entry.items, MOST_ITEMS)
    fields.unlike("consent.items.%d.id", (item.id for item in entry.items))
    for number, item in enumerate(entry.items):
        at = f"consent.items.{number}."
        fields.prose(at + "conditions", item.conditions)
        if item.since and item.until and item.until < item.since:
            fields.problem(at + "until", message("This ends before it begins. Change one of the two days."))
    _basis(fields, entry)


def _basis(fields: Fields, entry: ConsentEntry) -> None:
    if entry.basis is not Basis.CONSENT and not entry.reason.strip():
        fields.problem("consent.reason", message("Say in words why this legal basis applies."))
    if entry.basis is Basis.ALREADY_PUBLIC:
        if not entry.source.strip():
            fields.problem("consent.source", message("Say where the account was published."))
        if not entry.licence.strip():
            fields.problem("consent.licence", message("Say on what terms it was published."))
    for number, item in enumerate(entry.items):
        if item.decision is Decision.YES and speaks_for_others(item) and not entry.reason.strip():
            fields.problem(
                f"consent.items.{number}.data_class",
                message(
                    "Nobody's consent covers other people. Record in the reason the finding that naming them"
                    " puts nobody at risk, or leave this closed."
                ),
            )


def _agreed(fields: Fields, draft: Draft) -> None:
    """What the draft holds is what may be kept."""
    state = fold([draft.consent], draft.consent.at)
    for purpose, said in (
        (
            Purpose.STORE,
            message("Without consent or a legal basis for keeping the account, nothing is stored."),
        ),
        (Purpose.CATALOGUE, message("Without consent or a legal basis for cataloguing, nothing is stored.")),
    ):
        if not any(state.allows(purpose, Audience.CUSTODIAN, data_class) for data_class in DataClass):
            fields.problem("consent", said)
    for data_class in sorted(unkept(state, draft.record)):
        fields.problem(
            "consent.items",
            message("Keeping or cataloguing “%(class)s” was refused, but the record holds it. Take it out."),
            **{"class": data_class},
        )
    if draft.people and not state.allows(Purpose.STORE, Audience.CUSTODIAN, DataClass.IDENTITY):
        fields.problem(
            "people",
            message("There is no consent to keep who these people are. Ask for it, or leave them out."),
        )
    if state.refuses(Purpose.STORE, Audience.CUSTODIAN, DataClass.CONTACT):
        for number, person in enumerate(draft.people):
            if person.contact or person.safe_contact:
                fields.problem(
                    f"people.{number}.contact",
                    message("Keeping how to reach people was refused. Leave this out."),
                )
