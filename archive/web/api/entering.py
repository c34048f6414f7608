"""Knows the JSON of a new record, new tags and new facilities, and how it becomes a draft under ids drawn here.
Must not know whether a draft is good enough: `services.validating` decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Final, Literal, TypeVar
from uuid import UUID

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from archive.domain.consent import ConsentEntry, Event, GrantItem
from archive.domain.drafts import Draft, Record
from archive.domain.facilities import Facility
from archive.domain.family_report import FamilyReport, MissingPerson
from archive.domain.identifiers import new_id
from archive.domain.records import KnownPerson, Marking, Text
from archive.domain.tags import Tag
from archive.domain.testimony import Testimony
from archive.text.scripts import direction
from archive.web.api.reading import Shape

_MEBIBYTE: Final = 1024 * 1024
_NOT_SAID: Final = UUID(int=0)
T = TypeVar("T")

# Ids by which the archive knows a thing are drawn here, never taken: whether one is taken already would tell what
# lies in other collections. Those that only tie the parts of one draft together may be sent.


@dataclass(frozen=True, slots=True, kw_only=True)
class NewText(Text):
    id: str = field(default_factory=lambda: new_id().hex)
    direction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson(KnownPerson):
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMissing(MissingPerson):
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTestimony(Testimony):
    """Without a narrator's id, the one person whose role is `narrator` is meant."""

    id: SkipJsonSchema[UUID] = field(default_factory=new_id, init=False)
    record_kind: Literal["testimony"]
    texts: tuple[NewText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFamilyReport(FamilyReport):
    """Without a reporter's id, the one person whose role is `reporter` is meant."""

    id: SkipJsonSchema[UUID] = field(default_factory=new_id, init=False)
    record_kind: Literal["family-report"]
    reporter: UUID = field(default_factory=lambda: _NOT_SAID)
    missing: tuple[NewMissing, ...]
    texts: tuple[NewText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrantItem(GrantItem):
    id: SkipJsonSchema[UUID] = field(default_factory=new_id, init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent(ConsentEntry):
    """The grant, or the other legal basis, on which the record is kept. Without one nothing is stored."""

    id: SkipJsonSchema[UUID] = field(default_factory=new_id, init=False)
    record: SkipJsonSchema[UUID] = field(default_factory=new_id, init=False)
    event: SkipJsonSchema[Event] = field(default=Event.GRANT, init=False)
    closes: SkipJsonSchema[tuple[UUID, ...]] = field(default=(), init=False)
    items: tuple[NewGrantItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStep(ConsentEntry):
    """A further entry of a record's ledger. `closes` names items of earlier entries."""

    id: SkipJsonSchema[UUID] = field(default_factory=new_id, init=False)
    record: SkipJsonSchema[UUID] = field(default_factory=new_id, init=False)
    event: Literal[Event.GRANT, Event.LIMIT, Event.SUSPEND, Event.RESUME, Event.SUPERSEDE]
    items: tuple[NewGrantItem, ...] = ()


class Step(Shape):
    largest: ClassVar[int] = _MEBIBYTE
    entry: NewStep
    read: int | None = Field(
        None, ge=0, description="How many entries it was decided from; when there are others by now, 409."
    )

    def plain(self, record: UUID) -> ConsentEntry:
        """The entry for that record."""
        items = tuple(_plain(GrantItem, item) for item in self.entry.items)
        return _plain(ConsentEntry, self.entry, record=record, items=items)


class NewRecord(Shape):
    largest: ClassVar[int] = 16 * _MEBIBYTE
    record: NewTestimony | NewFamilyReport = Field(discriminator="record_kind")
    consent: NewConsent
    people: tuple[NewPerson, ...] = Field(
        (), description="Who these people are: sealed to the identity room only."
    )
    source_key: str = Field("", description="Its id where it comes from; sent again, it is stored once.")


class Tags(Shape):
    largest: ClassVar[int] = _MEBIBYTE
    tags: tuple[Tag, ...]


class Passages(Shape):
    """What was found in texts of a record, in place of what was said before; texts not named stay as they are."""

    largest: ClassVar[int] = _MEBIBYTE
    revision: int = Field(ge=1, description="The revision that it was found in; another one is refused.")
    texts: tuple[Marking, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFacility(Facility):
    """With the id or the source key of one in the register it takes its place."""

    id: UUID = field(default_factory=new_id)


class NewFacilities(Shape):
    largest: ClassVar[int] = _MEBIBYTE
    facilities: tuple[NewFacility, ...] = Field(min_length=1, max_length=200)

    def plain(self) -> tuple[Facility, ...]:
        return tuple(_plain(Facility, one) for one in self.facilities)


def draft(new: NewRecord) -> Draft:
    """The draft of what was sent."""
    record = _record(new)
    items = tuple(_plain(GrantItem, item) for item in new.consent.items)
    return Draft(
        record=record,
        consent=_plain(ConsentEntry, new.consent, record=record.id, items=items),
        people=tuple(_plain(KnownPerson, person) for person in new.people),
        source_key=new.source_key,
    )


def _record(new: NewRecord) -> Record:
    sent = new.record
    texts = tuple(_text(text) for text in sent.texts)
    if isinstance(sent, NewTestimony):
        narrator = sent.narrator or _only(new.people, "narrator")
        return _plain(Testimony, sent, texts=texts, narrator=narrator)
    said = sent.reporter if sent.reporter != _NOT_SAID else _only(new.people, "reporter")
    missing = tuple(_plain(MissingPerson, person) for person in sent.missing)
    return _plain(FamilyReport, sent, texts=texts, missing=missing, reporter=said or new_id())


def _text(sent: NewText) -> Text:
    return _plain(Text, replace(sent, direction=sent.direction or direction(sent.lang)))


def _only(people: Iterable[KnownPerson], role: str) -> UUID | None:
    found = [person.id for person in people if person.role == role]
    return found[0] if len(found) == 1 else None


def _plain(shape: type[T], sent: Any, **other: object) -> T:  # noqa: ANN401  # a dataclass that adds to `shape`
    """The domain's own value, as if it had never been anything else."""
    kept = {one.name: getattr(sent, one.name) for one in fields(shape)}  # type: ignore[arg-type]
    return shape(**(kept | other))
