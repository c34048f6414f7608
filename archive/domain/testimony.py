"""Testimony: one first-hand account, one source, its original never altered.

Knows the fields of a testimony. Must not know forms, storage or keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from archive.domain.consent import DataClass
from archive.domain.records import Present, Source, Text
from archive.domain.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony:
    """One account. Dates are EDTF (``2018-03~``, ``2017/2018``); ``content_note`` lists kinds of harm to warn of.

    ``collected_where`` is the id of a place, whose class (approximate or exact) its term tells as that of a tag does;
    a cataloguer's own words there count as exact, and stay in custody.
    """

    id: UUID
    title: str
    kind: str
    texts: tuple[Text, ...]
    narrator: UUID | None = None
    present: tuple[Present, ...] = ()
    tags: tuple[Tag, ...] = ()
    collected: str = ""
    collected_where: str = ""
    channel: str = ""
    period: str = ""
    content_note: tuple[str, ...] = ()
    title_contains: tuple[DataClass, ...] = ()
    title_reviewed: tuple[DataClass, ...] = ()
    source: Source | None = None
    note: str = ""
    record_kind: Literal["testimony"] = "testimony"
