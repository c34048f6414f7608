"""Knows what of a record leaves the archive on an exhibit sheet, field by field: what is not named here stays inside.
Must not know how the record was opened, who signs the sheet, or how it is printed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from archive.domain.log import LogPlace
from archive.domain.records import Text
from archive.domain.showing import Shown
from archive.domain.testimony import Testimony

FORMAT: Final = "guwah-exhibit/1"
_ORDER: Final = ("original", "transcript", "translation", "summary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """``day`` is the ISO day of that revision."""

    revision: int
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """When (EDTF) and where (a term of the places, or empty) the account was given; empty: not recorded."""

    when: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetText:
    """One text as the sheet shows it. ``sha256`` is over these very words in UTF-8, never over what is withheld."""

    role: str
    lang: str
    direction: str
    text: str
    sha256: str
    translator: str
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPresent:
    """Somebody who was in the room."""

    role: str
    name: str
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSource:
    """Where an account that was published elsewhere comes from."""

    citation: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetConsent:
    """The consent in force: opaque ids of its items, the ledger's head, the last day. What it says lies in custody."""

    items: tuple[str, ...]
    ledger: str
    until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """``by`` is a member's opaque id, ``at`` the second in UTC."""

    by: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLog:
    """The entry of the opening: its number and leaf; size and root of the log, and the path that joins them.

    ``checkpoint`` is the host's signed note (C2SP) of that size and root.
    """

    number: int
    leaf: str
    size: int
    root: str
    path: tuple[str, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a sheet says besides the record: its own id, which archive, who made it and when, where the log has it."""

    exhibit: UUID
    archive: UUID
    by: UUID
    at: datetime
    log: SheetLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One exhibit. These fields and no others are signed, printed and handed on. Ids and bytes are lower-case hex."""

    format: Literal["guwah-exhibit/1"] = FORMAT
    exhibit: str
    archive: str
    room: str
    code: str
    kind: str
    title: str
    version: Version
    given: Given
    content_note: tuple[str, ...]
    texts: tuple[SheetText, ...]
    present: tuple[SheetPresent, ...]
    source: SheetSource | None
    consent: SheetConsent
    made: Made
    log: SheetLog


def sheet(shown: Shown, facts: Facts) -> Sheet:
    """Return the exhibit sheet of a record as its matter room shows it. Pure: the same input gives the same sheet."""
    record, licence = shown.record, shown.licence
    source = record.source
    return Sheet(
        exhibit=facts.exhibit.hex,
        archive=facts.archive.hex,
        room=shown.room.id.hex,
        code=shown.code,
        kind=record.kind if isinstance(record, Testimony) else record.record_kind,
        title=record.title,
        version=Version(revision=shown.revision, day=shown.day.isoformat()),
        given=Given(when=record.collected, where=record.collected_where),
        content_note=record.content_note,
        texts=tuple(_text(text) for text in sorted(record.texts, key=_rank)),
        present=tuple(
            SheetPresent(role=one.role, name=one.name, organisation=one.organisation)
            for one in record.present
        ),
        source=SheetSource(citation=source.citation, licence=source.licence) if source else None,
        consent=SheetConsent(
            items=tuple(item.hex for item in licence.items),
            ledger=licence.head.hex(),
            until=licence.not_after.isoformat() if licence.not_after else None,
        ),
        made=Made(by=facts.by.hex, at=facts.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
        log=facts.log,
    )


def statement(made: Sheet) -> dict[str, object]:
    """Return the sheet as the plain value whose canonical JSON is signed."""
    return asdict(made)


def digest(text: str) -> str:
    """Return the SHA-256 of a text as the sheet shows it."""
    return hashlib.sha256(text.encode()).hexdigest()


def wrong_digests(made: Sheet) -> Iterator[int]:
    """Give the numbers, from 1, of the texts that are not those of which the digest was taken."""
    for number, text in enumerate(made.texts, start=1):
        if digest(text.text) != text.sha256:
            yield number


def logged(place: LogPlace) -> SheetLog:
    """Return where the log has the opening, as a sheet writes it."""
    return SheetLog(
        number=place.number,
        leaf=place.leaf.hex(),
        size=place.size,
        root=place.root.hex(),
        path=tuple(step.hex() for step in place.path),
        checkpoint=place.checkpoint,
    )


def _text(text: Text) -> SheetText:
    return SheetText(
        role=text.role,
        lang=text.lang,
        direction=text.direction,
        text=text.body,
        sha256=digest(text.body),
        translator=text.translator,
        method=text.method,
    )


def _rank(text: Text) -> int:
    return _ORDER.index(text.role) if text.role in _ORDER else len(_ORDER)
