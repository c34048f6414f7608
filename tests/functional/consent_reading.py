"""Every way to read, tried by somebody and held against the model: nothing more than that, on any path.

Knows the services that show something. Must not know why a record may be read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from archive.domain.errors import NotFound
from archive.domain.rooms import RoomPurpose
from archive.domain.searching import SearchQuery
from archive.sealing.codec import encode_record
from archive.services import disclosing, entitling, exhibiting, rooms, searching
from archive.services.acting import Acting
from tests.archives import Standing
from tests.functional.consent_model import Seat, Sight, Told, sight, spread

Held = dict[tuple[str, str], date | None]
NARROWED = ("place", "abuse")
"""The facets that one record here has a term of."""


@dataclass
class Reading:
    """``read`` counts what was tried, ``shown`` how often something came of it."""

    standing: Standing
    seats: dict[str, Seat]
    read: Counter[str]
    shown: Counter[str]
    now: Callable[[], date]
    held: Held

    def acting(self, login: str) -> Acting:
        """Who it is at a new request: keys that were granted are taken up, those taken away let go."""
        acting, archive = self.standing.acting(login), self.standing.archive
        with archive.read() as unit:
            entitling.take_rooms(archive, acting, unit)
        return acting

    def holds(self, login: str, name: str) -> bool:
        until = self.held.get((login, name), date.min)
        return until is None or self.now() <= until

    def open(self, told: list[Told], name: str) -> dict[Told, Sight]:
        """What the room may show today, record by record."""
        seen = ((each, sight(each, self.seats[name], self.now())) for each in told)
        return {each: found for each, found in seen if found}

    def must(self, told: list[Told], name: str) -> dict[Told, Sight]:
        """What it has to show once everything that waited was placed."""
        found = self.open(told, name)
        return {each: said for each, said in found.items() if not each.closed}

    def show(self, login: str, name: str, told: Told) -> Sight | None:
        acting, room = self.acting(login), self.seats[name].id
        self.read["show"] += 1
        try:
            shown = disclosing.show(self.standing.archive, acting, room, told.id)
        except NotFound:
            return None
        found = seen_in(encode_record(shown.record).decode(), told)
        terms = spread(tag.term for tag in shown.record.tags)
        self.allowed(login, name, told, Sight(found, terms))
        if shown.identity or shown.consent:
            assert name == "custody"
        return Sight(found, terms)

    def exhibit(self, login: str, name: str, told: Told) -> bool:
        acting, room = self.acting(login), self.seats[name].id
        self.read["exhibit"] += 1
        try:
            [made] = exhibiting.make(self.standing.archive, acting, room, [told.id])
        except NotFound:
            assert not (self.holds(login, name) and self.seats[name].purpose is RoomPurpose.MATTER)
            return False
        if made.exhibit is None:
            return False
        self.allowed(login, name, told, Sight(seen_in(made.exhibit.raw.decode(), told)))
        return True

    def allowed(self, login: str, name: str, told: Told, found: Sight) -> None:
        assert self.holds(login, name), f"{login} read in {name} without a grant of it"
        self.shown["record"] += 1
        may = self.open([told], name).get(told)
        assert may, f"{name} showed a record that no live grant opens"
        assert found.words <= may.words, f"{name} showed words of a closed class"
        assert found.terms <= may.terms, f"{name} showed tags of a closed class"

    def search(self, login: str, name: str, told: list[Told], query: SearchQuery) -> set[Told] | None:
        """What was found; None where the member does not hold the room."""
        acting, room = self.acting(login), self.seats[name].id
        self.read["search"] += 1
        try:
            result = searching.search(self.standing.archive, acting, room, query).result
        except NotFound:
            assert not self.holds(login, name)
            return None
        assert self.holds(login, name), f"{login} searched {name} without a grant of it"
        may = self.open(told, name)
        asked = {word for word in (query.text,) if word}
        fit = {one: said for one, said in may.items() if all(word in said.words for word in asked)}
        hits = {one for hit in result.hits for one in told if one.id == hit.record}
        assert hits <= fit.keys(), f"{name} found a record by what no live grant opens"
        assert result.total == len(result.hits) == len(hits)
        self.shown["hits"] += bool(hits)
        for hit in result.hits:
            self._snippet(hit, may)
        self._facets(result.facets, may, hits)
        return hits

    def _snippet(self, hit: Any, may: dict[Told, Sight]) -> None:
        [told] = [one for one in may if one.id == hit.record]
        words = "".join(piece for piece, _hit in hit.snippet) + hit.title
        assert seen_in(words, told) <= may[told].words, "a snippet showed words of a closed class"
        for facet in NARROWED:
            assert set(hit.facets.get(facet, ())) <= may[told].terms

    def _facets(self, facets: Any, may: dict[Told, Sight], hits: set[Told]) -> None:
        for facet, counts in facets.items():
            for each in counts:
                most = len(hits)
                if facet in NARROWED:
                    most = sum(each.term in may[one].terms for one in hits)
                assert each.count <= most, f"the facet {facet} counts what no live grant opens"

    def suggest(self, login: str, name: str, told: list[Told], typed: str) -> dict[str, int]:
        acting, room = self.acting(login), self.seats[name].id
        self.read["suggest"] += 1
        try:
            found = searching.suggest(self.standing.archive, acting, room, typed, "en")
        except NotFound:
            assert not self.holds(login, name)
            return {}
        assert self.holds(login, name)
        may = self.open(told, name)
        for each in found:
            most = sum(each.term in said.terms for said in may.values())
            assert 0 < each.count <= most, f"a suggestion in {name} counts what no live grant opens"
        self.shown["suggestions"] += bool(found)
        return {each.term: each.count for each in found}

    def listed(self, login: str, told: list[Told]) -> None:
        """The rooms that a member is shown, and how many records lie in each."""
        views = {view.id: view for view in rooms.rooms(self.standing.archive, self.acting(login))}
        self.read["rooms"] += 1
        for name, seat in self.seats.items():
            assert (seat.id in views) == self.holds(login, name), f"{login} and the room {name}"
            if seat.id in views:
                assert views[seat.id].records <= len(self.open(told, name)), f"{name} counts closed records"


def seen_in(text: str, told: Told) -> frozenset[str]:
    return frozenset(word for word in (told.word, told.marked) if word in text)
