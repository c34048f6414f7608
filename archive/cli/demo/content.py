"""Knows the accounts, reports, facilities and subjects of the demonstration, and turns them from TOML into drafts.
Must not know how a draft is stored or who may read it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

from archive.cli.demo.consents import Subject, ledger
from archive.cli.demo.fixed import fixed_id, record_tables, table
from archive.domain.consent import ConsentEntry, DataClass
from archive.domain.drafts import Draft
from archive.domain.facilities import Facility
from archive.domain.family_report import FamilyReport, FollowUp, MissingPerson, Statement
from archive.domain.records import KnownPerson, Passage, Present, Source, Text
from archive.domain.tags import Facet, Tag
from archive.domain.testimony import Testimony
from archive.text.scripts import direction

_Table = dict[str, Any]

LABELS: Final = ("en", "ug", "zh", "kk", "ru", "tr")
INVENTED: Final = "Invented for the demonstration: no such person, facility or event is known to exist."
_UNSPACED: Final = ("zh-Hans", "zh-Hant")
_HOURS: Final = (
    "on Sundays after noon",
    "on weekday evenings",
    "in the first week of a month",
    "never by telephone",
)
_EVERY_CLASS: Final = tuple(DataClass)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRecord:
    """A record to be stored, and the later entries of its consent ledger, oldest first."""

    draft: Draft
    events: tuple[ConsentEntry, ...] = ()


def facilities() -> tuple[Facility, ...]:
    """The register of the demonstration: none of these places exists."""
    return tuple(_facility(key, told) for key, told in table("facilities").items())


def drafts(today: date) -> tuple[DemoRecord, ...]:
    """Every record, testimonies and reports; terms of consent and follow-ups are counted from ``today``."""
    number = count(1)
    return tuple(
        _record(told, next(number), today) for name in record_tables() for told in table(name)["record"]
    )


def _facility(key: str, told: _Table) -> Facility:
    return Facility(
        id=fixed_id("facility", key),
        kind=told["kind"],
        labels=_labels(told),
        aliases=tuple(told.get("aliases", ())),
        place=told["place"],
        opened=told.get("opened", ""),
        closed=told.get("closed", ""),
        precision=told["precision"],
        source_key=f"demo/{key}",
        note=INVENTED,
    )


def _labels(told: _Table) -> dict[str, str]:
    return {lang: told[lang] for lang in LABELS}


def _record(told: _Table, number: int, today: date) -> DemoRecord:
    key = told["key"]
    testimony = "narrator" in told
    record = _testimony(told) if testimony else _report(told, today)
    person = record.narrator if isinstance(record, Testimony) else record.reporter
    source = record.source or Source(citation="")
    of = Subject(
        record=record.id,
        language=record.texts[0].lang,
        source=source.citation,
        licence=source.licence,
    )
    grant, *events = ledger(told["consent"], of, today)
    people = (_known(told, person, number),) if person else ()
    return DemoRecord(
        draft=Draft(record=record, consent=grant, people=people, source_key=f"demo/{key}"),
        events=tuple(events),
    )


def _known(told: _Table, person: UUID, number: int) -> KnownPerson:
    """A person with a contact that leads nowhere: numbers under +000 and the domain example.org reach nobody."""
    role = "narrator" if "narrator" in told else "reporter"
    name, native = told[role]
    word = name.split()[-1].lower()
    return KnownPerson(
        id=person,
        role=role,
        name=name,
        other_names=(native,) if native else (),
        contact=f"+000 000 {number:04}",
        safe_contact=f"{word}-{number:02}@example.org, {_HOURS[number % len(_HOURS)]}; say “{word}” first",
        note=INVENTED,
    )


def _testimony(told: _Table) -> Testimony:
    return Testimony(
        id=fixed_id("record", told["key"]),
        kind=told["kind"],
        narrator=fixed_id("person", told["key"]),
        period=told.get("period", ""),
        **_common(told),
    )


def _report(told: _Table, today: date) -> FamilyReport:
    return FamilyReport(
        id=fixed_id("record", told["key"]),
        reporter=fixed_id("person", told["key"]),
        missing=tuple(_missing(told["key"], number, one) for number, one in enumerate(told["missing"])),
        statements=_statements(told),
        sought=told["sought"],
        safety=told["safety"],
        objections=told["objections"],
        when_freed=told["when_freed"],
        follow_ups=tuple(_follow_up(today, *one) for one in told["follow_ups"]),
        **_common(told),
    )


def _common(told: _Table) -> _Table:
    """What both kinds of record have."""
    texts = _texts(told)
    return {
        "title": told["title"],
        "texts": texts,
        "present": tuple(
            Present(role=role, name=name, organisation=organisation)
            for role, name, organisation in told.get("present", ())
        ),
        "tags": tuple(_tag(texts, *row) for row in told["tags"]),
        "collected": told["collected"],
        "collected_where": told["where"],
        "channel": told["channel"],
        "content_note": tuple(told["content_note"]),
        "title_contains": _classes(told, "title_contains"),
        "title_reviewed": _reviewed(told),
        "source": Source(**told["source"]) if "source" in told else None,
        "note": INVENTED,
    }


def _texts(told: _Table) -> tuple[Text, ...]:
    """Its texts by language, the first as it was told or written, the others translated from it."""
    first = next(iter(told["texts"]))
    return tuple(
        Text(
            id=lang,
            role=told.get("original_role", "original") if lang == first else "translation",
            lang=lang,
            direction=direction(lang),
            body=_paragraphs(body, lang),
            translator="" if lang == first else "Example Translator",
            method="" if lang == first else "human",
            contains=_classes(told, "contains"),
            reviewed=_reviewed(told),
            passages=_passages(told, lang, _paragraphs(body, lang)),
        )
        for lang, body in told["texts"].items()
    )


def _passages(told: _Table, lang: str, body: str) -> tuple[Passage, ...]:
    """The passages that are marked by their words, each where it stands first."""
    found = [
        Passage(
            start=body.index(words),
            end=body.index(words) + len(words),
            contains=tuple(map(DataClass, contains)),
            reason=reason,
        )
        for within, words, contains, reason in told.get("passages", ())
        if within == lang
    ]
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def _paragraphs(body: str, lang: str) -> str:
    """The text as it is read: a line of the file is a sentence, a blank line begins a paragraph."""
    between = "" if lang in _UNSPACED else " "
    read = [between.join(paragraph.split("\n")) for paragraph in body.strip().split("\n\n")]
    return "\n\n".join([*read, table("framing")[lang]])


def _classes(told: _Table, field: str) -> tuple[DataClass, ...]:
    return tuple(map(DataClass, told.get(field, ())))


def _reviewed(told: _Table) -> tuple[DataClass, ...]:
    return _EVERY_CLASS if told.get("reviewed", True) else ()


def _tag(
    texts: tuple[Text, ...], facet: str, term: str, certainty: str = "as-stated", passage: str = ""
) -> Tag:
    standing = next((text.id for text in texts if passage in text.body), None) if passage else ""
    if standing is None:
        raise ValueError(f"the passage of {facet} {term} stands in no text: {passage}")
    return _named(Tag(facet=Facet(facet), term=term, certainty=certainty, passage=passage, text=standing))


def _named(tag: Tag) -> Tag:
    """The tag with the names of the facility in the register, or of the subject, which this archive names itself."""
    if tag.facet is Facet.SUBJECT:
        return replace(tag, labels=_labels(table("subjects")[tag.term]))
    if tag.facet is not Facet.FACILITY:
        return tag
    facility = _facility(tag.term, table("facilities")[tag.term])
    return replace(
        tag, term=facility.term, labels=facility.labels, aliases=facility.aliases, kind=facility.kind
    )


def _missing(key: str, number: int, told: _Table) -> MissingPerson:
    return MissingPerson(
        id=fixed_id("missing", key, str(number)),
        name=told["name"],
        other_names=tuple(told.get("other_names", ())),
        relation=told["relation"],
        born=told["born"],
        status=told["status"],
        as_of=told["as_of"],
        status_source=told["status_source"],
        last_contact=told["last_contact"],
        statements=_statements(told),
    )


def _statements(told: _Table) -> tuple[Statement, ...]:
    return tuple(Statement(text=text, knowledge=knowledge) for text, knowledge in told["statements"])


def _follow_up(today: date, ago: int, note: str, ahead: int) -> FollowUp:
    """A contact some days ago, and the next in so many days (before today: overdue; 0: none is planned)."""
    return FollowUp(
        on=(today - timedelta(days=ago)).isoformat(),
        note=note,
        next_contact=(today + timedelta(days=ahead)).isoformat() if ahead else "",
    )
