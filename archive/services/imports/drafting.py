"""Drafting: one row and a mapping make one draft, or the problems for which they make none.

Knows how templates, names and records fit together. Must not know files, batches or what is stored already.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from archive.domain.consent import (
    Audience,
    Basis,
    ConsentEntry,
    DataClass,
    Decision,
    Event,
    GrantItem,
    Purpose,
)
from archive.domain.drafts import Draft
from archive.domain.errors import Invalid, Problem, message
from archive.domain.family_report import FamilyReport, MissingPerson, Statement
from archive.domain.identifiers import new_id
from archive.domain.records import KnownPerson, Present, Source, Text
from archive.domain.tags import Tag
from archive.domain.testimony import Testimony
from archive.policy.dates import span
from archive.services.imports.mapping import BatchBasis, Mapping, MissingRule, PersonRule, TagRule
from archive.services.imports.naming import Names
from archive.services.imports.reading import Row
from archive.services.imports.templates import Filling
from archive.text.scripts import detect, direction

PUBLISHED: Final = (
    (Purpose.STORE, Audience.CUSTODIAN),
    (Purpose.CATALOGUE, Audience.CUSTODIAN),
    (Purpose.RESEARCH, Audience.VETTED_RESEARCHERS),
)
"""What is open to an account that is public already, as items of its own, so that renditions can rest on them."""
LIST: Final = ";"
"""Stands between several texts in one field."""


@dataclass(frozen=True, slots=True)
class Drafting:
    """Everything that is the same for the rows of one import."""

    mapping: Mapping
    names: Names
    basis: BatchBasis
    day: date

    def draft(self, row: Row) -> Draft:
        """Return the draft of a row. Raises Invalid with every problem that keeps it from being one."""
        filling = filling_of(row, self.mapping)
        people: list[KnownPerson] = []
        make = _testimony if self.mapping.record == "testimony" else _report
        record = make(self, filling, people)
        key = filling.text(self.mapping.key) or content_key(row)
        consent = entry(self.basis, record.id, self.day)
        if filling.problems:
            raise Invalid(filling.problems)
        return Draft(record=record, consent=consent, people=tuple(people), source_key=key)


def survey(row: Row, mapping: Mapping, names: Names) -> None:
    """Note the names that own terms have in this row. Raises Invalid when the file has too many terms."""
    filling = Filling(row.fields, mapping.words)
    for rule in surveyed(mapping):
        for key, name in _keyed(filling, rule):
            names.seen(rule, key, name)


def surveyed(mapping: Mapping) -> tuple[TagRule, ...]:
    """Return the rules whose names must all be known before the first row is drafted."""
    return tuple(rule for rule in mapping.tags if rule.own and not rule.within)


def entry(basis: BatchBasis, record: UUID, day: date) -> ConsentEntry:
    """Return the ledger entry of one record on the batch's basis, with items of its own where it is public already."""
    public = basis.basis is Basis.ALREADY_PUBLIC
    items = (
        GrantItem(
            id=new_id(), purpose=purpose, audience=audience, data_class=data_class, decision=Decision.YES
        )
        for purpose, audience in PUBLISHED
        for data_class in DataClass
    )
    return ConsentEntry(
        id=new_id(),
        record=record,
        event=Event.GRANT,
        basis=basis.basis,
        at=day,
        items=tuple(items) if public else (),
        reason=basis.reason,
        source=basis.source,
        licence=basis.licence,
    )


def filling_of(row: Row, mapping: Mapping) -> Filling:
    """Return what fills a mapping's templates from a row, with the fields that are missing or unknown as problems."""
    filling = Filling(row.fields, mapping.words)
    known = mapping.fields()
    for name in mapping.required:
        if name not in row.fields:
            filling.problems.append(Problem(name, message("This field is missing.")))
    for name in row.fields:
        if name not in known:
            said = message(
                "The mapping “%(mapping)s” does not say what this field is. Name it there, or leave it out."
            )
            filling.problems.append(Problem(name, said, {"mapping": mapping.name}))
    return filling


def _testimony(how: Drafting, filling: Filling, people: list[KnownPerson]) -> Testimony:
    mapping = how.mapping
    return Testimony(
        id=new_id(),
        title=filling.text(mapping.title),
        kind=filling.text(mapping.kind),
        texts=tuple(_texts(filling, mapping)),
        narrator=_person(filling, mapping.narrator, "narrator", people),
        present=tuple(_present(filling, mapping)),
        tags=tuple(_tags(how, filling)),
        collected=_collected(filling, mapping),
        collected_where=filling.text(mapping.collected_where),
        channel=filling.text(mapping.channel),
        period=filling.text(mapping.period),
        content_note=tuple(_notes(filling, mapping)),
        title_contains=mapping.title_contains,
        source=_source(filling, mapping),
        note=_note(filling, mapping),
    )


def _report(how: Drafting, filling: Filling, people: list[KnownPerson]) -> FamilyReport:
    mapping = how.mapping
    return FamilyReport(
        id=new_id(),
        title=filling.text(mapping.title),
        reporter=_person(filling, mapping.reporter, "reporter", people) or new_id(),
        missing=tuple(person for rule in mapping.missing for person in _missing(filling, rule)),
        texts=tuple(_texts(filling, mapping)),
        present=tuple(_present(filling, mapping)),
        sought=filling.text(mapping.sought),
        safety=filling.text(mapping.safety),
        objections=filling.text(mapping.objections),
        when_freed=filling.text(mapping.when_freed),
        tags=tuple(_tags(how, filling)),
        collected=_collected(filling, mapping),
        collected_where=filling.text(mapping.collected_where),
        channel=filling.text(mapping.channel),
        content_note=tuple(_notes(filling, mapping)),
        title_contains=mapping.title_contains,
        source=_source(filling, mapping),
        note=_note(filling, mapping),
    )


def _collected(filling: Filling, mapping: Mapping) -> str:
    """The date as it stands; where the mapping says so, as much of it as any calendar has."""
    said = filling.text(mapping.collected)
    read = said
    while mapping.collected_roughly and read and not _is_date(read):
        read = read.rpartition("-")[0]
    return read


def _note(filling: Filling, mapping: Mapping) -> str:
    said = filling.text(mapping.collected)
    changed = f"Date in the source: {said}" if said != _collected(filling, mapping) else ""
    return "\n".join(filter(None, (filling.text(mapping.note), changed)))


def _is_date(said: str) -> bool:
    try:
        span(said)
    except ValueError:
        return False
    return True


def _texts(filling: Filling, mapping: Mapping) -> Iterator[Text]:
    said: set[str] = set()
    for rule in mapping.texts:
        body = filling.text(rule.body)
        if not body or body in said:
            continue
        said.add(body)
        lang = (
            filling.text(rule.lang)
            or ("" if rule.lang and "{" in rule.lang else rule.lang)
            or detect(body).lang
        )
        yield Text(
            id=f"t{len(said)}",
            role=rule.role,
            lang=lang,
            direction=direction(lang),
            body=body,
            translator=filling.text(rule.translator),
        )


def _person(filling: Filling, rule: PersonRule, role: str, people: list[KnownPerson]) -> UUID | None:
    person = KnownPerson(
        id=new_id(),
        role=role,
        name=filling.text(rule.name),
        other_names=filling.texts(rule.other_names, LIST),
        contact=filling.text(rule.contact),
        safe_contact=filling.text(rule.safe_contact),
        note=filling.text(rule.note),
    )
    if not (person.name or person.other_names or person.contact or person.safe_contact):
        return None
    people.append(person)
    return person.id


def _present(filling: Filling, mapping: Mapping) -> Iterator[Present]:
    for rule in mapping.present:
        organisation = filling.text(rule.organisation)
        names = filling.texts(rule.name, LIST)
        for name in names or ([""] if organisation else []):
            yield Present(role=rule.role, name=name, organisation=organisation)


def _notes(filling: Filling, mapping: Mapping) -> Iterator[str]:
    for rule in mapping.content_notes:
        if not rule.when:
            yield from filling.texts(rule.note, LIST)
        elif filling.true(rule.when):
            yield rule.note


def _source(filling: Filling, mapping: Mapping) -> Source | None:
    rule = mapping.source
    citation = filling.text(rule.citation)
    if not citation:
        return None
    return Source(
        citation=citation, licence=filling.text(rule.licence), identifier=filling.text(rule.identifier)
    )


def _missing(filling: Filling, rule: MissingRule) -> Iterator[MissingPerson]:
    for one in filling.entries(rule.each):
        name, statement = filling.text(rule.name, one), filling.text(rule.statement, one)
        if not (name or statement):
            continue
        knowledge = filling.text(rule.knowledge, one) or "unknown"
        yield MissingPerson(
            id=new_id(),
            name=name,
            other_names=filling.texts(rule.other_names, LIST, one),
            relation=filling.text(rule.relation, one) or "other",
            born=filling.text(rule.born, one),
            status=filling.text(rule.status, one) or "unknown",
            as_of=filling.text(rule.as_of, one),
            status_source=filling.text(rule.status_source, one),
            last_contact=filling.text(rule.last_contact, one),
            statements=(Statement(text=statement, knowledge=knowledge),) if statement else (),
        )


def _tags(how: Drafting, filling: Filling) -> Iterator[Tag]:
    found: set[tuple[str, str]] = set()
    for rule in how.mapping.tags:
        for tag in _of_rule(how.names, filling, rule):
            if (tag.facet, tag.term) not in found:
                found.add((tag.facet, tag.term))
                yield tag


def _of_rule(names: Names, filling: Filling, rule: TagRule) -> Iterator[Tag]:
    if rule.within:
        wider = [filling.text(level) for level in rule.within]
        yield from names.within(rule, wider, filling.text(rule.name))
        return
    for key, name in _keyed(filling, rule):
        try:
            yield names.tag(rule, key, name)
        except Invalid as invalid:
            filling.problems += [
                Problem(f"tags.{rule.facet}", one.text, one.values) for one in invalid.problems
            ]


def _keyed(filling: Filling, rule: TagRule) -> Iterator[tuple[str, str]]:
    """(key, name) of everything that a rule finds in a row."""
    for one in filling.entries(rule.each):
        key = filling.text(rule.key, one)
        for name in filling.texts(rule.name, rule.split, one):
            yield key, name


def content_key(row: Row) -> str:
    """Return the id of a row that has none of its own: it is known by what it says."""
    return "row/" + hashlib.sha256(json.dumps(row.fields, sort_keys=True).encode()).hexdigest()
