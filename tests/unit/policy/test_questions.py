"""The plain questions: at most eight, each a handful of cells, and read back as they were answered."""

from __future__ import annotations

from datetime import date

from hypothesis import given
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
from archive.domain.identifiers import new_id
from archive.policy import questions
from archive.policy.consent import ConsentState, State, fold, speaks_for_others
from archive.vocabularies.load import vocabulary

TODAY = date(2026, 11, 24)


def folded(items: tuple[GrantItem, ...], day: date = TODAY) -> ConsentState:
    entry = ConsentEntry(
        id=new_id(), record=new_id(), event=Event.GRANT, basis=Basis.CONSENT, at=TODAY, items=items
    )
    return fold([entry], day)


def test_there_are_at_most_eight_and_each_is_asked_in_words() -> None:
    asked = [term.id for term in vocabulary("questions")]
    assert asked == [*questions.QUESTIONS, questions.NEVER]
    assert len(asked) <= 8


@given(st.dictionaries(st.sampled_from([*questions.QUESTIONS]), st.sampled_from([*Decision])))
def test_what_was_answered_is_read_back(answers: dict[str, Decision]) -> None:
    items = questions.items(answers)
    state = folded(items)
    for name in questions.QUESTIONS:
        assert questions.answer(name, state, items) == answers.get(name, Decision.NOT_ASKED)
    assert len({(one.purpose, one.audience, one.data_class) for one in items}) == len(items)


def test_silence_is_no_item_and_not_asked_opens_nothing() -> None:
    assert questions.items({}) == ()
    items = questions.items(dict.fromkeys(questions.QUESTIONS, Decision.NOT_ASKED))
    assert {one.decision for one in items} == {Decision.NOT_ASKED}
    assert folded(items) == ConsentState(state=State.ACTIVE)


def test_researchers_without_a_name() -> None:
    state = folded(questions.items({"researchers": Decision.YES}))
    pair = (Purpose.RESEARCH, Audience.VETTED_RESEARCHERS)
    assert state.allows(*pair, DataClass.NARRATIVE)
    for naming in (DataClass.IDENTITY, DataClass.CONTACT, DataClass.VOICE, DataClass.IMAGE):
        assert state.refuses(*pair, naming)
    assert state.allows(*pair, DataClass.THIRD_PARTY) is None


def test_nobody_is_spoken_for() -> None:
    every = questions.items(dict.fromkeys(questions.QUESTIONS, Decision.YES))
    assert not [one for one in every if one.decision is Decision.YES and speaks_for_others(one)]


def test_what_is_never_is_refused_to_everybody_outside_and_kept_inside() -> None:
    every = dict.fromkeys(questions.QUESTIONS, Decision.YES)
    state = folded(questions.items(every, [DataClass.SEXUAL_VIOLENCE]))
    assert questions.never(state) == (DataClass.SEXUAL_VIOLENCE,)
    assert state.allows(Purpose.STORE, Audience.CUSTODIAN, DataClass.SEXUAL_VIOLENCE)
    for _purpose, audience, data_class in state.open:
        assert data_class is not DataClass.SEXUAL_VIOLENCE or audience is Audience.CUSTODIAN


def test_a_term_ends_each_yes_and_no_no() -> None:
    until = date(2027, 1, 1)
    items = questions.items({"researchers": Decision.YES, "publish": Decision.NO}, until=until)
    after = folded(items, date(2027, 1, 2))
    assert after.open == {}
    assert questions.answer("publish", after) is Decision.NO


def test_cells_answered_one_by_one_are_left_alone() -> None:
    cell = (Purpose.RESEARCH, Audience.VETTED_RESEARCHERS, DataClass.MEDICAL)
    items = questions.items({"researchers": Decision.YES}, besides=[cell])
    assert cell not in {(one.purpose, one.audience, one.data_class) for one in items}
    assert cell in questions.covered()
