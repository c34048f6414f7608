"""Fictional grants, records and rooms for the tests of policy and validating. Nobody in them exists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

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
from archive.domain.family_report import FamilyReport, FollowUp, MissingPerson, Statement
from archive.domain.records import Present, Source, Text
from archive.domain.rooms import RoomPurpose, RoomTerms, Scope
from archive.domain.tags import Facet, Tag
from archive.domain.testimony import Testimony
from archive.policy.redaction import WORDS

TODAY = date(2025, 6, 15)
SPACE = UUID("11111111-2222-4333-8444-555555555555")
READ_FOR_ALL = tuple(sorted(WORDS))
RESEARCH = (Purpose.RESEARCH, Audience.VETTED_RESEARCHERS)
STORE = (Purpose.STORE, Audience.CUSTODIAN)
CATALOGUE = (Purpose.CATALOGUE, Audience.CUSTODIAN)


def named(name: object) -> UUID:
    return uuid5(SPACE, str(name))


def item(
    purpose: Purpose,
    audience: Audience,
    data_class: DataClass,
    decision: Decision = Decision.YES,
    **more: Any,
) -> GrantItem:
    cell = f"{purpose}/{audience}/{data_class}/{decision}/{sorted(more.items())}"
    return GrantItem(
        **{
            "id": named(cell),
            "purpose": purpose,
            "audience": audience,
            "data_class": data_class,
            "decision": decision,
            **more,
        }
    )


def items(
    pairs: Iterable[tuple[Purpose, Audience]], classes: Iterable[DataClass], **more: Any
) -> tuple[GrantItem, ...]:
    known = tuple(classes)
    return tuple(item(*pair, data_class, **more) for pair in pairs for data_class in known)


def entry(*given: GrantItem, event: Event = Event.GRANT, **more: Any) -> ConsentEntry:
    return ConsentEntry(
        **{
            "id": named(f"entry/{event}/{len(given)}/{sorted(map(str, more))}"),
            "record": named("record"),
            "event": event,
            "basis": Basis.CONSENT,
            "at": TODAY,
            "items": given,
            **more,
        }
    )


KEPT = items([STORE, CATALOGUE], DataClass)
"""What every accession needs, generously: everything may be kept and catalogued."""


ANYTHING = Scope()


def room(purpose: RoomPurpose, scope: Scope = ANYTHING, name: str = "") -> RoomTerms:
    return RoomTerms(
        id=named(f"room/{purpose}/{name}"),
        collection=named("collection"),
        purpose=purpose,
        name=name,
        scope=scope,
    )


READING = room(RoomPurpose.READING)
MATTER = room(RoomPurpose.MATTER)
CUSTODY = room(RoomPurpose.CUSTODY)
IDENTITY = room(RoomPurpose.IDENTITY)

CAMP = Tag(
    facet=Facet.FACILITY,
    term="reg-" + named("camp").hex,
    labels={"en": "Example Camp No. 4"},
    aliases=("the Example camp",),
    kind="internment",
)
COUNTY = Tag(facet=Facet.PLACE, term="xj-hotan-hetian", passage="near Hetian", text="t1")
HOTAN = Tag(facet=Facet.PLACE, term="xj-hotan")
RAPE = Tag(facet=Facet.ABUSE, term="rape")
STERILISED = Tag(facet=Facet.ABUSE, term="forced-sterilisation")
BEATEN = Tag(facet=Facet.ABUSE, term="beating", passage="They beat us", text="t1")


def text(id: str = "t1", body: str = "They beat us, near Hetian.", **more: Any) -> Text:
    return Text(**{"id": id, "role": "original", "lang": "en", "direction": "ltr", "body": body, **more})


def account(**more: Any) -> Testimony:
    return replace(
        Testimony(
            id=named("record"),
            title="An invented account",
            kind="survivor",
            texts=(text(reviewed=READ_FOR_ALL),),
            narrator=named("narrator"),
            present=(Present(role="interviewer", name="Ada Invented", organisation="Invented House"),),
            tags=(HOTAN, BEATEN),
            collected="2021-03",
            channel="a messenger",
            period="2018-03~/2019",
            title_reviewed=READ_FOR_ALL,
            note="a note",
        ),
        **more,
    )


def report(**more: Any) -> FamilyReport:
    return replace(
        FamilyReport(
            id=named("report"),
            title="An invented report",
            reporter=named("reporter"),
            missing=(
                MissingPerson(
                    id=named("missing"),
                    name="Mira Invented",
                    other_names=("Mir",),
                    relation="sibling",
                    status="interned",
                    last_contact="2017-05",
                    statements=(Statement(text="She was taken in May.", knowledge="call"),),
                ),
            ),
            texts=(text(body="My sister was taken.", reviewed=READ_FOR_ALL),),
            statements=(Statement(text="They took her at night."),),
            sought="news of her",
            safety="our parents are watched",
            objections="an uncle objects",
            when_freed="call me",
            follow_ups=(FollowUp(on="2024-01", note="no news"),),
            tags=(HOTAN,),
            collected="2022",
            title_reviewed=READ_FOR_ALL,
            source=Source(citation="Invented Weekly, 3", licence="CC BY 4.0", identifier="row-17"),
        ),
        **more,
    )
