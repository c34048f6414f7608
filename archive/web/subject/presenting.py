"""Knows how a person's report is said in words: what was agreed, done, given, what holds it, what happens next.
Must not know names of members: a report tells roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from archive.domain.handover import HandOver, Recall, RecallState
from archive.policy.consent import State
from archive.services.certifying import Certificate
from archive.services.reporting import ITSELF, Deed, Report
from archive.text.scripts import direction
from archive.vocabularies.load import vocabulary
from archive.web.consenting import presenting as consenting
from archive.web.consenting.presenting import Answered, OpeningView
from archive.web.dates import moment
from archive.web.log.presenting import WORDS
from archive.web.presenting import Said, ours, term, theirs

FORM_LANGUAGES: Final = ("en", "ug", "zh")
"""The languages in which the questions of consent stand."""
_UNREAD: Final = frozenset({"ug", "zh"})
_OF_A_FORM: Final = ("yes", "no", "ask")


@dataclass(frozen=True, slots=True)
class DeedView:
    """Something done, by whom (a role), how often."""

    day: str
    what: str
    by: Said
    times: str


@dataclass(frozen=True, slots=True)
class GivenView:
    """A hand-over, and how far its recall has come; ``to`` is None once nobody knows it any more."""

    to: Said | None
    what: Said | None
    purpose: Said | None
    day: str
    state: str


@dataclass(frozen=True, slots=True)
class HeldView:
    """A hold: since when, why, until when."""

    since: str
    why: Said
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """Everything a report shows."""

    code: str
    made: str
    state: str
    answers: tuple[Answered, ...]
    never: tuple[Said, ...]
    openings: tuple[OpeningView, ...]
    events: tuple[tuple[str, str], ...]
    deeds: tuple[DeedView, ...]
    given: tuple[GivenView, ...]
    risk: tuple[HeldView, ...]
    legal: tuple[HeldView, ...]
    coming: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormView:
    """The consent form in one language: its fixed sentences by name, its questions, the parts of an account."""

    lang: str
    dir: str
    unread: bool
    words: dict[str, str]
    questions: tuple[tuple[str, str], ...]
    parts: tuple[str, ...]


def view(found: Report) -> ReportView:
    agreed = found.agreed
    answers, never = consenting.answered(agreed) if agreed.entries else ((), ())
    return ReportView(
        code=agreed.code,
        made=_day(agreed.today),
        state=consenting.state(agreed.state),
        answers=tuple(answers),
        never=tuple(never),
        openings=tuple(consenting.opening(one) for one in agreed.openings),
        events=consenting.events(agreed),
        deeds=tuple(_deed(one) for one in found.deeds),
        given=tuple(_given(one) for one in found.given),
        risk=tuple(HeldView(_day(day), theirs(reason), "") for day, reason in found.risk),
        legal=tuple(
            HeldView(_day(one.day), theirs(one.basis or ""), _day(one.ended) if one.ended else "")
            for one in found.legal
        ),
        coming=tuple(_coming(found)),
    )


def form(lang: str) -> FormView:
    """``lang``: one of `FORM_LANGUAGES`."""
    return FormView(
        lang=lang,
        dir=direction(lang),
        unread=lang in _UNREAD,
        words={one.id: one.labels[lang] for one in vocabulary("consent-form")},
        questions=tuple((one.id, one.labels[lang]) for one in vocabulary("questions")),
        parts=tuple(one.labels[lang] for one in vocabulary("data-classes")),
    )


def days(made: Certificate) -> dict[str, str]:
    """The days of a certificate in words, by its names; empty for none."""
    found = {"withdrawn": made.withdrawn, "until": made.until, "destroyed": made.destroyed, "made": made.made}
    return {name: _day(day) if day else "" for name, day in found.items()}


def _day(day: date) -> str:
    return str(format_date(day, "long"))


def _deed(one: Deed) -> DeedView:
    by = ours(_("the archive itself")) if one.role == ITSELF else term("roles", one.role)
    times = ngettext("once", "%(num)d times", one.times)
    return DeedView(_day(one.day), str(WORDS.get(one.action, one.action)), by, times)


def _given(one: HandOver | Recall) -> GivenView:
    said, state = (one, "") if isinstance(one, HandOver) else (one.handover, _recalled(one))
    if said is None:
        return GivenView(None, None, None, "", state)
    return GivenView(
        to=theirs(said.recipient),
        what=theirs(said.what),
        purpose=term("purposes", said.purpose.value),
        day=_day(said.day),
        state=state,
    )


def _recalled(one: Recall) -> str:
    words = {
        RecallState.DUE: _("is to be asked for it back"),
        RecallState.SENT: _("was asked for it back, and has not answered yet"),
        RecallState.ACKNOWLEDGED: _("gave it back or destroyed it, as they say"),
        RecallState.REFUSED: _("refused to give it back"),
        RecallState.IRRECALLABLE: _("cannot give it back: it was filed with a court or published"),
    }[one.state]
    return _("%(what)s (%(date)s)", what=words, date=_day(one.day))


def _coming(found: Report) -> Iterator[str]:
    agreed = found.agreed
    if found.destroyed:
        yield _(
            "What you told was destroyed on %(date)s. No key opens it any more.", date=_day(found.destroyed)
        )
    elif agreed.state is State.WITHDRAWN and found.held:
        yield _(
            "It is closed to everybody. Two officers' keys keep it until the hold is lifted; then it is destroyed."
        )
    elif found.until:
        yield _("It is closed to everybody, and destroyed for good on %(date)s.", date=moment(found.until))
    elif agreed.state is not State.WITHDRAWN:
        if agreed.until:
            yield _("It is kept until %(date)s, unless you agree to longer.", date=_day(agreed.until))
        for day in sorted({one.until for one in agreed.openings if one.until}):
            yield _("Some of what you agreed to ends on %(date)s.", date=_day(day))
        for day in found.reviews:
            yield _("You are asked again on %(date)s.", date=_day(day))
        yield _("You can take back all of it or a part, at any time, without saying why.")
    if any(
        isinstance(one, Recall) and one.state in (RecallState.DUE, RecallState.SENT) for one in found.given
    ):
        yield _("Those who received something are asked to give it back.")
