"""Family report: what a relative abroad says of people who are missing. The reporter's consent is never theirs.

Knows the fields of a report. Must not know forms, storage or keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from archive.domain.consent import DataClass
from archive.domain.records import Present, Source, Text
from archive.domain.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing said, and how the reporter knows it (``vocabularies/knowledge.toml``)."""

    text: str
    knowledge: str = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPerson:
    """A person reported on. ``status`` holds as of ``as_of`` (EDTF) by ``status_source``; dates are EDTF."""

    id: UUID
    name: str
    other_names: tuple[str, ...] = ()
    relation: str = "other"
    born: str = ""
    status: str = "unknown"
    as_of: str = ""
    status_source: str = ""
    last_contact: str = ""
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A contact with the reporter: when (EDTF), what was learnt, and the day of the next contact (ISO)."""

    on: str
    note: str
    next_contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyReport:
    """One report by one reporter. ``safety`` describes the relatives at home and is shown before any contact."""

    id: UUID
    title: str
    reporter: UUID
    missing: tuple[MissingPerson, ...]
    texts: tuple[Text, ...] = ()
    present: tuple[Present, ...] = ()
    statements: tuple[Statement, ...] = ()
    sought: str = ""
    safety: str = ""
    objections: str = ""
    when_freed: str = ""
    follow_ups: tuple[FollowUp, ...] = ()
    tags: tuple[Tag, ...] = ()
    collected: str = ""
    collected_where: str = ""
    channel: str = ""
    content_note: tuple[str, ...] = ()
    title_contains: tuple[DataClass, ...] = ()
    title_reviewed: tuple[DataClass, ...] = ()
    source: Source | None = None
    note: str = ""
    record_kind: Literal["family-report"] = "family-report"
