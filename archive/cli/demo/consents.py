"""Knows how the consents of the demonstration unfold: a table of ``consents.toml`` into entries of one record's ledger.
Must not know the account, nor what its consent will open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from archive.cli.demo.fixed import fixed_id, table
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

_Cell = tuple[Purpose, Audience, DataClass]

_NEVER_RESEARCHED: Final = frozenset({DataClass.IDENTITY, DataClass.CONTACT, DataClass.PERPETRATORS})
_KEEPING: Final[tuple[_Cell, ...]] = (
    *((Purpose.STORE, Audience.CUSTODIAN, data_class) for data_class in DataClass),
    (Purpose.CATALOGUE, Audience.CUSTODIAN, DataClass.NARRATIVE),
)
_ALWAYS: Final[Mapping[_Cell, Decision]] = {
    (Purpose.CONTACT, Audience.CUSTODIAN, DataClass.CONTACT): Decision.YES,
    (Purpose.TRACING, Audience.PARTNER, DataClass.IDENTITY): Decision.ASK,
    (Purpose.STATISTICS, Audience.CUSTODIAN, DataClass.NARRATIVE): Decision.YES,
    (Purpose.MACHINE_TRANSCRIPTION, Audience.CUSTODIAN, DataClass.NARRATIVE): Decision.NOT_ASKED,
    (Purpose.MODEL_TRAINING, Audience.CUSTODIAN, DataClass.NARRATIVE): Decision.NO,
}
_GROUPS: Final[Mapping[str, tuple[tuple[Purpose, Audience], ...]]] = {
    "research": ((Purpose.RESEARCH, Audience.VETTED_RESEARCHERS),),
    "legal": (
        (Purpose.DOMESTIC_COURT, Audience.LEGAL_TEAM),
        (Purpose.INTERNATIONAL_COURT, Audience.LEGAL_TEAM),
    ),
}
_WIDE: Final[tuple[_Cell, ...]] = (
    (Purpose.UN_MECHANISMS, Audience.UN_BODY, DataClass.NARRATIVE),
    (Purpose.TRADE_ENFORCEMENT, Audience.AGENCY, DataClass.NARRATIVE),
    (Purpose.ADVOCACY_PRIVATE, Audience.PARTNER, DataClass.NARRATIVE),
    (Purpose.MEDIA, Audience.JOURNALIST, DataClass.NARRATIVE),
    (Purpose.PUBLICATION, Audience.PUBLIC, DataClass.NARRATIVE),
    (Purpose.EDUCATION, Audience.PUBLIC, DataClass.NARRATIVE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The record a ledger is of: its id, the script of its consent, and the source of what was public before."""

    record: UUID
    language: str
    source: str = ""
    licence: str = ""


def ledger(name: str, of: Subject, today: date) -> tuple[ConsentEntry, ...]:
    """The entries of one record's ledger, oldest first, as the table of that name has them."""
    terms = table("consents")[name]
    said = [_first(terms, of, today)]
    said.extend(
        _later(later, number, said, of, today) for number, later in enumerate(terms.get("after", ()), start=1)
    )
    return tuple(said)


def _first(terms: Mapping[str, Any], of: Subject, today: date) -> ConsentEntry:
    basis = Basis(terms.get("basis", Basis.CONSENT))
    public = basis is Basis.ALREADY_PUBLIC
    spoken = basis is Basis.CONSENT
    method = terms.get("method", "signed") if spoken else ""
    review = terms.get("review")
    return ConsentEntry(
        id=fixed_id("entry", of.record.hex, "0"),
        record=of.record,
        event=Event.GRANT,
        basis=basis,
        at=today - timedelta(days=terms["given"]),
        items=tuple(_items(terms, of, 0, today)),
        given_by=terms.get("given_by", "self"),
        capacity=terms.get("capacity", "adult"),
        method=method,
        script_version="demo-1" if spoken else "",
        script_language=of.language if spoken else "",
        interpreter_used=terms.get("interpreter", False),
        risk_explained=spoken,
        copy_given=spoken and method != "oral-witness",
        witness="Example Witness Rowan" if method == "oral-witness" else "",
        reason=terms.get("reason", terms.get("third_party", "")),
        source=of.source if public else "",
        licence=of.licence if public else "",
        review_on=today + timedelta(days=review) if review else None,
    )


def _later(
    later: Mapping[str, Any], number: int, before: list[ConsentEntry], of: Subject, today: date
) -> ConsentEntry:
    brought = table("consents")[later["then"]] if "then" in later else None
    return ConsentEntry(
        id=fixed_id("entry", of.record.hex, str(number)),
        record=of.record,
        event=Event(later["event"]),
        basis=Basis.CONSENT,
        at=today - timedelta(days=later["ago"]),
        items=tuple(_items(brought, of, number, today)) if brought else (),
        closes=tuple(_closed(later.get("closes", ()), before)),
        given_by=before[0].given_by,
        capacity=before[0].capacity,
        method="digital",
        script_version="demo-2" if brought else "",
        script_language=of.language if brought else "",
        risk_explained=brought is not None,
        reason=later["reason"],
    )


def _items(terms: Mapping[str, Any], of: Subject, number: int, today: date) -> Iterator[GrantItem]:
    def item(cell: _Cell, decision: Decision, since: int | None, until: int | None) -> GrantItem:
        purpose, audience, data_class = cell
        return GrantItem(
            id=fixed_id("item", of.record.hex, str(number), *cell),
            purpose=purpose,
            audience=audience,
            data_class=data_class,
            decision=decision,
            since=None if since is None else today + timedelta(days=since),
            until=None if until is None else today + timedelta(days=until),
            conditions=terms.get("conditions", "") if purpose in _legal_purposes() else "",
        )

    for cell in _KEEPING:
        yield item(cell, Decision.YES, None, terms.get("keep_until"))
    for cell, decision in _answers(terms):
        yield item(cell, decision, terms.get("since"), terms.get("until"))


def _legal_purposes() -> frozenset[Purpose]:
    return frozenset(purpose for purpose, _ in _GROUPS["legal"])


def _answers(terms: Mapping[str, Any]) -> Iterator[tuple[_Cell, Decision]]:
    """Everything beyond keeping. On a legal basis nobody was asked, so nothing is said of what was not stated."""
    if "basis" not in terms:
        yield from _ALWAYS.items()
        yield from ((cell, Decision(terms.get("wide", Decision.NOT_ASKED))) for cell in _WIDE)
    for group, pairs in _GROUPS.items():
        if group in terms:
            for data_class in DataClass:
                decision = _answer(group, data_class, terms)
                yield from (((purpose, audience, data_class), decision) for purpose, audience in pairs)


def _answer(group: str, data_class: DataClass, terms: Mapping[str, Any]) -> Decision:
    said = Decision(terms[group])
    if said is not Decision.YES:
        return said
    if data_class in terms.get("refuse", ()) or (group == "research" and data_class in _NEVER_RESEARCHED):
        return Decision.NO
    if data_class in terms.get("ask", ()):
        return Decision.ASK
    if data_class is DataClass.THIRD_PARTY and "third_party" not in terms:
        return Decision.NOT_ASKED
    return said


def _closed(wanted: list[str], before: list[ConsentEntry]) -> Iterator[UUID]:
    """The ids of the items so far that these words name: groups, data classes beyond keeping, or everything."""
    purposes = {purpose for group in wanted for purpose, _ in _GROUPS.get(group, ())}
    beyond = {purpose for pairs in _GROUPS.values() for purpose, _ in pairs}
    for entry in before:
        for item in entry.items:
            told = item.purpose in beyond and item.data_class in wanted
            if "everything" in wanted or item.purpose in purposes or told:
                yield item.id
