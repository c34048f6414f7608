"""What everybody else does to the model test's archive: the desk, officers, the clock; and what everybody reads.

Knows the order of what a real day brings. Must not decide by itself what may be read.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from itertools import product

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from archive.domain.consent import DataClass, Decision, Event
from archive.domain.errors import Conflict, GuwahError, Invalid, NotFound
from archive.domain.records import Marking
from archive.domain.rooms import Capability, RoomPurpose, Scope
from archive.domain.searching import SearchQuery
from archive.services import (
    cataloguing,
    consenting,
    disclosing,
    expiring,
    removing,
    rooms,
    shredding,
    withdrawing,
)
from tests.archives import abuse, place
from tests.functional.consent_machine import MARKS, READERS, Ledgers, marked, pick
from tests.functional.consent_model import ARREST, BEHIND, COUNTIES, MEDICATION, Told

BOUNDS = ((), ("xj-hotan",), ("xj-kashgar", "xj-urumqi"), ("xj-urumqi",))
others = st.sampled_from(["reader", "reader", "counsel", "counsel", "outsider"])
seats = st.sampled_from(["custody", "reading", "reading", "second", "matter", "matter"])
lent = st.sampled_from(["reading", "second", "matter"])
some = precondition(lambda self: self.told)


class Deeds(Ledgers):
    """Withdrawals, rooms, members, the clock."""

    @some
    @rule(pick=pick, by=st.sampled_from(["entry", "desk", "keeper", "receipt"]), sure=st.integers(0, 2))
    def withdraw(self, pick, by, sure) -> None:
        told = self.one(pick)
        if sure and not told.withdrawn:  # what is withdrawn is so for good: not too often
            return
        self.noted("withdraw")
        try:
            self._withdraw(told, by)
        except GuwahError:
            refusable = told.withdrawn or (by == "receipt" and not told.receipt)
        else:
            told.withdraws()
            return
        assert refusable, f"a withdrawal by {by} was refused"

    def _withdraw(self, told: Told, by: str) -> None:
        if by == "entry":
            entry = self.entry(told, Event.WITHDRAW)
            consenting.append(self.archive, self.keeper, self.standing.custody, entry)
        elif by == "receipt":
            withdrawing.by_receipt(self.archive, told.receipt)
        else:
            login = "outsider" if by == "desk" else "keeper"
            withdrawing.withdraw(self.archive, self.standing.acting(login), told.id)

    @some
    @rule(pick=pick, sure=st.booleans())
    def undo(self, pick, sure) -> None:
        self.noted("undo")
        told, items = self.one(pick), self.given(None, [])
        acting = self.standing.acting("keeper" if sure else "outsider")
        try:
            kit, entry = self.standing.archive_kit, self.entry(told, Event.GRANT, items)
            shredding.undo(self.archive, acting, kit, told.id, entry)
        except GuwahError:
            return
        assert told.withdrawn
        told.grants(items)
        self.settled(told)

    @some
    @rule(pick=pick)
    def shred(self, pick) -> None:
        self.noted("shred")
        with suppress(GuwahError):
            shredding.confirm(self.archive, self.keeper, self.one(pick).id)

    @some
    @rule(pick=pick, purpose=st.sampled_from([*RoomPurpose][:4]), desk=st.booleans())
    def limit_without_a_key(self, pick, purpose, desk) -> None:
        self.noted("limit without a key")
        told, acting = self.one(pick), self.standing.acting("outsider" if desk else "keeper")
        try:
            withdrawing.limit(self.archive, acting, told.id, [purpose])
        except Conflict:
            return
        with self.archive.read() as unit:
            told.closes(set(unit.ledger.of_record(told.id)[-1].closes))
        told.no += [
            self.item(pair, each, Decision.NO, (None, None))
            for pair in BEHIND.get(purpose, ())
            for each in DataClass
        ]

    @some
    @rule(pick=pick)
    def receipt(self, pick) -> None:
        self.noted("receipt")
        told = self.one(pick)
        try:
            told.receipt = consenting.receipt(self.archive, self.keeper, self.standing.custody, told.id)
        except GuwahError:
            assert told.withdrawn or told.closed

    @some
    @rule(pick=pick, county=st.sampled_from(COUNTIES), harm=st.sampled_from([ARREST, MEDICATION]))
    def retag(self, pick, county, harm) -> None:
        self.noted("retag")
        told, before = self.one(pick), (self.one(pick).county, self.one(pick).abuse)
        told.county, told.abuse = county, harm
        try:
            tags = [place(county), abuse(harm)]
            cataloguing.retag(self.archive, self.keeper, self.standing.custody, told.id, tags)
        except NotFound:
            assert told.withdrawn or told.closed or not told.kept(self.day)
            told.county, told.abuse = before
        else:
            self.settled(told)

    @some
    @rule(pick=pick, carries=st.sampled_from(MARKS))
    def mark(self, pick, carries) -> None:
        self.noted("mark")
        told, before = self.one(pick), self.one(pick).carries
        try:
            shown = disclosing.show(self.archive, self.keeper, self.standing.custody, told.id)
            text = marked(shown.record.texts[0], told.marked, carries)
            one = Marking(
                text=text.id, passages=text.passages, contains=text.contains, reviewed=text.reviewed
            )
            told.carries = carries
            custody = self.standing.custody
            cataloguing.mark_passages(self.archive, self.keeper, custody, told.id, shown.revision, [one])
        except (NotFound, Invalid):
            told.carries = before
        else:
            self.settled(told)

    @rule(name=lent, bounds=st.sampled_from(BOUNDS))
    def rescope(self, name, bounds) -> None:
        self.noted("rescope")
        seat = self.seats[name]
        rooms.set_terms(self.archive, self.keeper, seat.id, scope=Scope(places=bounds))
        seat.places = bounds
        cataloguing.place_all(self.archive, self.keeper, self.standing.custody, seat.id)

    @rule(login=st.sampled_from(READERS), name=lent, term=st.sampled_from([None, 0, 2, 20]))
    def lend(self, login, name, term) -> None:
        self.noted("lend")
        until = None if term is None else self.day + timedelta(days=term)
        member, room = self.standing.people[login].member, self.seats[name].id
        rooms.grant(self.archive, self.keeper, room, member, [Capability.READ], not_after=until)
        self.held[login, name] = until

    @rule(login=st.sampled_from(READERS), name=lent)
    def take_back(self, login, name) -> None:
        self.noted("take back")
        member, room = self.standing.people[login].member, self.seats[name].id
        try:
            removing.remove(self.archive, self.keeper, room, member)
        except NotFound:
            assert not self.reading.holds(login, name)
        self.held.pop((login, name), None)

    @rule(days=st.sampled_from([0, 1, 1, 1, 2, 2, 8]), upkeep=st.booleans())
    def time_passes(self, days, upkeep) -> None:
        self.noted("time passes")
        self.now += timedelta(days=days)
        if upkeep:
            self.upkeep.run()

    @rule(name=st.sampled_from(["reading", "second", "matter", "custody"]), pick=pick)
    def settle(self, name, pick) -> None:
        """The clock is right, somebody with keys is there: what should be readable is."""
        self.noted("settle")
        self.upkeep.run()
        if self.upkeep.waits:
            expiring.confirm(self.archive, self.keeper)
        cataloguing.place_waiting(self.archive, self.keeper, self.standing.custody)
        must = self.reading.must(self.told, name)
        found = self.reading.search("keeper", name, self.told, SearchQuery(size=100))
        assert found is not None
        assert must.keys() <= found, f"{name} lacks what a live grant opens"
        if self.told:
            one = self.one(pick)
            seen = self.reading.show("keeper", name, one)
            if one in must:
                assert seen, f"{name} does not show what a live grant opens"
                assert (seen.words, seen.terms) == (must[one].words, must[one].terms)


class ConsentMachine(Deeds):
    """And everybody who reads."""

    @some
    @rule(pick=pick)
    def show(self, pick) -> None:
        self.noted("show")
        for login, name in product(("keeper", *READERS), self.seats):
            self.reading.show(login, name, self.one(pick))

    @some
    @rule(name=seats, pick=pick, what=st.integers(0, 3), other=others)
    def search(self, name, pick, what, other) -> None:
        self.noted("search")
        told = self.one(pick)
        query = (
            SearchQuery(told.word),
            SearchQuery(told.marked),
            SearchQuery(size=100),
            SearchQuery(filters={"abuse": (told.abuse,)}),
        )[what]
        for login in ("keeper", other):
            self.reading.search(login, name, self.told, query)

    @rule(name=seats, typed=st.sampled_from(["kashg", "moy", "forced med", "xin", "arr"]), other=others)
    def suggest(self, name, typed, other) -> None:
        self.noted("suggest")
        for login in ("keeper", other):
            self.reading.suggest(login, name, self.told, typed)

    @some
    @rule(name=st.sampled_from(["matter", "matter", "matter", "reading"]), pick=pick, other=others)
    def exhibit(self, name, pick, other) -> None:
        self.noted("exhibit")
        for login in ("keeper", other):
            self.reading.exhibit(login, name, self.one(pick))

    @rule(login=st.sampled_from(["keeper", *READERS]))
    def listed(self, login) -> None:
        self.noted("rooms")
        self.reading.listed(login, self.told)
