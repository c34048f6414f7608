"""Terms: where a tag's term stands among the built-in vocabularies, and which class of data naming it gives away.

Knows the vocabularies by id. Must not know consent, rooms or who reads.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from archive.domain.consent import DataClass
from archive.domain.tags import Facet, Tag
from archive.vocabularies.load import Vocabulary, vocabulary

VOCABULARIES: Final = {
    Facet.PLACE: "places",
    Facet.FACILITY: "facility-types",
    Facet.ABUSE: "abuse-types",
    Facet.ETHNIC: "ethnic-groups",
    Facet.GOODS: "goods",
}
"""Facet → the vocabulary of its built-in terms. Subjects have none: they are words."""

_ABUSES: Final = {
    "sexual-violence": DataClass.SEXUAL_VIOLENCE,
    "reproductive": DataClass.MEDICAL,
    "denial-of-care": DataClass.MEDICAL,
    "forced-medication": DataClass.MEDICAL,
    "death-from-denied-care": DataClass.MEDICAL,
}
"""Types of abuse, each with everything narrower, that disclose a class of their own."""

_NOTES: Final = {
    "sexual-violence": DataClass.SEXUAL_VIOLENCE,
    "reproductive-harm": DataClass.MEDICAL,
    "medical-harm": DataClass.MEDICAL,
    "self-harm": DataClass.MEDICAL,
}
"""Kinds of content note that do the same."""


def built_in(tag: Tag) -> bool:
    """Return whether the tag's term is one of the vocabularies', and so says nothing beyond its meaning."""
    terms = _terms(tag.facet)
    return terms is not None and tag.term in terms


def path(tag: Tag) -> tuple[str, ...]:
    """Return the ids that the tag's term lies within, itself included; for a facility its types too."""
    terms = _terms(tag.facet)
    if terms is None:
        return (tag.term,)
    if tag.term in terms:
        return terms.path(tag.term)
    kinds = terms.path(tag.kind) if tag.facet is Facet.FACILITY and tag.kind in terms else ()
    return (*tag.broader, *kinds, tag.term)


def abuse_class(term: str) -> DataClass:
    """Return the class that naming a built-in type of abuse gives away."""
    above = vocabulary("abuse-types").path(term)
    return next((found for root, found in _ABUSES.items() if root in above), DataClass.NARRATIVE)


def classes(tag: Tag) -> frozenset[DataClass]:
    """Return the classes that a tag gives away; a subject, being words, none that can be known."""
    if tag.facet is Facet.PLACE:
        return _place_classes(coarse=coarse_place(path(tag)) == tag.term)
    if tag.facet is Facet.FACILITY:
        return _place_classes(coarse=built_in(tag))
    return frozenset({abuse_class(tag.term)} if tag.facet is Facet.ABUSE and built_in(tag) else ())


def note_class(term: str) -> DataClass | None:
    """Return the class that a kind of content note gives away; None for one that the vocabulary does not hold."""
    return _NOTES.get(term, DataClass.NARRATIVE) if term in vocabulary("content-notes") else None


def coarse_place(above: tuple[str, ...]) -> str | None:
    """Return the narrowest approximate place (prefecture, division, province, country) in a path, root first."""
    return next((term for term in reversed(above) if _is_coarse(term)), None)


def _place_classes(*, coarse: bool) -> frozenset[DataClass]:
    return frozenset(
        {DataClass.PLACE_COARSE} if coarse else {DataClass.PLACE_PRECISE, DataClass.PLACE_COARSE}
    )


@cache
def _is_coarse(term: str) -> bool:
    places = vocabulary("places")
    if term not in places:
        return False
    found = places[term]
    prefecture = any(code.endswith("00") for code in found.codes.get("gb2260", ()))
    return prefecture or "iso3166" in found.codes or "xpcc" in (found.id, found.broader)


def _terms(facet: Facet) -> Vocabulary | None:
    return vocabulary(VOCABULARIES[facet]) if facet in VOCABULARIES else None
