"""Knows the pages on which custody looks at the consent to a record and changes it: the form, the effect, the deed.
Must not know what a change opens or closes: `services.deciding` asks the policy, beforehand and then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from archive.domain.consent import ConsentEntry, Event
from archive.domain.errors import Conflict, Invalid, NotFound
from archive.domain.showing import RoomView
from archive.policy.consent import State
from archive.services import consenting, deciding, rooms, shredding, withdrawing
from archive.services.deciding import Agreed
from archive.web import language
from archive.web.consenting import presenting
from archive.web.consenting.forms import DeedForm, LimitForm, RenewForm, choices, entries_seen
from archive.web.current import acting, archive
from archive.web.dates import moment
from archive.web.entering.consent import FIRST
from archive.web.entering.editing import BUTTON, act, located, speak, typed
from archive.web.forms import mistakes
from archive.web.guard import member
from archive.web.records.consent import entry as ledger_entry
from archive.web.records.presenting import may_place
from archive.web.rooms.presenting import heading
from archive.web.session import CSRF

blueprint = Blueprint("consenting", __name__)

STEP: Final = "step"
EVENTS: Final = {
    "renew": Event.GRANT,
    "limit": Event.LIMIT,
    "suspend": Event.SUSPEND,
    "resume": Event.RESUME,
    "withdraw": Event.WITHDRAW,
}
TITLES: Final[dict[str, LazyString]] = {
    "renew": _l("Renew or widen consent"),
    "limit": _l("Limit consent"),
    "suspend": _l("Let consent rest"),
    "resume": _l("Resume consent"),
    "withdraw": _l("Withdraw the record"),
}
_FORMS: Final[dict[str, type[DeedForm]]] = {"renew": RenewForm, "limit": LimitForm}
_LEDGER: Final = "/rooms/<uuid:room>/records/<uuid:record>/consent"
_DEED: Final = "/<any(renew, limit, suspend, resume, withdraw):deed>"


@blueprint.get(_LEDGER)
@member()
def show(room: UUID, record: UUID) -> str:
    return _shown(_custody(room), deciding.agreed(archive(), acting(), room, record))


@blueprint.get(f"{_LEDGER}/receipt")
@member()
def given(room: UUID, record: UUID) -> ResponseReturnValue:
    """A code is shown once: coming back leads to the consent."""
    return redirect(url_for("consenting.show", room=_custody(room).id, record=record), 303)


@blueprint.post(f"{_LEDGER}/receipt")
@member()
def receipt(room: UUID, record: UUID) -> ResponseReturnValue:
    """The code stands on this one answer and nowhere else: it is not kept, so there is no page to be led to.

    Sending the same page again gives none: it would end the code that somebody has just written down.
    """
    view = _custody(room)
    try:
        code = consenting.receipt(archive(), acting(), room, record, entries_seen(request.form.get("read")))
    except Conflict as conflict:
        flash(_(conflict.text, **conflict.values))
        return redirect(url_for("consenting.show", room=view.id, record=record, _anchor="main"), 303)
    return _shown(view, deciding.agreed(archive(), acting(), room, record), code)


@blueprint.get(f"{_LEDGER}/aloud")
@blueprint.get(f"{_LEDGER}/aloud/<lang>")
@member()
def aloud(room: UUID, record: UUID, lang: str = "") -> str:
    """What was agreed, to be read to the person in their language."""
    view, agreed = _custody(room), deciding.agreed(archive(), acting(), room, record)
    if not agreed.entries:
        raise NotFound
    offered = {one.code: one for one in language.offered()}
    theirs = [
        one.script_language.partition("-")[0] for one in reversed(agreed.entries) if one.script_language
    ]
    spoken = next((code for code in (lang, *theirs[:1]) if code in offered), language.spoken().code)
    with force_locale(spoken):
        answers, never = presenting.answered(agreed)
        return render_template(
            "consenting/aloud.html",
            room=heading(view),
            agreed=agreed,
            answers=answers,
            never=never,
            beside=presenting.beside(agreed.openings),
            here=offered[spoken],
            offered=offered.values(),
        )


@blueprint.route(f"{_LEDGER}{_DEED}", methods=["GET", "POST"])
@member()
def change(room: UUID, record: UUID, deed: str) -> ResponseReturnValue:
    """The form; what it would do; and, confirmed, the deed. Nothing is kept between but on the page."""
    view, agreed = _custody(room), deciding.agreed(archive(), acting(), room, record)
    if not may_place(view) or agreed.state is State.WITHDRAWN:
        raise NotFound
    made = _FORMS.get(deed, DeedForm)
    if request.method == "GET":
        empty = {"read": str(len(agreed.entries)), "consent": {"grants": FIRST}}
        return _form(view, agreed, deed, _offering(made(formdata=None, data=empty), agreed))
    speak(request.form.get(BUTTON, ""))
    form = _offering(made(formdata=typed(request.form)), agreed)
    if button := request.form.get(BUTTON, ""):
        act(form, button)
        return _form(view, agreed, deed, form)
    found = list(mistakes(form)) if not form.validate() else []
    if isinstance(form, LimitForm) and not (found or form.ends.data):
        found = [(form.ends.id, _("Tick what is to end."))]
    if found:
        return _form(view, agreed, deed, form, found), 422
    return _decide(view, agreed, deed, form)


def _decide(view: RoomView, agreed: Agreed, deed: str, form: DeedForm) -> ResponseReturnValue:
    parts: tuple[str, ...] = ()
    try:
        entry, parts = _entry(agreed, deed, form)
        if request.form.get(STEP) != "confirm":
            effect = deciding.preview(archive(), acting(), view.id, agreed.record, entry)
            return _preview(view, agreed, deed, presenting.effect(effect))
        if deed == "withdraw":
            withdrawing.withdraw(archive(), acting(), agreed.record, entry.reason)
        else:
            deciding.enter(archive(), acting(), view.id, entry, form.seen())
    except Invalid as invalid:
        return _form(view, agreed, deed, form, located(invalid.problems, form, {}, parts)), 422
    except Conflict as conflict:
        form.read.data = str(len(agreed.entries))
        return _form(view, agreed, deed, form, [("", _(conflict.text, **conflict.values))]), 409
    flash(_("It is entered in the ledger, and every room holds what it leaves open."))
    return redirect(url_for("consenting.show", room=view.id, record=agreed.record, _anchor="main"), 303)


def _entry(agreed: Agreed, deed: str, form: DeedForm) -> tuple[ConsentEntry, tuple[str, ...]]:
    if isinstance(form, RenewForm):
        return form.written(agreed.record)
    return form.entry(agreed.entries, EVENTS[deed], agreed.today), ()


def _offering(form: DeedForm, agreed: Agreed) -> DeedForm:
    if isinstance(form, LimitForm):
        form.ends.choices = choices(agreed.entries)
    return form


def _custody(room: UUID) -> RoomView:
    return rooms.room(archive(), acting(), room)


def _shown(view: RoomView, agreed: Agreed, code: str = "") -> str:
    waiting = {}
    if agreed.state is State.WITHDRAWN and may_place(view):
        waiting = shredding.waiting(archive(), acting(), view.id)
    return render_template(
        "consenting/show.html",
        room=heading(view),
        agreed=agreed,
        state=presenting.state(agreed.state),
        openings_list=[presenting.opening(one) for one in agreed.openings],
        places_list=[presenting.place(one) for one in agreed.rooms],
        ledger=[ledger_entry(one) for one in agreed.entries],
        events=presenting.events(agreed),
        may_place=may_place(view) and agreed.state is not State.WITHDRAWN,
        suspended=agreed.state is State.SUSPENDED,
        until=moment(waiting[agreed.record]) if agreed.record in waiting else "",
        code=code,
    )


def _form(
    view: RoomView, agreed: Agreed, deed: str, form: DeedForm, found: Iterable[tuple[str, str]] = ()
) -> str:
    return render_template(
        "consenting/change.html",
        room=heading(view),
        agreed=agreed,
        deed=deed,
        heading=TITLES[deed],
        state=presenting.state(agreed.state),
        form=form,
        mistakes=list(found),
    )


def _preview(view: RoomView, agreed: Agreed, deed: str, effect: presenting.EffectView) -> str:
    """What was filled in goes along on the page, to be confirmed or changed."""
    sent = [
        (name, value) for name, value in request.form.items(multi=True) if name not in (CSRF, STEP, BUTTON)
    ]
    return render_template(
        "consenting/preview.html",
        room=heading(view),
        agreed=agreed,
        deed=deed,
        heading=TITLES[deed],
        effect=effect,
        sent=sent,
    )
