"""Knows the tags of a room: how many matches bear each, what lies above it, and which tag a typed name means.
Must not know postings, scores, or any term that this room does not hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from archive.domain.searching import FACETS, FacetCount, Suggestion
from archive.search.analysis import ends_in_han, spoken
from archive.search.snapshot import UNNAMED, Snapshot
from archive.search.tree import Known
from archive.vocabularies.load import Vocabulary, names, vocabulary

VOCABULARIES: Final[Mapping[str, str]] = {
    "place": "places",
    "facility": "facility-types",
    "abuse": "abuse-types",
    "ethnic": "ethnic-groups",
    "goods": "goods",
    "lang": "languages",
    "kind": "kinds",
}

_NAMED: Final = ("place", "facility", "abuse", "ethnic", "goods", "subject")
_MOST_NAMES: Final = 40


class Tags:
    """The tags of one snapshot. Names are folded once and kept while the snapshot lives."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._folded: dict[str, Mapping[str, frozenset[str]]] = {}

    def counts(self, matches: int) -> dict[str, tuple[FacetCount, ...]]:
        """Exact counts over all ``matches`` (a document set), the largest first; O(terms of the room)."""
        found = {facet: tuple(self._counted(facet, matches)) for facet in FACETS}
        return {facet: terms for facet, terms in found.items() if terms}

    def bearing(self, facet: str, terms: Iterable[str]) -> int:
        """The documents that bear any of ``terms``.

        An unknown facet or term bears nothing: a filter never widens.
        """
        held = self._snapshot.facet(facet) if facet in FACETS else {}
        found = 0
        for term in terms:
            found |= held.get(term, 0)
        return found

    def meant(self, facet: str, value: str, *, beginning: bool) -> frozenset[str]:
        """The terms of this room that ``value`` names: its words begin their id, a label or an alias.

        So “Hotan” is the city and the prefecture. Only when there is none, or ``beginning`` says that the
        person typed an asterisk, may the last word be a part of one. Han is not written in words.
        """
        wanted = spoken(value)
        if not wanted:
            return frozenset()
        names = self._names_of(facet)
        whole = frozenset(
            term for term, known in names.items() if any(f"{n} ".startswith(f"{wanted} ") for n in known)
        )
        if whole and not beginning and not ends_in_han(wanted):
            return whole
        return frozenset(term for term, known in names.items() if any(n.startswith(wanted) for n in known))

    def known(self, typed: str) -> Known | None:
        """The terms of this room that have just this name, with their other names; None where there is none.

        Places, facilities, subjects and the like by any name in any language, of the vocabularies or of a record.
        """
        wanted = spoken(typed)
        terms = [
            (facet, term)
            for facet in _NAMED
            for term, names in (self._names_of(facet).items() if wanted else ())
            if wanted in names
        ]
        if not terms:
            return None
        names = {name for facet, term in terms for name in self._names_of(facet)[term] if name != wanted}
        return Known(tuple(terms), tuple(tuple(name.split()) for name in sorted(names)[:_MOST_NAMES] if name))

    def suggestions(self, typed: str, lang: str, most: int) -> tuple[Suggestion, ...]:
        """Tags with a name that begins with ``typed``, or one of whose words does; the commonest first."""
        wanted = spoken(typed)
        if not wanted:
            return ()
        found = [
            Suggestion(facet, term, self._label(facet, term, lang), bits.bit_count())
            for facet in FACETS
            for term, bits in self._snapshot.facet(facet).items()
            if any(f" {name}".find(f" {wanted}") >= 0 for name in self._names_of(facet)[term])
        ]
        return tuple(sorted(found, key=lambda one: (-one.count, one.label, one.facet, one.term))[:most])

    def _counted(self, facet: str, matches: int) -> Iterator[FacetCount]:
        found = [(term, (bits & matches).bit_count()) for term, bits in self._snapshot.facet(facet).items()]
        builtin = _vocabulary(facet)
        for term, count in sorted(found, key=lambda pair: (-pair[1], pair[0])):
            if count and builtin and term in builtin:
                yield FacetCount(term, count, {}, builtin[term].broader)
            elif count:
                own = self._snapshot.own_terms().get(term, UNNAMED)
                yield FacetCount(term, count, own.labels, own.above)

    def _label(self, facet: str, term: str, lang: str) -> str:
        builtin = _vocabulary(facet)
        if builtin and term in builtin:
            return builtin.label(term, lang)
        labels = self._snapshot.own_terms().get(term, UNNAMED).labels
        return labels.get(lang) or labels.get(lang.partition("-")[0]) or next(iter(labels.values()), term)

    def _names_of(self, facet: str) -> Mapping[str, frozenset[str]]:
        if facet not in self._folded:
            own, builtin = self._snapshot.own_terms(), _vocabulary(facet)
            names: dict[str, frozenset[str]] = {}
            for term in self._snapshot.facet(facet):
                if builtin and term in builtin:
                    known: tuple[str, ...] = (*builtin[term].labels.values(), *builtin[term].aliases)
                else:
                    found = own.get(term, UNNAMED)
                    known = (*found.labels.values(), *found.aliases)
                names[term] = frozenset(spoken(name) for name in (term, *known))
            self._folded[facet] = names
        return self._folded[facet]


def _vocabulary(facet: str) -> Vocabulary | None:
    name = VOCABULARIES.get(facet)
    return vocabulary(name) if name and name in names() else None
