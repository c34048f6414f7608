"""The plain questions that intake asks, at most eight: what a yes and a no to each of them means as items of consent.

Knows which answer covers which cells. Must not know forms, languages, or what a cell opens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from archive.domain.consent import Audience, DataClass, Decision, GrantItem, Purpose
from archive.domain.identifiers import new_id
from archive.policy.consent import KEEPING, Cell, ConsentState

_NAMING: Final = frozenset({DataClass.IDENTITY, DataClass.CONTACT, DataClass.VOICE, DataClass.IMAGE})
_TOLD: Final = frozenset(
    {
        DataClass.NARRATIVE, DataClass.PLACE_PRECISE, DataClass.PLACE_COARSE, DataClass.MEDICAL,
        DataClass.SEXUAL_VIOLENCE, DataClass.DOCUMENTS,
    }
)  # fmt: skip
_OWN: Final = frozenset(DataClass) - {DataClass.THIRD_PARTY}
"""Everything but other people, whom nobody's consent covers."""


@dataclass(frozen=True, slots=True)
class Question:
    """``yes``: the parts of an account that a yes gives for each pair; ``not_even``: those that it refuses beside."""

    pairs: frozenset[tuple[Purpose, Audience]]
    yes: frozenset[DataClass]
    not_even: frozenset[DataClass] = frozenset()


NEVER: Final = "never"
"""The question that is answered with parts of an account, not with yes or no."""
QUESTIONS: Final[Mapping[str, Question]] = {
    "keep": Question(KEEPING, frozenset(DataClass)),
    "contact": Question(
        frozenset({(Purpose.CONTACT, Audience.CUSTODIAN)}), frozenset({DataClass.IDENTITY, DataClass.CONTACT})
    ),
    "relatives": Question(
        frozenset({(Purpose.TRACING, Audience.CUSTODIAN), (Purpose.TRACING, Audience.PARTNER)}),
        frozenset(
            {
                DataClass.IDENTITY,
                DataClass.CONTACT,
                DataClass.NARRATIVE,
                DataClass.PLACE_PRECISE,
                DataClass.PLACE_COARSE,
            }
        ),
    ),
    "researchers": Question(frozenset({(Purpose.RESEARCH, Audience.VETTED_RESEARCHERS)}), _TOLD, _NAMING),
    "lawyers": Question(
        frozenset(
            (purpose, Audience.LEGAL_TEAM)
            for purpose in (
                Purpose.DOMESTIC_COURT,
                Purpose.INTERNATIONAL_COURT,
                Purpose.TRADE_ENFORCEMENT,
                Purpose.UN_MECHANISMS,
            )
        ),
        _OWN,
    ),
    "courts": Question(
        frozenset(
            {
                (Purpose.DOMESTIC_COURT, Audience.COURT),
                (Purpose.INTERNATIONAL_COURT, Audience.COURT),
                (Purpose.UN_MECHANISMS, Audience.UN_BODY),
            }
        ),
        _OWN,
    ),
    "publish": Question(
        frozenset(
            {
                (Purpose.MEDIA, Audience.JOURNALIST),
                (Purpose.PUBLICATION, Audience.PUBLIC),
                (Purpose.EDUCATION, Audience.PUBLIC),
            }
        ),
        frozenset({DataClass.NARRATIVE, DataClass.PLACE_COARSE}),
        _NAMING | {DataClass.PLACE_PRECISE},
    ),
}
_OUTSIDE: Final = frozenset(
    pair for question in QUESTIONS.values() for pair in question.pairs if pair[1] is not Audience.CUSTODIAN
)


def items(
    answers: Mapping[str, Decision],
    never: Collection[DataClass] = (),
    until: date | None = None,
    *,
    besides: Collection[Cell] = (),
) -> tuple[GrantItem, ...]:
    """Return the items of consent that these answers mean. What is never is a no; not asked is written down as that.

    ``until``: the last day of each yes. ``besides``: cells that were answered otherwise, one by one.
    """
    said: dict[Cell, Decision] = {}
    for name, decision in answers.items():
        said.update(_cells(QUESTIONS[name], decision))
    said.update({(*pair, one): Decision.NO for pair in _OUTSIDE for one in never})
    taken = frozenset(besides)
    return tuple(
        GrantItem(
            id=new_id(),
            purpose=purpose,
            audience=audience,
            data_class=data_class,
            decision=decision,
            until=until if decision is Decision.YES else None,
        )
        for (purpose, audience, data_class), decision in sorted(said.items())
        if (purpose, audience, data_class) not in taken
    )


def answer(name: str, consent: ConsentState, asked: Iterable[GrantItem] = ()) -> Decision:
    """Return what a ledger says today to a question: yes when something of it is open, no when that was refused.

    ``asked``: the items of the ledger, from which an *ask me first* is known.
    """
    cells = [cell for cell, decision in _cells(QUESTIONS[name], Decision.YES) if decision is Decision.YES]
    if any(consent.allows(*cell) for cell in cells):
        return Decision.YES
    if any(consent.refuses(*cell) for cell in cells):
        return Decision.NO
    first = {(one.purpose, one.audience, one.data_class) for one in asked if one.decision is Decision.ASK}
    return Decision.ASK if first.intersection(cells) else Decision.NOT_ASKED


def never(consent: ConsentState) -> tuple[DataClass, ...]:
    """Return the parts of an account that are refused to everybody outside."""
    return tuple(one for one in DataClass if all(consent.refuses(*pair, one) for pair in _OUTSIDE))


def covered() -> frozenset[Cell]:
    """Return every cell that a yes to some question gives."""
    return frozenset(
        (*pair, one) for question in QUESTIONS.values() for pair in question.pairs for one in question.yes
    )


def _cells(question: Question, decision: Decision) -> Iterator[tuple[Cell, Decision]]:
    for pair in question.pairs:
        if decision is Decision.YES:
            yield from (((*pair, one), Decision.YES) for one in question.yes)
            yield from (((*pair, one), Decision.NO) for one in question.not_even)
        else:
            yield from (((*pair, one), decision) for one in question.yes)
