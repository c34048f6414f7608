"""Knows the pages on which a new testimony or family report is entered into a custody room.
Must not know how it is checked, sealed or placed: `services.accessioning` does all three or nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from archive.domain.errors import Conflict, Invalid, NotFound
from archive.domain.rooms import Capability, RoomPurpose
from archive.domain.showing import RoomView
from archive.services import accessioning, registering, rooms, validating
from archive.web.current import acting, archive
from archive.web.entering import drafts, tags
from archive.web.entering.consent import FIRST
from archive.web.entering.editing import BUTTON, act, located, speak, typed
from archive.web.entering.forms import FamilyReportForm, RecordForm, TestimonyForm
from archive.web.forms import mistakes
from archive.web.guard import member
from archive.web.rooms.presenting import card

blueprint = Blueprint("entering", __name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two forms: its class, how it is read, its template."""

    form: type[RecordForm]
    read: Callable[[Any], drafts.Written]
    template: str


TESTIMONY: Final = Kind(TestimonyForm, drafts.testimony, "entering/testimony.html")
FAMILY_REPORT: Final = Kind(FamilyReportForm, drafts.family_report, "entering/family_report.html")


@blueprint.route("/rooms/<uuid:room>/new/testimony", methods=["GET", "POST"])
@member()
def testimony(room: UUID) -> ResponseReturnValue:
    return _enter(room, TESTIMONY)


@blueprint.route("/rooms/<uuid:room>/new/family-report", methods=["GET", "POST"])
@member()
def family_report(room: UUID) -> ResponseReturnValue:
    return _enter(room, FAMILY_REPORT)


def _enter(room: UUID, kind: Kind) -> ResponseReturnValue:
    """Show the form, let its buttons change it, or store what it holds; what was typed is on every answer."""
    view = _custody(room)
    if request.method == "GET":
        return _page(
            view, kind, kind.form(formdata=None, data={"key": uuid4().hex, "consent": {"grants": FIRST}})
        )
    speak(request.form.get(BUTTON, ""))
    form = kind.form(formdata=typed(request.form))
    if button := request.form.get(BUTTON, ""):
        act(form, button)
        return _page(view, kind, form)
    if not form.validate():
        return _page(view, kind, form, _everything(view, kind, form)), 422
    written = kind.read(form)
    try:
        [record] = accessioning.accession(archive(), acting(), room, [written.draft])
    except Invalid as invalid:
        found = tuple(located(invalid.problems, form, written.moved, written.grants))
        return _page(view, kind, form, found), 422
    except Conflict as conflict:
        return _page(view, kind, form, (("", _(conflict.text, **conflict.values)),)), 409
    flash(_("Stored, and placed in every room that consent and scope open."))
    return redirect(url_for("records.show", room=room, record=record, _anchor="main"), 303)


def _everything(view: RoomView, kind: Kind, form: RecordForm) -> tuple[tuple[str, str], ...]:
    """What the form's own fields found wrong and, as far as the rest can be read, what the services would: at once."""
    found = list(mistakes(form))
    wrong = {at for at, _text in found}
    if not form.consent.errors:
        with suppress(ValueError):  # a choice that the form never offered
            written = kind.read(form)
            register = {facility.term for facility in registering.facilities(archive(), acting(), view.id)}
            try:
                validating.check(written.draft, register)
            except Invalid as invalid:
                more = located(invalid.problems, form, written.moved, written.grants)
                found += [(at, text) for at, text in more if at not in wrong]
    return tuple(found)


def _custody(room: UUID) -> RoomView:
    view = rooms.room(archive(), acting(), room)
    if view.purpose is not RoomPurpose.CUSTODY or Capability.PLACE not in view.capabilities:
        raise NotFound
    return view


def _page(view: RoomView, kind: Kind, form: RecordForm, found: tuple[tuple[str, str], ...] = ()) -> str:
    register = registering.facilities(archive(), acting(), view.id)
    texts = drafts.texts(form)
    shown = tags.show(form, (), register, texts)
    finding = tags.finding(form.finder.form, request.form.get(BUTTON, ""))
    return render_template(
        kind.template,
        form=form,
        room=card(view),
        mistakes=found,
        tags=list(zip(form.tags, shown, strict=True)),
        candidates=tags.candidates(form.finder.form, register) if finding else [],
        finding=finding,
    )
