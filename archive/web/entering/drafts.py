"""Knows how a filled form becomes a draft, and where on the form each place of the draft stands.
Must not know whether the draft is good enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from wtforms import Field

from archive.domain.drafts import Draft, Record
from archive.domain.family_report import FamilyReport, FollowUp, MissingPerson, Statement
from archive.domain.identifiers import new_id
from archive.domain.records import KnownPerson, Present, Source, Text
from archive.domain.testimony import Testimony
from archive.text.scripts import direction
from archive.vocabularies.load import vocabulary
from archive.web.entering import tags
from archive.web.entering.forms import FamilyReportForm, MissingForm, RecordForm, StatementForm, TestimonyForm
from archive.web.entering.parts import PersonForm, SourceForm, TextForm, lines
from archive.web.forms import Form
from archive.web.presenting import term


@dataclass(frozen=True, slots=True)
class Written:
    """A draft; for each of its consent items its part of the form; and places that the form names otherwise."""

    draft: Draft
    grants: tuple[str, ...]
    moved: Mapping[str, str]


def testimony(form: TestimonyForm) -> Written:
    narrator = _person(form.narrator.form, "narrator")
    record = Testimony(
        **_shared(form),
        kind=form.kind.data,
        texts=tuple(_texts(form)),
        narrator=narrator.id if narrator else None,
        period=_plain(form.period),
    )
    return _written(form, record, narrator, {"people.0": "narrator", "people": "narrator"})


def family_report(form: FamilyReportForm) -> Written:
    reporter = _person(form.reporter.form, "reporter")
    record = FamilyReport(
        **_shared(form),
        reporter=reporter.id if reporter else new_id(),
        missing=tuple(_missing(entry.form) for entry in form.missing),
        texts=tuple(_texts(form)),
        statements=tuple(_statement(entry.form) for entry in form.statements),
        sought=_plain(form.sought),
        safety=_plain(form.safety),
        objections=_plain(form.objections),
        when_freed=_plain(form.when_freed),
        follow_ups=tuple(
            FollowUp(
                on=_plain(entry.form.on),
                note=_plain(entry.form.note),
                next_contact=_plain(entry.form.next_contact),
            )
            for entry in form.follow_ups
        ),
    )
    return _written(form, record, reporter, {"people.0": "reporter", "people": "reporter"})


def texts(form: Form) -> list[tuple[str, str]]:
    """(id, name) of each text on the form, for tags to rest on. A text gets its id here, once."""
    taken = {entry.form.id.data for entry in form.texts}
    named = []
    for number, entry in enumerate(form.texts, start=1):
        if not entry.form.id.data:
            entry.form.id.data = next(id for id in _numbers() if id not in taken)
            taken.add(entry.form.id.data)
        named.append((entry.form.id.data, called(number, entry.form.lang.data or "")))
    return named


def called(number: int, lang: str) -> str:
    """What a text is called beside others: its number and language."""
    name = _("Text %(number)s", number=number)
    return f"{name} · {term('languages', lang).text}" if lang else str(name)


def _numbers() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"t{number}"


def _written(
    form: RecordForm, record: Record, person: KnownPerson | None, moved: Mapping[str, str]
) -> Written:
    consent, grants = form.consent.form.entry(record.id)
    draft = Draft(
        record=record,
        consent=consent,
        people=(person,) if person else (),
        source_key=f"form:{form.key.data}" if form.key.data else "",
    )
    return Written(draft, grants, moved)


def _shared(form: RecordForm) -> dict[str, Any]:
    return {
        "id": new_id(),
        "title": _plain(form.title),
        "title_contains": form.title_contains.classes(),
        "title_reviewed": form.title_reviewed.classes(),
        "content_note": tuple(form.content_note.data or ()),
        "present": tuple(
            Present(
                role=entry.form.role.data,
                name=_plain(entry.form.name),
                organisation=_plain(entry.form.organisation),
            )
            for entry in form.present
        ),
        "collected": _plain(form.collected),
        "collected_where": _place(_plain(form.collected_where)),
        "channel": _plain(form.channel),
        "tags": tags.chosen(form, ()),
        "source": _source(form.source.form),
        "note": _plain(form.note),
    }


def _texts(form: TestimonyForm | FamilyReportForm) -> Iterator[Text]:
    texts(form)
    for entry in form.texts:
        yield _text(entry.form)


def _text(form: TextForm) -> Text:
    return Text(
        id=form.id.data,
        role=form.role.data,
        lang=form.lang.data,
        direction=form.direction.data or direction(form.lang.data),
        body=(form.body.data or "").replace("\r\n", "\n"),
        translator=_plain(form.translator),
        method=_plain(form.method),
        contains=form.contains.classes(),
        reviewed=form.reviewed.classes(),
    )


def _person(form: PersonForm, role: str) -> KnownPerson | None:
    """Who it is; None when nothing was written, for somebody who stays nameless."""
    if not any(_plain(field) for field in form):
        return None
    return KnownPerson(
        id=new_id(),
        role=role,
        name=_plain(form.name),
        other_names=lines(form.other_names.data),
        contact=_plain(form.contact),
        safe_contact=_plain(form.safe_contact),
        note=_plain(form.note),
    )


def _missing(form: MissingForm) -> MissingPerson:
    return MissingPerson(
        id=new_id(),
        name=_plain(form.name),
        other_names=lines(form.other_names.data),
        relation=form.relation.data,
        born=_plain(form.born),
        status=form.status.data,
        as_of=_plain(form.as_of),
        status_source=_plain(form.status_source),
        last_contact=_plain(form.last_contact),
        statements=tuple(_statement(entry.form) for entry in form.statements),
    )


def _statement(form: StatementForm) -> Statement:
    return Statement(text=_plain(form.text), knowledge=form.knowledge.data)


def _source(form: SourceForm) -> Source | None:
    if not any(_plain(field) for field in form):
        return None
    return Source(
        citation=_plain(form.citation), licence=_plain(form.licence), identifier=_plain(form.identifier)
    )


def _place(name: str) -> str:
    """The place of the vocabulary that goes by a name, if there is just one; else the name as it was written."""
    named = vocabulary("places").named(name)
    return named[0].id if len(named) == 1 else name


def _plain(field: Field) -> str:
    return (field.data or "").replace("\r\n", "\n").strip()
