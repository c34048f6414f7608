"""Tags by which accounts are found and compared: place, facility, type of abuse, ethnic group, goods, subject.

Knows a tag's shape. Must not know the vocabularies' contents or where a tag is indexed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Facet(StrEnum):
    """What a tag speaks of. The value is also the facet's name in search."""

    PLACE = "place"
    FACILITY = "facility"
    ABUSE = "abuse"
    ETHNIC = "ethnic"
    GOODS = "goods"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One term applied to a record, with how sure it is and the passage it rests on.

    ``term`` is a built-in vocabulary id, or the id of an authority of this archive's register (``reg-`` + 32 hex).
    ``broader`` lists its ancestors, root first, when it is not built in; ``labels`` (language → name) and
    ``aliases`` likewise. ``passage`` is the quoted words, ``text`` the id of the text they stand in.
    ``kind`` is a facility's type id, so that a coarse rendition can speak of the type instead of the name.
    """

    facet: Facet
    term: str
    certainty: str = "as-stated"
    passage: str = ""
    text: str = ""
    broader: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    kind: str = ""
