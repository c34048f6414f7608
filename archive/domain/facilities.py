"""The facility register: named places of detention and labour that this archive knows, each with a lasting term.

Knows a facility's shape. Must not know where the register is kept or who may read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """``kind`` is an id of ``vocabularies/facility-types.toml``, ``place`` of ``places``; dates are EDTF or empty.

    ``precision`` says how exact the place is (exact, approximate, county…); ``source_key`` is its id in the source,
    by which a second import replaces it instead of adding another.
    """

    id: UUID
    kind: str
    labels: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    place: str = ""
    opened: str = ""
    closed: str = ""
    precision: str = ""
    source_key: str = ""
    note: str = ""

    @property
    def term(self) -> str:
        """Its id as a tag's term."""
        return f"reg-{self.id.hex}"
