"""Knows what programs ask with and what they are answered, as JSON: sessions, rooms, hits, records, facilities.
Must not know how any of it is found or decided."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AwareDatetime, Field

from archive.domain.consent import ConsentEntry
from archive.domain.family_report import FamilyReport
from archive.domain.log import LogFilter
from archive.domain.records import Identity
from archive.domain.rooms import RoomPurpose, Scope
from archive.domain.searching import FACETS, LARGEST_PAGE, How, SearchQuery, Sort
from archive.domain.testimony import Testimony
from archive.services.deciding import Agreed, Effect
from archive.services.exhibiting import MOST, Exhibit
from archive.web.api.reading import Shape

_LAST_PAGE: Final = 100_000
_LAST_ENTRY: Final = 10**12
_Day = Annotated[str, Field(pattern=r"^([0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$")]
_Terms = list[Annotated[str, Field(max_length=500)]]


class SignIn(Shape):
    login: str
    passphrase: str
    totp: str = Field(description="The present one-time code.")


class Room(Shape):
    id: UUID
    collection: UUID
    name: str
    purpose: RoomPurpose
    capabilities: tuple[str, ...]
    records: int = Field(description="How many records lie in it.")
    waiting: int = Field(description="How many of its records are not yet searchable.")
    only_you: bool = Field(description="Nobody else can open it.")
    not_after: date | None = Field(description="The last day of the grant; null: without term.")
    scope: Scope


class Rooms(Shape):
    rooms: tuple[Room, ...]


class Session(Shape):
    token: str = Field(
        description="Send it as `Authorization: Bearer TOKEN`. It is the session's only secret."
    )
    expires: AwareDatetime = Field(description="The absolute end; a session that idles ends sooner.")
    rooms: tuple[Room, ...]


class Search(Shape):
    """Values of one facet join by OR, facets by AND; places and types of abuse stand for all that lies below them."""

    q: str = Field("", description="Words, as in the search box.")
    place: _Terms = Field([], max_length=50)
    facility: _Terms = Field([], max_length=50)
    abuse: _Terms = Field([], max_length=50)
    ethnic: _Terms = Field([], max_length=50)
    goods: _Terms = Field([], max_length=50)
    subject: _Terms = Field([], max_length=50)
    lang: _Terms = Field([], max_length=50)
    year: _Terms = Field([], max_length=50)
    kind: _Terms = Field([], max_length=50)
    since: _Day = Field("", alias="from", description="A year, a month or a day, inclusive.")
    until: _Day = Field("", alias="to", description="A year, a month or a day, inclusive.")
    sort: Sort = "relevance"
    page: int = Field(1, ge=1, le=_LAST_PAGE)
    size: int = Field(20, ge=1, le=LARGEST_PAGE)
    forms: bool = Field(True, description="Find other forms and spellings of the words.")
    sounds: bool = Field(True, description="Find what sounds alike.")

    def query(self) -> SearchQuery:
        filters = {facet: tuple(terms) for facet in FACETS if (terms := getattr(self, facet))}
        return SearchQuery(
            text=self.q,
            filters=filters,
            date_from=self.since or None,
            date_to=self.until or None,
            sort=self.sort,
            page=self.page,
            size=self.size,
            forms=self.forms,
            sounds=self.sounds,
        )


class Hit(Shape):
    id: UUID
    code: str = Field(description="The record's code, as one says it aloud.")
    title: str
    kind: str
    lang: str = Field(description="The language of the snippet.")
    snippet: str
    marks: tuple[tuple[int, int], ...] = Field(
        description="Where in the snippet the words that matched begin and end, in code points."
    )
    score: float = Field(description="Comparable within one answer only.")
    note: tuple[str, ...] = Field(description="The content note: kinds of harm to warn of before it is read.")
    facets: dict[str, tuple[str, ...]]
    how: How = Field(description="As typed, by another spelling, form or sound, or by part of the words.")


class Value(Shape):
    id: str
    label: str
    lang: str = Field(description="The language of the label.")
    count: int
    broader: str | None


class Found(Shape):
    total: int
    page: int
    pages: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[Value, ...]] = Field(description="Counts over every match, not only this page.")
    waiting: int = Field(description="How many of the room's records are not yet searchable.")
    cut: bool = Field(description="A limit shortened the query.")
    problem: str | None = Field(description="Why the query could be read only in part.")
    hows: dict[str, int] = Field(description="How many of all matches were found how.")
    meant: str | None = Field(description="The query as it may have been meant, in words of this room.")


class LogAsked(Shape):
    """Which entries are wanted; without a field, all."""

    member: UUID | None = Field(None, description="Only what this member did.")
    record: UUID | None = Field(None, description="Only what speaks of this one record.")
    action: str | None = Field(None, max_length=32, description="Only this word of the log.")
    since: date | None = Field(None, alias="from", description="A day, inclusive.")
    until: date | None = Field(None, alias="to", description="A day, inclusive.")
    start: int | None = Field(None, ge=0, le=_LAST_ENTRY, description="The number of the first entry.")
    count: int = Field(100, ge=1, le=1000)
    newest: bool = Field(False, description="From the newest back, or from `start` back.")

    def only(self) -> LogFilter:
        return LogFilter(
            actor=self.member, about=self.record, action=self.action, since=self.since, until=self.until
        )


class Logged(Shape):
    number: int
    day: date
    actor: UUID | None = Field(description="A member; null for the archive itself or somebody not signed in.")
    action: str
    about: UUID | None = Field(description="The one record that it speaks of.")
    detail: dict[str, Any] | None = Field(
        description="What stands behind it; null for officers, and when it is gone as it should be."
    )


class Log(Shape):
    entries: tuple[Logged, ...]


class Typed(Shape):
    typed: str = Field(max_length=500, description="The beginning of a tag's name, in any language.")
    lang: str = Field(
        "", max_length=35, description="The language of the labels wanted; else Accept-Language."
    )


class Suggestion(Shape):
    facet: str
    id: str
    label: str
    count: int


class Suggestions(Shape):
    suggestions: tuple[Suggestion, ...]


class Licence(Shape):
    items: tuple[UUID, ...] = Field(description="The items of consent that it rests on.")
    not_after: date | None = Field(description="The last day of reading; null: without term.")


class Record(Shape):
    """A record as one room sees it. What is withheld there reads `[withheld]`, whatever its kind or length."""

    id: UUID
    code: str
    room: UUID
    revision: int
    day: date
    record: Testimony | FamilyReport = Field(discriminator="record_kind")
    licence: Licence
    identity: Identity | None = Field(description="For those in custody who hold the identity room too.")
    consent: tuple[ConsentEntry, ...] = Field(description="Custody only: the ledger's entries, oldest first.")
    placed: tuple[UUID, ...] = Field(description="Custody only: the rooms in which the record now lies.")


class Agreement(Shape):
    consent: Agreed


class Foreseen(Shape):
    effect: Effect


class Withdrawal(Shape):
    reason: str = Field("", max_length=10_000, description="Sealed to custody.")


class Withdrawn(Shape):
    record: UUID
    rooms: tuple[UUID, ...] = Field(description="The rooms that hold it no more.")
    until: AwareDatetime | None = Field(
        description="Until when a mistake can be undone, with the archive kit."
    )


class Wanted(Shape):
    records: tuple[UUID, ...] = Field(min_length=1, max_length=MOST)


class SignedSheet(Shape):
    """One sheet, or null for a record that is not available: absent, not permitted, withdrawn."""

    record: UUID
    sha256: str | None = Field(
        description="Of the exhibit as canonical JSON (sorted keys, no spaces, UTF-8): the log holds it."
    )
    exhibit: Exhibit | None


class Exhibits(Shape):
    exhibits: tuple[SignedSheet, ...] = Field(description="In the order asked, each record once.")
    fingerprint: str = Field(
        description="Of the archive's officers. Whoever checks an exhibit should have it in another way than this."
    )


class Stored(Shape):
    id: UUID
    code: str


class Facility(Shape):
    id: UUID
    term: str = Field(description="What a tag names it by.")
    kind: str
    labels: dict[str, str]
    aliases: tuple[str, ...]
    place: str
    opened: str
    closed: str
    precision: str
    source_key: str
    note: str


class Facilities(Shape):
    facilities: tuple[Facility, ...]
