"""What may be read, said a second time and simply: no call into policy, no keys, no database. The model test asks it.

A record here has one word of plain narrative, one word in a passage that may carry a class of its own, a county and a
type of abuse. Consent is a heap of yeses and noes; a room is a purpose and a set of prefectures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from archive.domain.consent import Audience, DataClass, Decision, GrantItem, Purpose
from archive.domain.rooms import RoomPurpose
from archive.vocabularies.load import vocabulary

Pair = tuple[Purpose, Audience]

KEPT: tuple[Pair, ...] = ((Purpose.STORE, Audience.CUSTODIAN), (Purpose.CATALOGUE, Audience.CUSTODIAN))
RESEARCH: Pair = (Purpose.RESEARCH, Audience.VETTED_RESEARCHERS)
COURTS: tuple[Pair, ...] = (
    (Purpose.INTERNATIONAL_COURT, Audience.LEGAL_TEAM),
    (Purpose.DOMESTIC_COURT, Audience.COURT),
)
AT_RISK = {DataClass.IDENTITY, DataClass.CONTACT, DataClass.PLACE_PRECISE, DataClass.THIRD_PARTY}
"""What shows others, and no yes opens while they are at risk."""
BEHIND = {RoomPurpose.READING: (RESEARCH,), RoomPurpose.MATTER: COURTS}
"""Which purposes and audiences a room is read for."""

PREFECTURES = {
    "xj-hotan-moyu": "xj-hotan",
    "xj-kashgar-kashi": "xj-kashgar",
    "xj-urumqi-xinshi": "xj-urumqi",
}
COUNTIES = tuple(sorted(PREFECTURES))
MEDICATION = "forced-medication"
"""A type of abuse that gives away something medical; the other one is part of the narrative."""
ARREST = "arrest"


@dataclass(eq=False)
class Told:
    """One record: what it says, what was said about it, what was done to it."""

    id: UUID
    word: str
    marked: str
    county: str
    abuse: str
    carries: DataClass | None = None
    yes: list[GrantItem] = field(default_factory=list)
    no: list[GrantItem] = field(default_factory=list)
    suspended: bool = False
    withdrawn: bool = False
    closed: bool = False
    holds_at_risk: set[UUID] = field(default_factory=set)
    receipt: str = ""

    def grants(self, items: list[GrantItem]) -> None:
        self.no += [item for item in items if item.decision == "no"]
        self.yes += [item for item in items if item.decision == "yes"]
        self.withdrawn = False

    def keeps(self, entry: UUID) -> None:
        """Another basis than consent: it keeps the record, and opens nothing."""
        self.yes += [
            GrantItem(id=entry, purpose=purpose, audience=audience, data_class=each, decision=Decision.YES)
            for purpose, audience in KEPT
            for each in DataClass
        ]

    def closes(self, items: set[UUID]) -> None:
        self.yes = [item for item in self.yes if item.id not in items]

    def supersedes(self, items: list[GrantItem]) -> None:
        self.yes, self.no = [], []
        self.grants(items)

    def withdraws(self) -> None:
        self.yes, self.withdrawn = [], True

    def open(self, pair: Pair, data_class: DataClass, day: date) -> bool:
        """A yes that lives, no no that lives, no suspension beyond keeping it, nobody at risk by it."""
        if self.suspended and pair not in KEPT:
            return False
        if self.holds_at_risk and pair not in KEPT and data_class in AT_RISK:
            return False
        said = [item for item in self.yes if _names(item, pair, data_class) and _lives(item, day)]
        return bool(said) and not self.refused(pair, data_class, day)

    def refused(self, pair: Pair, data_class: DataClass, day: date) -> bool:
        wider = {data_class, DataClass.PLACE_COARSE if data_class is DataClass.PLACE_PRECISE else data_class}
        return any(_names(item, pair, each) and _lives(item, day) for item in self.no for each in wider)

    def kept(self, day: date) -> bool:
        """Whether the archive may hold it at all: both purposes of keeping, and nothing in it that was refused."""
        opened = all(any(self.open(pair, each, day) for each in DataClass) for pair in KEPT)
        return opened and not any(self.refused(pair, each, day) for pair in KEPT for each in self.holds())

    def holds(self) -> set[DataClass]:
        medical = {DataClass.MEDICAL} if self.abuse == MEDICATION else set()
        return {
            DataClass.NARRATIVE,
            DataClass.PLACE_PRECISE,
            *medical,
            *([self.carries] if self.carries else []),
        }

    def seen(self, purpose: RoomPurpose, day: date) -> set[DataClass]:
        """The classes that a room of renditions may show."""
        return {
            each
            for each in DataClass
            if any(self.open(pair, each, day) for pair in BEHIND[purpose])
            and not any(self.refused(pair, each, day) for pair in BEHIND[purpose])
        }


@dataclass
class Seat:
    """A room: its purpose, and the prefectures that it is bound to (none: all)."""

    id: UUID
    purpose: RoomPurpose
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sight:
    """What of one record one room may show: words; its county or prefecture and its abuse, with all that lies above."""

    words: frozenset[str] = frozenset()
    terms: frozenset[str] = frozenset()


def sight(told: Told, seat: Seat, day: date) -> Sight | None:
    """What a room may show of a record on a day; None when it may not even show that it is there."""
    prefecture = PREFECTURES[told.county]
    if told.withdrawn or (seat.places and prefecture not in seat.places):
        return None
    if not told.kept(day):
        return None
    if seat.purpose is RoomPurpose.CUSTODY:
        return Sight(frozenset({told.word, told.marked}), spread({told.county, told.abuse}))
    seen = told.seen(seat.purpose, day)
    words, terms = set[str](), set[str]()
    if DataClass.NARRATIVE in seen:
        words.add(told.word)
        if told.carries is None or told.carries in seen:
            words.add(told.marked)
        if told.abuse == ARREST or DataClass.MEDICAL in seen:
            terms.add(told.abuse)
    if DataClass.PLACE_PRECISE in seen:
        terms.add(told.county)
    elif DataClass.PLACE_COARSE in seen:
        terms.add(prefecture)
    if seen.isdisjoint({DataClass.NARRATIVE, DataClass.PLACE_PRECISE, DataClass.PLACE_COARSE}):
        return None
    return Sight(frozenset(words), spread(terms))


def _names(item: GrantItem, pair: Pair, data_class: DataClass) -> bool:
    return (item.purpose, item.audience) == pair and item.data_class is data_class


def _lives(item: GrantItem, day: date) -> bool:
    return (item.since or day) <= day <= (item.until or day)


def spread(terms: Iterable[str]) -> frozenset[str]:
    """Terms with everything that they lie within, as facets count them."""
    found = set[str]()
    for term in terms:
        found |= set(vocabulary("places" if term.startswith("xj") else "abuse-types").path(term))
    return frozenset(found)
