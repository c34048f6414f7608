"""A draft: everything a cataloguer, an import or the API hands in for one new record, in one piece.

Knows the shape of a submission. Must not know whether it is good enough (services decide) or how it is sealed.
"""

from __future__ import annotations

from dataclasses import dataclass

from archive.domain.consent import ConsentEntry
from archive.domain.family_report import FamilyReport
from archive.domain.records import KnownPerson
from archive.domain.testimony import Testimony

Record = Testimony | FamilyReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """``consent`` is required: without a grant or a recorded legal basis nothing is stored.

    ``source_key`` names the row of an import (its id in the source), so that importing twice stores once.
    """

    record: Record
    consent: ConsentEntry
    people: tuple[KnownPerson, ...] = ()
    source_key: str = ""
