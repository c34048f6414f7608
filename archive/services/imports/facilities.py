"""Facilities from rows: a row and a mapping make an entry of the facility register, or the problems that keep it out.

Knows the fields of an entry and what they may hold. Must not know files, batches or what the register holds.
"""

from __future__ import annotations

from archive.domain.errors import Invalid, Problem, message
from archive.domain.facilities import Facility
from archive.domain.tags import Facet
from archive.services.fields import Fields
from archive.services.imports import naming
from archive.services.imports.drafting import LIST, content_key, filling_of
from archive.services.imports.mapping import Mapping
from archive.services.imports.reading import Row


def facility(row: Row, mapping: Mapping) -> Facility:
    """Return the register's entry of a row. Raises Invalid with every problem."""
    rule = mapping.facility
    if rule is None:
        raise Invalid([Problem("mapping", message("This mapping is not one of facilities. Choose another."))])
    filling = filling_of(row, mapping)
    key = filling.text(mapping.key) or content_key(row)
    place = filling.text(rule.place)
    made = Facility(
        id=naming.own_id(Facet.FACILITY, key),
        kind=naming.kind(filling.text(rule.kind)),
        labels={lang: label for lang, one in rule.labels.items() if (label := filling.text(one))},
        aliases=tuple(alias for one in rule.aliases for alias in filling.texts(one, LIST)),
        place=naming.place(place) if place else "",
        opened=filling.text(rule.opened),
        closed=filling.text(rule.closed),
        precision=filling.text(rule.precision),
        source_key=key,
        note=filling.text(rule.note),
    )
    if found := [*filling.problems, *problems(made)]:
        raise Invalid(found)
    return made


def problems(one: Facility) -> list[Problem]:
    """Return everything that keeps an entry out of the register, with its place. Cost: as `validating.check`."""
    fields = Fields()
    fields.term("kind", one.kind, "facility-types")
    fields.term("place", one.place, "places", optional=True)
    if not one.labels:
        fields.problem("labels", message("Write how the place is called, in one language at least."))
    fields.few("labels", one.labels)
    fields.lines("labels", (name for pair in one.labels.items() for name in pair))
    fields.few("aliases", one.aliases)
    fields.lines("aliases", one.aliases)
    fields.date("opened", one.opened)
    fields.date("closed", one.closed)
    fields.line("precision", one.precision)
    fields.line("source_key", one.source_key)
    fields.prose("note", one.note)
    return fields.problems
