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
class Passage:
    """A stretch of a text that carries certain classes of data: code points ``start`` up to, not including, ``end``.

    Passages may touch and overlap. ``reason`` says in words why it was marked; it never leaves custody.
    """

    start: int
    end: int
    contains: tuple[DataClass, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """What a reader found in one text (``text``, its id), in place of everything that was found in it before.

    Without an id it is the title, which has no passages: it is shown whole or not at all.
    """

    text: str
    passages: tuple[Passage, ...] = ()
    contains: tuple[DataClass, ...] = ()
    reviewed: tuple[DataClass, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text of the account in one language. ``lang`` is BCP 47 with script (``ug-Arab``), ``direction`` rtl or ltr.

    ``role`` is original, translation, transcript or summary. What of it is shown where a class of data is refused:

    - ``contains`` names the class: it was found and is not confined to passages. The whole text is withheld.
    - ``reviewed`` lacks the class: nobody read the text for it. It counts as wholly that class and is withheld whole,
      whatever passages are marked.
    - The text was reviewed for the class: the ``passages`` that carry it are withheld, the rest is shown.

    ``passages`` lie within the body, sorted by start and end. They hold for this very body alone: whoever gives a text
    other words must take its passages and its ``reviewed`` away.
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
    passages: tuple[Passage, ...] = ()


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
