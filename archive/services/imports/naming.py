"""Naming: which term a name in a source means, built in, of the facility register, or this archive's own.

Knows names, vocabularies and the register. Must not know rows, files or where a term is applied.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final
from uuid import UUID, uuid5

from archive.domain.errors import Invalid, Problem, message
from archive.domain.facilities import Facility
from archive.domain.tags import Facet, Tag
from archive.policy.terms import VOCABULARIES
from archive.services.imports.mapping import TagRule
from archive.text.fold import fold
from archive.text.scripts import detect
from archive.vocabularies.load import Term, vocabulary

MOST_TERMS: Final = 20_000
"""Most own terms of one file, all of which are in memory at once."""
MOST_NAMES: Final = 150

_NAMESPACE: Final = UUID("5b3f2f8e-6f1c-4d43-9c40-7a0f6a6f4f0e")
_SCHEME: Final = re.compile(r"^[a-z]*://(?:www\.)?")
_GEONAMES: Final = re.compile(r"^geonames\.org/\d+")
# In a GB/T 2260 code longer than its six digits, the rest is of the bureau of statistics.
_GB2260: Final = re.compile(r"(\d{6})(?:0{6})?")


class _Authority:
    """One own term of a source: every name it goes by, counted, and what the rule says of its kind."""

    def __init__(self, rule: TagRule) -> None:
        self.rule = rule
        self.names: Counter[str] = Counter()

    @cached_property
    def named(self) -> tuple[str, tuple[str, ...]]:
        """The name most used, in Latin letters where two are used alike, and the others."""
        ranked = sorted(self.names, key=lambda name: (-self.names[name], detect(name).script != "Latn"))
        label, *aliases = ranked[:MOST_NAMES]
        return label, tuple(aliases)

    @cached_property
    def built_in(self) -> Term | None:
        """The one built-in term that goes by any of the names."""
        found = {term.id: term for name in self.names for term in _named(self.rule.facet, name)}
        return next(iter(found.values())) if len(found) == 1 else None


class Names:
    """What names mean. Every name that may become an own term is `seen` before the first `tag` is asked for."""

    def __init__(self, register: Iterable[Facility]) -> None:
        self._register = {facility.source_key or facility.term: facility for facility in register}
        self._authorities: dict[tuple[Facet, str], _Authority] = {}
        self._called: dict[tuple[Facet, str], set[str]] = {}
        for key, facility in self._register.items():
            self._call(Facet.FACILITY, key, (facility.term, *facility.labels.values(), *facility.aliases))

    def seen(self, rule: TagRule, key: str, name: str) -> None:
        """Note a name under which an own term stands in the source. Raises Invalid when there are too many terms."""
        key = self._key(rule, key, name)
        self._authorities.setdefault((rule.facet, key), _Authority(rule)).names[name] += 1
        self._call(rule.facet, key, [name])
        if len(self._authorities) > MOST_TERMS:
            said = message("This file names more than %(most)s terms of its own. Divide it.")
            raise Invalid([Problem("", said, {"most": f"{MOST_TERMS:,}"})])

    def facilities(self) -> tuple[Facility, ...]:
        """Return the entries that the register lacks, or has under fewer names, for the file's own facilities."""
        found = (
            self._facility(key, authority)
            for (facet, key), authority in self._authorities.items()
            if facet is Facet.FACILITY and not (authority.rule.known and authority.built_in)
        )
        return tuple(one for one in found if one != self._register.get(one.source_key or one.term))

    def tag(self, rule: TagRule, key: str, name: str) -> Tag:
        """Return the tag that a name gives; where it means nothing the term is the name, for `validating` to refuse.

        Raises Invalid, with one problem, for a name that means several terms.
        """
        key = self._key(rule, key, name)
        authority = self._authorities.get((rule.facet, key))
        if rule.known and (term := authority.built_in if authority else _built_in(rule, name)):
            return Tag(facet=rule.facet, term=term.id, certainty=rule.certainty)
        if rule.facet is Facet.FACILITY:
            facility = self._facility(key, authority) if authority else self._register.get(key)
            return _of_facility(rule, facility) if facility else _unknown(rule, name)
        if not rule.own:
            return _unknown(rule, name)
        label, aliases = authority.named if authority else (name, ())
        return Tag(
            facet=rule.facet,
            term=f"reg-{own_id(rule.facet, key).hex}",
            certainty=rule.certainty,
            labels={rule.lang: label},
            aliases=aliases,
        )

    def within(self, rule: TagRule, wider: Sequence[str], name: str) -> Iterator[Tag]:
        """Yield a tag for the narrowest built-in term, or for each own term below it: widest first."""
        terms = vocabulary(VOCABULARIES[rule.facet])
        levels = [level for level in (*wider, name) if level]
        built_in = [level for level in levels if level in terms]
        path = list(terms.path(built_in[-1])) if built_in else []
        own = levels[len(built_in) :]
        if not own and path:
            yield Tag(facet=rule.facet, term=path[-1], certainty=rule.certainty)
        for depth, label in enumerate(own, 1):
            term = f"reg-{own_id(rule.facet, '/'.join([*path[:1], *map(fold, own[:depth])])).hex}"
            yield Tag(
                facet=rule.facet,
                term=term,
                certainty=rule.certainty,
                broader=tuple(path),
                labels={rule.lang: label},
            )
            path.append(term)

    def _facility(self, key: str, authority: _Authority) -> Facility:
        """The register's entry with the file's names added, or a new one."""
        label, aliases = authority.named
        known = self._register.get(key)
        if known is None:
            return Facility(
                id=own_id(Facet.FACILITY, key),
                kind=authority.rule.kind or "unknown",
                labels={authority.rule.lang: label},
                aliases=aliases,
                source_key=key,
            )
        have = {*known.labels.values(), *known.aliases}
        more = tuple(name for name in (label, *aliases) if name not in have)
        return replace(known, aliases=(*known.aliases, *more)[:MOST_NAMES])

    def _call(self, facet: Facet, key: str, names: Iterable[str]) -> None:
        for name in names:
            self._called.setdefault((facet, fold(name)), set()).add(key)

    def _key(self, rule: TagRule, key: str, name: str) -> str:
        """The key of a name: its own, that of the one term that goes by it already, or the name itself."""
        if key:
            return reference(key)
        found = self._called.get((rule.facet, fold(name)), set())
        return next(iter(found)) if len(found) == 1 else f"name:{fold(name)}"


def _of_facility(rule: TagRule, facility: Facility) -> Tag:
    return Tag(
        facet=rule.facet,
        term=facility.term,
        certainty=rule.certainty,
        labels=facility.labels,
        aliases=facility.aliases,
        kind=facility.kind,
    )


def _unknown(rule: TagRule, name: str) -> Tag:
    return Tag(facet=rule.facet, term=name, certainty=rule.certainty)


def _built_in(rule: TagRule, name: str) -> Term | None:
    if rule.facet not in VOCABULARIES:
        return None
    terms = vocabulary(VOCABULARIES[rule.facet])
    found = [terms[name]] if name in terms and not rule.own else _named(rule.facet, name)
    if len(found) > 1 and not rule.own:
        said = message("“%(name)s” may mean any of these: %(terms)s. Write which.")
        raise Invalid([Problem("", said, {"name": name, "terms": ", ".join(term.id for term in found)})])
    return found[0] if len(found) == 1 else None


def _named(facet: Facet, name: str) -> list[Term]:
    """Built-in terms that go by a name; where one of them holds all the others, as a city its parts, that one alone."""
    if facet not in VOCABULARIES:
        return []
    terms = vocabulary(VOCABULARIES[facet])
    found = [term for term in terms.named(name) if _goes_by(term, name)]
    widest = [term for term in found if all(term.id in terms.path(other.id) for other in found)]
    return widest or found


def _goes_by(term: Term, name: str) -> bool:
    """Ids alone are no names: “im” is a German word, and the Isle of Man."""
    spelt = fold(name)
    return fold(term.id) != spelt or spelt in map(fold, (*term.labels.values(), *term.aliases))


def _one(name: str, found: Sequence[Term]) -> str:
    return found[0].id if len(found) == 1 else name


def place(name: str) -> str:
    """Return the built-in place of a name, an id or a GB/T 2260 code; the name itself where it means not just one."""
    places = vocabulary("places")
    if code := _GB2260.fullmatch(name):
        return _one(name, [term for term in places if code[1] in term.codes.get("gb2260", ())])
    return name if name in places else _one(name, _named(Facet.PLACE, name))


def kind(name: str) -> str:
    """Return the built-in type of facility of a name or id; the name itself where it means not just one."""
    return name if name in vocabulary("facility-types") else _one(name, _named(Facet.FACILITY, name))


def own_id(facet: Facet, key: str) -> UUID:
    """Return the lasting id of an own term: the same for the same key, in every import."""
    return uuid5(_NAMESPACE, f"{facet}:{key}")


def reference(key: str) -> str:
    """Return an address in its one form: without scheme, and for GeoNames without the name after the number."""
    bare = _SCHEME.sub("", key)
    found = _GEONAMES.match(bare)
    return found[0] if found else bare
