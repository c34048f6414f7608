"""Knows how consent is said in plain words: where it stands, what is open to whom, what a change would do.
Must not know what opens what: it was asked of the policy, and only that is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask_babel import format_date
from flask_babel import gettext as _

from archive.domain.consent import Decision, Event
from archive.domain.rooms import RoomPurpose
from archive.policy import questions
from archive.policy.consent import State, fold
from archive.services.deciding import Agreed, Effect, Opening, Place
from archive.web.presenting import Said, ours, term, theirs
from archive.web.records.consent import happened
from archive.web.records.presenting import classes
from archive.web.rooms.presenting import purpose


@dataclass(frozen=True, slots=True)
class OpeningView:
    """What is open for one purpose and audience."""

    purpose: Said
    audience: Said
    parts: tuple[Said, ...]
    until: str


@dataclass(frozen=True, slots=True)
class PlaceView:
    """What a room holds; ``before``: what it holds until now, where that changes."""

    name: Said
    purpose: str
    parts: tuple[Said, ...]
    until: str
    before: PlaceView | None = None


@dataclass(frozen=True, slots=True)
class EffectView:
    """What a change would do."""

    state: str
    gained: tuple[PlaceView, ...]
    lost: tuple[PlaceView, ...]
    changed: tuple[PlaceView, ...]
    stays: tuple[PlaceView, ...]
    kept: bool
    until: str
    opened: tuple[OpeningView, ...]
    closed: tuple[OpeningView, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A plain question and the answer that stands."""

    question: Said
    answer: str
    words: str


def state(of: State) -> str:
    """Where consent stands, in a sentence."""
    return {
        State.DRAFT: _("Being prepared: nothing is agreed yet, and nothing is open."),
        State.ACTIVE: _("In force: what was agreed is open, and nothing else."),
        State.LIMITED: _("In force, and narrower than it was: something was ended since it was given."),
        State.SUSPENDED: _("Resting: everything but custody is closed until it is resumed."),
        State.EXPIRED: _("Run out: nothing that was agreed is open any more. It can be renewed."),
        State.WITHDRAWN: _("Withdrawn: nobody may read this record."),
        State.SUPERSEDED: _("Replaced: another record or another consent stands in its place."),
    }[of]


def opening(one: Opening) -> OpeningView:
    return OpeningView(
        purpose=term("purposes", one.purpose),
        audience=term("audiences", one.audience),
        parts=classes(one.classes),
        until=format_date(one.until, "long") if one.until else "",
    )


def place(one: Place, before: Place | None = None) -> PlaceView:
    return PlaceView(
        name=theirs(one.name) if one.name else ours(_("A room that you do not hold")),
        purpose=purpose(one.purpose),
        parts=classes(one.classes) if one.purpose is not RoomPurpose.IDENTITY else (),
        until=format_date(one.until, "long") if one.until else "",
        before=place(before) if before else None,
    )


def effect(of: Effect) -> EffectView:
    return EffectView(
        state=state(of.state),
        gained=tuple(place(one) for one in of.gained),
        lost=tuple(place(one) for one in of.lost),
        changed=tuple(place(new, old) for old, new in of.changed),
        stays=tuple(place(one) for one in of.stays),
        kept=of.kept,
        until=format_date(of.until, "long") if of.until else "",
        opened=tuple(opening(one) for one in of.opened),
        closed=tuple(opening(one) for one in of.closed),
    )


def events(of: Agreed) -> tuple[tuple[str, str], ...]:
    """What happened and on which day, of a ledger that is sealed away."""
    return tuple(
        (happened(event), format_date(day, "long")) for event, day in of.events if event is not Event.DRAFT
    )


def answered(of: Agreed) -> tuple[tuple[Answered, ...], tuple[Said, ...]]:
    """The plain questions with the answers that stand, and the parts that must never leave."""
    consent = fold(of.entries, of.today)
    items = [item for entry in of.entries for item in entry.items]
    found = []
    for name in questions.QUESTIONS:
        answer = questions.answer(name, consent, items)
        found.append(Answered(term("questions", name), answer.value, _answer(answer)))
    return tuple(found), classes(questions.never(consent))


def beside(of: Iterable[Opening]) -> tuple[OpeningView, ...]:
    """What is open beyond what a yes to the plain questions gives."""
    given = questions.covered()
    left = (
        replace(
            one, classes=tuple(part for part in one.classes if (one.purpose, one.audience, part) not in given)
        )
        for one in of
    )
    return tuple(opening(one) for one in left if one.classes)


def _answer(answer: Decision) -> str:
    return {
        Decision.YES: _("You said yes."),
        Decision.NO: _("You said no. It will not happen."),
        Decision.ASK: _("You want to be asked first. Until then it is no."),
        Decision.NOT_ASKED: _("You were not asked. So it will not happen."),
    }[answer]
