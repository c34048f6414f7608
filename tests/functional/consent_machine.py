"""The model test's archive and cast, and what a custodian writes: records and the entries of their ledgers.

Knows the archive's services and `consent_model`. Must not decide by itself what may be read.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from archive import bootstrap
from archive.config import Config
from archive.domain.consent import Basis, ConsentEntry, DataClass, Decision, Event, GrantItem
from archive.domain.drafts import Draft
from archive.domain.errors import GuwahError
from archive.domain.identifiers import new_id
from archive.domain.records import Passage, Text
from archive.domain.rooms import Capability, RoomPurpose, Scope
from archive.services import accessioning, consenting, holding, rooms
from archive.services.acting import Acting
from tests import archives
from tests.archives import Standing, abuse, account, place
from tests.functional.consent_model import ARREST, COUNTIES, COURTS, KEPT, MEDICATION, RESEARCH, Seat, Told
from tests.functional.consent_reading import Reading

TEMPLATE: list[Standing] = []
DONE: Counter[str] = Counter()
READ: Counter[str] = Counter()
SHOWN: Counter[str] = Counter()
MOST = 6
"""Records in one archive."""
CLASSES = (
    DataClass.NARRATIVE,
    DataClass.PLACE_PRECISE,
    DataClass.PLACE_COARSE,
    DataClass.MEDICAL,
    DataClass.THIRD_PARTY,
    DataClass.SEXUAL_VIOLENCE,
)
TOGETHER = (
    CLASSES,
    CLASSES[:1],
    CLASSES[:4],
    (DataClass.NARRATIVE, DataClass.PLACE_COARSE),
    (DataClass.NARRATIVE, DataClass.THIRD_PARTY, DataClass.SEXUAL_VIOLENCE),
    (DataClass.PLACE_COARSE, DataClass.MEDICAL),
)
MARKS = (None, DataClass.MEDICAL, DataClass.THIRD_PARTY, DataClass.SEXUAL_VIOLENCE)
READERS = ("reader", "counsel", "outsider")
SECOND = "Second reading room"

pick = st.integers(0, 10_000)
ENDLESS = (None, None)
terms = st.sampled_from(
    [ENDLESS, ENDLESS, ENDLESS, (None, 1), (None, 9), (2, None), (-3, 20), (1, 6), (-9, -1)]
)
cells = st.lists(
    st.tuples(
        st.sampled_from([RESEARCH, RESEARCH, *COURTS, *KEPT]),
        st.sampled_from(CLASSES),
        st.sampled_from([Decision.YES, Decision.YES, Decision.YES, Decision.NO, Decision.ASK]),
        terms,
    ),
    max_size=5,
)
wide = st.lists(
    st.tuples(st.sampled_from([RESEARCH, *COURTS]), terms, st.sampled_from(TOGETHER)), min_size=1, max_size=3
)
record_given = st.tuples(
    st.sampled_from([None, None, None, 3]),
    wide,
    st.sampled_from(COUNTIES),
    st.sampled_from([ARREST, MEDICATION]),
    st.sampled_from(MARKS),
    st.booleans(),
)


def raised(instance: Path) -> Standing:
    """The archive that every example begins with: two reading rooms, a matter, the outsider on the consent desk."""
    with archives.found(instance) as made:
        archive, keeper = made.archive, made.acting("keeper")
        scope = Scope(places=("xj-hotan",))
        room = rooms.create(archive, keeper, made.custody, RoomPurpose.READING, SECOND, scope)
        rooms.grant(archive, keeper, room, made.people["counsel"].member, [Capability.READ])
        rooms.appoint(archive, keeper, made.custody, made.people["outsider"].member)
        for held in rooms.rooms(archive, keeper):
            if held.name == SECOND:
                made.rooms[RoomPurpose.INTAKE] = held.id  # a name of the test's own for the second one
        return made


class Ledgers(RuleBasedStateMachine):
    """An archive, and its custodian."""

    @initialize(first=record_given, second=record_given)
    def begin(self, first, second) -> None:
        self.stand()
        self.accede(*first)
        self.accede(*second)

    def stand(self) -> None:
        """A copy of the archive, for this example alone."""
        made = TEMPLATE[-1]
        self.instance = made.instance.with_name(f"copy-{new_id().hex}")
        shutil.copytree(made.instance, self.instance)
        self.opened = bootstrap.opened(Config(instance=self.instance))
        self.now = datetime.now(UTC).replace(hour=12)
        archive = replace(self.opened.__enter__(), clock=lambda: self.now)
        self.standing = replace(made, instance=self.instance, archive=archive, _unlocked={})
        self.archive = archive
        self.upkeep = bootstrap.upkeep(archive)
        self.told: list[Told] = []
        self.number = count()
        seats = {
            "custody": Seat(made.custody, RoomPurpose.CUSTODY),
            "reading": Seat(made.reading, RoomPurpose.READING),
            "second": Seat(made.rooms[RoomPurpose.INTAKE], RoomPurpose.READING, ("xj-hotan",)),
            "matter": Seat(made.rooms[RoomPurpose.MATTER], RoomPurpose.MATTER),
        }
        self.seats = seats
        held = {("keeper", name): None for name in seats}
        self.held: dict[tuple[str, str], date | None] = {
            **held,
            ("reader", "reading"): None,
            ("counsel", "matter"): None,
            ("counsel", "second"): None,
        }
        self.reading = Reading(self.standing, seats, READ, SHOWN, lambda: self.day, self.held)
        random.seed()  # the index draws names of files from it; ours was set to be the same each time

    def teardown(self) -> None:
        if hasattr(self, "opened"):
            self.opened.__exit__(None, None, None)
            shutil.rmtree(self.instance)

    @property
    def day(self) -> date:
        return self.now.date()

    @property
    def keeper(self) -> Acting:
        return self.standing.acting("keeper")

    def noted(self, name: str) -> None:
        DONE[name] += 1
        random.seed()

    def one(self, pick: int) -> Told:
        return self.told[pick % len(self.told)]

    def items(self, said: list) -> list[GrantItem]:
        return [self.item(pair, each, decision, term) for pair, each, decision, term in said]

    def item(self, pair, data_class, decision, term) -> GrantItem:
        since, until = (self.day + timedelta(days=each) if each is not None else None for each in term)
        return GrantItem(
            id=new_id(),
            purpose=pair[0],
            audience=pair[1],
            data_class=data_class,
            decision=decision,
            since=since,
            until=until,
        )

    def given(self, keeping, opened) -> list[GrantItem]:
        """A first grant: everything may be kept, and whole sets of classes be read."""
        items = [self.item(pair, each, Decision.YES, (None, keeping)) for pair in KEPT for each in DataClass]
        items += [self.item(pair, each, Decision.YES, term) for pair, term, found in opened for each in found]
        return items

    @precondition(lambda self: len(self.told) < MOST)
    @rule(given=record_given)
    def accession(self, given) -> None:
        self.noted("accession")
        self.accede(*given)

    def accede(self, keeping, opened, county, harm, mark, index) -> None:
        number = next(self.number)
        record = account(tags=(place(county), abuse(harm)))
        told = Told(record.id, f"quiet{number}x", f"marked{number}x", county, harm, mark)
        items = self.given(keeping, opened)
        text = replace(record.texts[0], body=f"They counted us, {told.word}. And {told.marked} after that.")
        record = replace(record, title=f"Title {number}", texts=(marked(text, told.marked, mark),))
        draft = Draft(record=record, consent=self.entry(told, Event.GRANT, items))
        accessioning.accession(self.archive, self.keeper, self.standing.custody, [draft], index=index)
        told.grants(items)
        self.settled(told)
        self.told.append(told)

    def entry(self, told: Told, event: Event, items=(), closes=(), basis=Basis.CONSENT) -> ConsentEntry:
        reason = (
            "Found on record: naming others puts nobody at risk." if items or basis != Basis.CONSENT else ""
        )
        return ConsentEntry(
            id=new_id(),
            record=told.id,
            event=event,
            basis=basis,
            at=self.day,
            items=tuple(items),
            closes=tuple(closes),
            reason=reason,
        )

    def append(self, told: Told, event: Event, items=(), closes=(), *, index: bool = False) -> bool:
        """Whether the archive took it: it takes everything but what comes after a withdrawal."""
        entry = self.entry(told, event, items, closes)
        try:
            consenting.append(self.archive, self.keeper, self.standing.custody, entry, index=index)
        except GuwahError:
            assert told.withdrawn, f"{event} was refused"
            return False
        return True

    def settled(self, told: Told) -> None:
        """It was placed now, as the ledger then stood; where nothing keeps it, it is closed."""
        told.closed = not told.kept(self.day)

    @precondition(lambda self: self.told)
    @rule(pick=pick, said=cells, index=st.booleans())
    def grant(self, pick, said, index) -> None:
        self.noted("grant")
        told, items = self.one(pick), self.items(said)
        if self.append(told, Event.GRANT, items, index=index):
            told.grants(items)
            self.settled(told)

    @precondition(lambda self: self.told)
    @rule(pick=pick, ended=st.sets(pick, max_size=8), said=cells, index=st.booleans())
    def limit(self, pick, ended, said, index) -> None:
        self.noted("limit")
        told = self.one(pick)
        items = [item for item in self.items(said) if item.decision is Decision.NO]
        closes = {told.yes[each % len(told.yes)].id for each in ended} if told.yes else set()
        if self.append(told, Event.LIMIT, items, closes, index=index):
            told.closes(closes)
            told.no += items
            self.settled(told)

    @precondition(lambda self: self.told)
    @rule(pick=pick, ended=st.booleans())
    def suspend(self, pick, ended) -> None:
        self.noted("suspend")
        told = self.one(pick)
        if self.append(told, Event.RESUME if ended else Event.SUSPEND):
            told.suspended = not ended
            self.settled(told)

    @precondition(lambda self: self.told)
    @rule(pick=pick, opened=wide, said=cells)
    def supersede(self, pick, opened, said) -> None:
        self.noted("supersede")
        told, items = self.one(pick), [*self.given(None, opened), *self.items(said)]
        if self.append(told, Event.SUPERSEDE, items):
            told.supersedes(items)
            self.settled(told)

    @precondition(lambda self: self.told)
    @rule(pick=pick, basis=st.sampled_from([Basis.VITAL_INTEREST, Basis.PUBLIC_INTEREST]))
    def keep_on_another_basis(self, pick, basis) -> None:
        self.noted("another basis")
        told = self.one(pick)
        entry = self.entry(told, Event.GRANT, basis=basis)
        try:
            consenting.append(self.archive, self.keeper, self.standing.custody, entry)
        except GuwahError:
            assert told.withdrawn, "another basis was refused"
            return
        told.keeps(entry.id)
        self.settled(told)

    @precondition(lambda self: self.told)
    @rule(pick=pick)
    def hold_for_others(self, pick) -> None:
        self.noted("risk hold")
        told, custody = self.one(pick), self.standing.custody
        try:
            hold = holding.set_risk(self.archive, self.keeper, custody, told.id, "Made up.")
        except GuwahError:
            assert told.withdrawn or told.closed, "a hold was refused"
            return
        told.holds_at_risk.add(hold)
        self.settled(told)

    @precondition(lambda self: any(told.holds_at_risk for told in self.told))
    @rule(pick=pick)
    def release(self, pick) -> None:
        self.noted("release")
        held = [told for told in self.told if told.holds_at_risk]
        told = held[pick % len(held)]
        hold = min(told.holds_at_risk)
        try:
            holding.release_risk(self.archive, self.keeper, self.standing.custody, told.id, hold, "Made up.")
        except GuwahError:
            assert told.withdrawn or told.closed, "a release was refused"
            return
        told.holds_at_risk.remove(hold)
        self.settled(told)


def marked(text: Text, word: str, carries: DataClass | None) -> Text:
    """The text with its one passage marked, or with none."""
    start = text.body.index(word)
    found = (
        [Passage(start=start, end=start + len(word), contains=(carries,), reason="Found.")] if carries else []
    )
    return replace(text, passages=tuple(found))
