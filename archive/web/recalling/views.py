"""Knows the pages of hand-overs and holds: what is written down, recalled, settled and held; the notice to print.
Must not know to whom anything went: `services.recalling` opens that for custodians, and logs it first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from archive.domain.errors import Conflict, Invalid, NotFound
from archive.domain.handover import OPEN, HandOver, Recall, RecallState
from archive.domain.identifiers import code_of
from archive.services import deciding, holding, notices, recalling, rooms
from archive.web.current import acting, archive
from archive.web.forms import mistakes
from archive.web.guard import member
from archive.web.presenting import Said, said, term, theirs
from archive.web.recalling.forms import HandOverForm
from archive.web.records.presenting import may_place
from archive.web.rooms.presenting import heading

blueprint = Blueprint("recalling", __name__)

STATES: Final = {
    RecallState.DUE: _l("due: nobody was asked yet"),
    RecallState.SENT: _l("sent: no answer yet"),
    RecallState.ACKNOWLEDGED: _l("given back or destroyed, as they say"),
    RecallState.REFUSED: _l("refused"),
    RecallState.IRRECALLABLE: _l("cannot be recalled: filed with a court or published"),
}
_RECALLS: Final = "/rooms/<uuid:room>/recalls"
_HANDOVER: Final = "/rooms/<uuid:room>/records/<uuid:record>/handover"


@dataclass(frozen=True, slots=True)
class Line:
    """One recall; ``to`` is None for whoever may not know, or when nobody knows any more."""

    id: UUID
    code: str
    state: str
    since: str
    open: bool
    to: Said | None
    purpose: Said | None
    reach: Said | None


@blueprint.get(_RECALLS)
@member()
def listed(room: UUID) -> str:
    found = recalling.recalls(archive(), acting(), room, settled=True)
    held = {view.id: view for view in rooms.rooms(archive(), acting())}
    places = room in held and may_place(held[room])
    lines = [_line(one) for one in found]
    risk = (
        holding.at_risk(archive(), acting(), room) if places else ()
    )  # for the desk, who is at risk is no matter
    legal = [one for one in holding.legal(archive(), acting()) if one.collection == room]
    return render_template(
        "recalling/list.html",
        room=room,
        name=heading(held[room]).name if room in held else None,
        places=places,
        open=[one for one in lines if one.open],
        settled=[one for one in lines if not one.open],
        risk=[code_of(record) for record in risk],
        legal=[
            (code_of(one.record), format_date(one.day, "long"), theirs(one.basis) if one.basis else None)
            for one in legal
        ],
        states=[(state.value, words) for state, words in STATES.items() if state is not RecallState.DUE],
    )


@blueprint.post(_RECALLS)
@member()
def settle(room: UUID) -> ResponseReturnValue:
    try:
        recall, state = UUID(request.form.get("recall", "")), RecallState(request.form.get("to", ""))
    except ValueError:
        raise NotFound from None
    try:
        recalling.set_state(archive(), acting(), room, recall, state)
    except Conflict as conflict:
        flash(_(conflict.text, **conflict.values))
    else:
        flash(_("Noted."))
    return redirect(url_for("recalling.listed", room=room, _anchor="main"), 303)


@blueprint.get(f"{_RECALLS}/<uuid:recall>/notice")
@member()
def notice(room: UUID, recall: UUID) -> str:
    """The letter, in the recipient's language: a code, a day, a purpose, and nobody's name."""
    for one in recalling.recalls(archive(), acting(), room, settled=True):
        if one.id == recall and one.handover:
            made = notices.notice(one.handover)
            return render_template(
                "recalling/notice.html",
                room=room,
                notice=made,
                unread=made.lang in notices.DRAFTED,
                reach=theirs(one.handover.reach) if one.handover.reach else None,
                to=theirs(one.handover.recipient),
                today=format_date(archive().clock().date(), "long"),
            )
    raise NotFound


@blueprint.route(_HANDOVER, methods=["GET", "POST"])
@member()
def handover(room: UUID, record: UUID) -> ResponseReturnValue:
    view = rooms.room(archive(), acting(), room)
    agreed = deciding.agreed(archive(), acting(), room, record)
    if not may_place(view):
        raise NotFound
    form = HandOverForm().offer(agreed.entries)
    wrong: tuple[tuple[str, str], ...] = ()
    if form.is_submitted():
        wrong = (
            mistakes(form)
            if not form.validate()
            else _recorded(room, form, form.written(record, agreed.entries))
        )
        if not wrong:
            flash(_("It is written down."))
            return redirect(url_for("subject.show", room=room, record=record, _anchor="main"), 303)
    page = render_template(
        "recalling/handover.html",
        room=heading(view),
        record=record,
        code=agreed.code,
        form=form,
        mistakes=wrong,
    )
    return page, 422 if wrong else 200


def _recorded(room: UUID, form: HandOverForm, told: HandOver) -> tuple[tuple[str, str], ...]:
    try:
        recalling.record_handover(archive(), acting(), room, told)
    except Invalid as invalid:
        return tuple((form[one.where].id if one.where in form else "", said(one)) for one in invalid.problems)
    return ()


def _line(one: Recall) -> Line:
    told = one.handover
    return Line(
        id=one.id,
        code=code_of(one.record),
        state=str(STATES[one.state]),
        since=format_date(one.day, "long"),
        open=one.state in OPEN,
        to=theirs(told.recipient) if told else None,
        purpose=term("purposes", told.purpose.value) if told else None,
        reach=theirs(told.reach) if told and told.reach else None,
    )
