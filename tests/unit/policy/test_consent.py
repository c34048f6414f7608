from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.domain.consent import (
    Audience,
    Basis,
    ConsentEntry,
    DataClass,
    Decision,
    Event,
    GrantItem,
    Purpose,
)
from archive.policy.consent import KEEPING, PUBLISHED, ConsentState, State, fold
from tests.unit.policy.policy_cast import CATALOGUE, KEPT, RESEARCH, STORE, TODAY, entry, item, items, named

NARRATIVE = DataClass.NARRATIVE
YES = item(*RESEARCH, NARRATIVE)
NO = item(*RESEARCH, NARRATIVE, Decision.NO)
DAY = timedelta(days=1)


def allowed(*entries: ConsentEntry, today: date = TODAY) -> bool:
    return fold(entries, today).allows(*RESEARCH, NARRATIVE) is not None


def test_silence_opens_nothing() -> None:
    assert fold([], TODAY) == ConsentState(state=State.DRAFT)
    assert not any(
        fold([entry()], TODAY).allows(p, a, c) for p in Purpose for a in Audience for c in DataClass
    )


@pytest.mark.parametrize("decision", [Decision.NO, Decision.ASK, Decision.NOT_ASKED])
def test_only_a_yes_opens(decision: Decision) -> None:
    assert allowed(entry(YES))
    assert not allowed(entry(item(*RESEARCH, NARRATIVE, decision)))


def test_a_yes_opens_its_cell_and_no_other() -> None:
    state = fold([entry(YES)], TODAY)
    opened = [(p, a, c) for p in Purpose for a in Audience for c in DataClass if state.allows(p, a, c)]
    assert opened == [(*RESEARCH, NARRATIVE)]
    assert state.allows(*RESEARCH, NARRATIVE) == frozenset({YES.id})
    assert state.not_after(*RESEARCH, NARRATIVE) is None
    assert not state.refuses(*RESEARCH, NARRATIVE)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("together", [True, False])
def test_deny_wins_in_either_order(order: int, together: bool) -> None:
    both = [YES, NO][::order]
    entries = [entry(*both)] if together else [entry(one) for one in both]
    state = fold(entries, TODAY)
    assert state.allows(*RESEARCH, NARRATIVE) is None
    assert state.refuses(*RESEARCH, NARRATIVE)


def test_a_no_to_roughly_where_is_a_no_to_exactly_where() -> None:
    precise = item(*RESEARCH, DataClass.PLACE_PRECISE)
    coarse = item(*RESEARCH, DataClass.PLACE_COARSE, Decision.NO)
    assert fold([entry(precise)], TODAY).allows(*RESEARCH, DataClass.PLACE_PRECISE)
    assert fold([entry(precise, coarse)], TODAY).open == {}


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (TODAY, TODAY, True),
        (TODAY - DAY, None, True),
        (None, TODAY - DAY, False),
        (TODAY + DAY, None, False),
    ],
)
def test_terms_are_inclusive_days(since: date | None, until: date | None, expected: bool) -> None:
    assert allowed(entry(item(*RESEARCH, NARRATIVE, since=since, until=until))) is expected


def test_the_longest_yes_carries_the_cell() -> None:
    short = item(*RESEARCH, NARRATIVE, until=TODAY)
    long = item(*RESEARCH, NARRATIVE, until=TODAY + DAY)
    for given_items in ([short, long], [long, short]):
        state = fold([entry(*given_items)], TODAY)
        assert state.allows(*RESEARCH, NARRATIVE) == frozenset({long.id})
        assert state.not_after(*RESEARCH, NARRATIVE) == TODAY + DAY
    assert fold([entry(short, long, YES)], TODAY).not_after(*RESEARCH, NARRATIVE) is None


def test_a_no_for_a_later_day_ends_the_yes_on_the_day_before() -> None:
    later = item(*RESEARCH, NARRATIVE, Decision.NO, since=TODAY + 3 * DAY)
    latest = item(*RESEARCH, NARRATIVE, Decision.NO, since=TODAY + 9 * DAY)
    for nos in ([latest, later], [later, latest]):
        assert fold([entry(YES, *nos)], TODAY).not_after(*RESEARCH, NARRATIVE) == TODAY + 2 * DAY
    assert not allowed(entry(YES, later), today=TODAY + 3 * DAY)


def test_a_no_with_a_term_ends_with_it() -> None:
    passing = item(*RESEARCH, NARRATIVE, Decision.NO, until=TODAY)
    assert not allowed(entry(YES, passing))
    assert allowed(entry(YES, passing), today=TODAY + DAY)


def test_a_draft_does_nothing() -> None:
    assert fold([entry(YES, event=Event.DRAFT)], TODAY).state is State.DRAFT
    assert not allowed(entry(YES, event=Event.DRAFT))


# --- narrowing, suspending, superseding --------------------------------------------------------------------------

OTHER = item(*RESEARCH, DataClass.PLACE_COARSE)


def test_a_limit_ends_what_it_names() -> None:
    state = fold([entry(YES, OTHER), entry(event=Event.LIMIT, closes=(YES.id,))], TODAY)
    assert list(state.open) == [(*RESEARCH, DataClass.PLACE_COARSE)]
    assert state.state is State.LIMITED


def test_a_limit_may_say_no_and_cannot_say_yes() -> None:
    assert not allowed(entry(YES), entry(NO, event=Event.LIMIT))
    for event in (Event.LIMIT, Event.WITHDRAW, Event.SUSPEND, Event.RESUME):
        assert not allowed(entry(), entry(YES, event=event))


def test_a_withdrawal_that_names_nothing_ends_everything() -> None:
    state = fold([entry(YES, OTHER, *KEPT), entry(event=Event.WITHDRAW)], TODAY)
    assert (state.state, state.open) == (State.WITHDRAWN, {})


def test_a_withdrawal_of_all_that_there_was_is_one_of_everything() -> None:
    some = fold([entry(YES, OTHER), entry(event=Event.WITHDRAW, closes=(YES.id,))], TODAY)
    assert some.state is State.LIMITED
    every = fold([entry(YES), entry(event=Event.WITHDRAW, closes=(YES.id,))], TODAY)
    assert every.state is State.WITHDRAWN


def test_neither_limit_nor_withdrawal_ends_a_no() -> None:
    for event in (Event.LIMIT, Event.WITHDRAW):
        assert not allowed(entry(NO), entry(event=event, closes=(NO.id,)), entry(YES))


def test_after_a_withdrawal_only_consent_opens_again() -> None:
    gone = entry(event=Event.WITHDRAW)
    basis = entry(basis=Basis.PUBLIC_INTEREST, reason="a mandate")
    assert fold([entry(YES), gone, basis], TODAY).open == {}
    again = fold([entry(YES), gone, basis, entry(YES)], TODAY)
    assert list(again.open) == [(*RESEARCH, NARRATIVE)]
    assert again.state is State.LIMITED


def test_a_suspension_leaves_keeping_open_until_it_is_lifted() -> None:
    entries = [entry(YES, *KEPT), entry(event=Event.SUSPEND)]
    state = fold(entries, TODAY)
    assert state.state is State.SUSPENDED
    assert {cell[:2] for cell in state.open} == KEEPING
    assert not allowed(*entries, entry(OTHER, YES))  # nor does a new grant lift it
    assert allowed(*entries, entry(event=Event.RESUME))


def test_superseding_starts_anew_or_replaces_what_it_names() -> None:
    anew = fold([entry(YES, NO), entry(OTHER, event=Event.SUPERSEDE)], TODAY)
    assert list(anew.open) == [(*RESEARCH, DataClass.PLACE_COARSE)]
    assert anew.refused == frozenset()
    assert allowed(entry(NO), entry(YES, event=Event.SUPERSEDE, closes=(NO.id,)))
    assert not allowed(entry(NO), entry(YES, event=Event.SUPERSEDE, closes=(OTHER.id,)))
    assert fold([entry(YES), entry(event=Event.SUPERSEDE)], TODAY).state is State.SUPERSEDED


def test_a_legal_basis_supersedes_no_refusal() -> None:
    entries = [
        entry(NO),
        entry(
            YES,
            event=Event.SUPERSEDE,
            basis=Basis.ALREADY_PUBLIC,
            reason="in print",
            source="Invented Weekly",
            licence="CC0",
        ),
    ]
    assert not allowed(*entries)


def test_everything_past_its_term_is_expired() -> None:
    ended = item(*RESEARCH, NARRATIVE, until=TODAY - DAY)
    assert fold([entry(ended)], TODAY).state is State.EXPIRED
    assert fold([entry(ended, OTHER)], TODAY).state is State.ACTIVE


# --- bases and people who are spoken of --------------------------------------------------------------------------

EVERYTHING = items([(p, a) for p in Purpose for a in Audience], [NARRATIVE])


@pytest.mark.parametrize("basis", [basis for basis in Basis if basis is not Basis.CONSENT])
def test_a_legal_basis_opens_keeping_and_items_beyond_it_are_ignored(basis: Basis) -> None:
    state = fold([entry(*EVERYTHING, basis=basis, reason="why", source="where", licence="CC0")], TODAY)
    public = basis is Basis.ALREADY_PUBLIC
    assert {cell[:2] for cell in state.open} == (PUBLISHED if public else KEEPING)
    bare = fold([entry(basis=basis, reason="why", source="where", licence="CC0")], TODAY)
    assert {cell[:2] for cell in bare.open} == KEEPING
    assert {cell[2] for cell in bare.open} == set(DataClass)


@pytest.mark.parametrize("missing", ["reason", "source", "licence"])
def test_a_basis_without_its_words_opens_nothing(missing: str) -> None:
    said: dict[str, Any] = {"reason": "why", "source": "where", "licence": "CC0", missing: "  "}
    assert fold([entry(*EVERYTHING, basis=Basis.ALREADY_PUBLIC, **said)], TODAY).open == {}


def test_a_no_on_a_legal_basis_still_denies() -> None:
    no = item(*STORE, NARRATIVE, Decision.NO)
    state = fold([entry(no, basis=Basis.VITAL_INTEREST, reason="danger")], TODAY)
    assert state.allows(*STORE, NARRATIVE) is None
    assert state.allows(*CATALOGUE, NARRATIVE)


def test_nobody_grants_for_the_people_they_name() -> None:
    others = item(*RESEARCH, DataClass.THIRD_PARTY)
    assert fold([entry(others)], TODAY).open == {}
    assert fold([entry(item(*STORE, DataClass.THIRD_PARTY))], TODAY).open
    assert fold([entry(others, reason="Everybody named is dead or abroad and was asked.")], TODAY).open


def test_who_is_accused_is_told_to_custody_and_courts_only_unless_it_was_published() -> None:
    pairs = [(p, a) for p in Purpose for a in Audience]
    everywhere = items(pairs, [DataClass.PERPETRATORS])
    state = fold([entry(*everywhere, reason="a finding on record")], TODAY)
    assert {cell[1] for cell in state.open} == {Audience.CUSTODIAN, Audience.LEGAL_TEAM, Audience.COURT}
    public = entry(*everywhere, basis=Basis.ALREADY_PUBLIC, reason="in print", source="a book", licence="CC0")
    assert fold([public], TODAY).allows(*RESEARCH, DataClass.PERPETRATORS)


# --- properties --------------------------------------------------------------------------------------------------

PURPOSES = st.sampled_from([Purpose.STORE, Purpose.RESEARCH])
AUDIENCES = st.sampled_from([Audience.CUSTODIAN, Audience.VETTED_RESEARCHERS])
CLASSES = st.sampled_from([NARRATIVE, DataClass.PLACE_COARSE, DataClass.PLACE_PRECISE])
DAYS = st.none() | st.integers(-2, 2).map(lambda days: TODAY + days * DAY)
IDS = st.integers(0, 9).map(named)
ITEMS = st.builds(
    GrantItem,
    id=IDS,
    purpose=PURPOSES,
    audience=AUDIENCES,
    data_class=CLASSES,
    decision=st.sampled_from(Decision),
    since=DAYS,
    until=DAYS,
)
ENTRIES = st.builds(
    ConsentEntry,
    id=IDS,
    record=st.just(named("record")),
    event=st.sampled_from(Event),
    basis=st.sampled_from([Basis.CONSENT, Basis.CONSENT, Basis.VITAL_INTEREST, Basis.ALREADY_PUBLIC]),
    at=st.just(TODAY),
    items=st.lists(ITEMS, max_size=4).map(tuple),
    closes=st.lists(IDS, max_size=2).map(tuple),
    reason=st.sampled_from(["", "why"]),
    source=st.just("where"),
    licence=st.just("CC0"),
)
LEDGERS = st.lists(ENTRIES, max_size=5)


def live(one: GrantItem) -> bool:
    return (one.since is None or one.since <= TODAY) and (one.until is None or one.until >= TODAY)


def refusals(ledger: Sequence[ConsentEntry]) -> set[tuple[Purpose, Audience, DataClass]]:
    """An oracle: each no, unless a later entry of consent supersedes it."""
    found = set()
    for place, said in enumerate(ledger):
        for no in said.items if said.event is not Event.DRAFT else ():
            ended = any(
                later.event is Event.SUPERSEDE
                and later.basis is Basis.CONSENT
                and (not later.closes or no.id in later.closes)
                for later in ledger[place + 1 :]
            )
            if no.decision is Decision.NO and live(no) and not ended:
                found.add((no.purpose, no.audience, no.data_class))
    return found


@settings(max_examples=150)
@given(LEDGERS)
def test_what_is_open_rests_on_a_live_yes_and_meets_no_live_no(ledger: list[ConsentEntry]) -> None:
    state = fold(ledger, TODAY)
    denied = refusals(ledger)
    assert denied <= state.refused
    for cell, grant in state.open.items():
        assert cell not in denied
        assert grant.not_after is None or grant.not_after >= TODAY
        said = [
            one
            for given_entry in ledger
            if given_entry.event in (Event.GRANT, Event.SUPERSEDE)
            for one in given_entry.items
            if one.decision is Decision.YES and (one.purpose, one.audience, one.data_class) == cell
        ]
        by_basis = any(given_entry.id == grant.item for given_entry in ledger) and cell[:2] in KEEPING
        assert by_basis or any(one.id == grant.item and live(one) for one in said)


@settings(max_examples=100)
@given(LEDGERS, ENTRIES)
def test_narrowing_never_opens(ledger: list[ConsentEntry], last: ConsentEntry) -> None:
    before, after = fold(ledger, TODAY), fold([*ledger, last], TODAY)
    if last.event in (Event.LIMIT, Event.WITHDRAW, Event.SUSPEND, Event.DRAFT):
        assert after.open.keys() <= before.open.keys()


@settings(max_examples=150)
@given(LEDGERS, st.data())
def test_a_no_more_or_a_yes_less_never_opens(ledger: list[ConsentEntry], data: st.DataObject) -> None:
    if not ledger:
        return
    place = data.draw(st.integers(0, len(ledger) - 1))
    said = ledger[place].items
    no = data.draw(ITEMS.map(lambda one: GrantItem(**{**fields(one), "decision": Decision.NO})))
    fewer = tuple(one for one in said if one.decision is not Decision.YES)
    for changed in ((*said, no), fewer):
        other = [
            *ledger[:place],
            ConsentEntry(**{**fields(ledger[place]), "items": changed}),
            *ledger[place + 1 :],
        ]
        before, after = fold(ledger, TODAY), fold(other, TODAY)
        assert after.open.keys() <= before.open.keys()


@given(st.permutations([YES, NO, OTHER, item(*RESEARCH, DataClass.PLACE_COARSE, Decision.ASK)]))
def test_the_order_of_items_and_grants_does_not_matter(order: list[GrantItem]) -> None:
    expected = fold([entry(*order)], TODAY).open
    assert expected.keys() == {(*RESEARCH, DataClass.PLACE_COARSE)}
    assert fold([entry(one) for one in order], TODAY).open == expected


def fields(value: GrantItem | ConsentEntry) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def test_who_wants_to_be_asked_first_is_told_until_somebody_answers() -> None:
    cell, ask = (*RESEARCH, NARRATIVE), item(*RESEARCH, NARRATIVE, Decision.ASK)
    assert fold([entry(ask)], TODAY).asks == frozenset({cell})
    assert fold([entry(YES)], TODAY).asks == frozenset()
    for answer in (YES, NO):
        assert fold([entry(ask), entry(answer)], TODAY).asks == frozenset()
    closed = entry(event=Event.LIMIT, closes=(ask.id,))
    assert fold([entry(ask), closed], TODAY).asks == frozenset()
    assert fold([entry(ask), entry(event=Event.SUPERSEDE)], TODAY).asks == frozenset()
    assert fold([entry(ask), entry(event=Event.WITHDRAW)], TODAY).asks == frozenset()


def test_what_consent_opens_by_itself_has_its_day() -> None:
    later = item(*RESEARCH, NARRATIVE, since=TODAY + 9 * DAY)
    no = item(*RESEARCH, NARRATIVE, Decision.NO, until=TODAY + 3 * DAY)
    assert fold([entry(YES)], TODAY).opens is None
    assert fold([entry(later)], TODAY).opens == TODAY + 9 * DAY
    assert fold([entry(later, no)], TODAY).opens == TODAY + 4 * DAY
    assert fold([entry(later, no)], TODAY + 4 * DAY).opens == TODAY + 9 * DAY
    assert fold([entry(later, no)], TODAY + 9 * DAY).opens is None
    assert fold([entry(item(*RESEARCH, NARRATIVE, Decision.NO, until=date.max))], TODAY).opens is None
