"""What testimonies and family reports share: texts, the people present, sources; and the union ``Record``.

Knows the record as custody holds it, its narrator only by opaque id. Must not know who that id is (``identity``).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from archive.domain.consent import DataClass

WITHHELD = "[withheld]"
"""Stands for every omission outside custody: without kind or length, for either would disclose."""

SCHEMA = 1
"""Version of the sealed record's shape; part of the sealing context."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text of the account in one language. ``lang`` is BCP 47 with script (``ug-Arab``), ``direction`` rtl or ltr.

    ``role`` is original, translation, transcript or summary. ``contains`` lists the data classes that a reader found
    in it, ``reviewed`` those it was read for: a text not reviewed for a refused class counts as wholly that class.
    """

    id: str
    role: str
    lang: str
    direction: str
    body: str
    translator: str = ""
    method: str = ""
    contains: tuple[DataClass, ...] = ()
    reviewed: tuple[DataClass, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Somebody in the room when the account was given: interviewer, interpreter, support person…"""

    role: str
    name: str = ""
    organisation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an account that was published elsewhere comes from, and on what terms."""

    citation: str
    licence: str = ""
    identifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """Who a person is and how to reach them: sealed to the identity room only."""

    id: UUID
    role: str
    name: str = ""
    other_names: tuple[str, ...] = ()
    contact: str = ""
    safe_contact: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The people of one record, in the clear to the identity room alone."""

    record: UUID
    people: tuple[KnownPerson, ...] = ()
