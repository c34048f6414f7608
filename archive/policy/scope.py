"""Scope: does a record lie within the bounds a room was given over places, facilities, types of abuse and dates?

Knows tags and dates of the whole record as custody holds it. Must not know consent: a refused tag still excludes.
"""

from __future__ import annotations

from collections.abc import Sequence

from archive.domain.drafts import Record
from archive.domain.rooms import Scope
from archive.domain.tags import Facet, Tag
from archive.domain.testimony import Testimony
from archive.policy import dates
from archive.policy.terms import path


def in_scope(record: Record, scope: Scope) -> bool:
    """Return whether a room of this scope may hold the master's record at all.

    Terms stand for everything narrower, an exclude wins, empty includes mean any. Where a scope has dates, a record
    without one lies outside. Pure.
    """
    return (
        _within(record.tags, Facet.PLACE, scope.places, scope.not_places)
        and _within(record.tags, Facet.FACILITY, scope.facilities, scope.not_facilities)
        and _within(record.tags, Facet.ABUSE, scope.abuses, scope.not_abuses)
        and _in_time(record, scope)
    )


def _within(tags: Sequence[Tag], facet: Facet, wanted: Sequence[str], unwanted: Sequence[str]) -> bool:
    terms = {term for tag in tags if tag.facet is facet for term in path(tag)}
    return terms.isdisjoint(unwanted) and (not wanted or not terms.isdisjoint(wanted))


def _in_time(record: Record, scope: Scope) -> bool:
    if not scope.since and not scope.until:
        return True
    told = record.period if isinstance(record, Testimony) else ""
    try:
        found = dates.span(told or record.collected)
    except ValueError:
        return False
    return found is not None and dates.overlaps(found, scope.since, scope.until)
