"""Knows the pages of one record: to read, to print, and its tags to change.
Must not know whether it may be opened: `services.disclosing` is the one door."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from archive.domain.errors import Conflict, Invalid, NotFound
from archive.domain.rooms import RoomPurpose
from archive.domain.showing import Shown
from archive.services import cataloguing, disclosing, registering, rooms
from archive.web import shortlist
from archive.web.current import acting, archive
from archive.web.entering import tags as tagging
from archive.web.entering.drafts import called
from archive.web.entering.editing import BUTTON, act, located, speak, typed
from archive.web.entering.tags import TagsForm
from archive.web.forms import mistakes
from archive.web.guard import member
from archive.web.presenting import Said, ours, theirs
from archive.web.records.consent import entry
from archive.web.records.presenting import may_place, page, readings
from archive.web.rooms.presenting import heading

blueprint = Blueprint("records", __name__)


@blueprint.get("/rooms/<uuid:room>/records/<uuid:record>")
@member()
def show(room: UUID, record: UUID) -> str:
    return _page("records/show.html", room, record)


@blueprint.get("/rooms/<uuid:room>/records/<uuid:record>/print")
@member()
def paper(room: UUID, record: UUID) -> str:
    return _page("records/print.html", room, record)


@blueprint.route("/rooms/<uuid:room>/records/<uuid:record>/tags", methods=["GET", "POST"])
@member()
def tags(room: UUID, record: UUID) -> ResponseReturnValue:
    """The record is opened (and that is logged) each time the form is shown: its tags are part of it."""
    shown = disclosing.show(archive(), acting(), room, record)
    if not may_place(shown.room):
        raise NotFound
    if request.method == "GET":
        return _tags_page(shown, TagsForm(formdata=None, data={"tags": tagging.data(shown.record.tags)}))
    speak(request.form.get(BUTTON, ""))
    form = TagsForm(formdata=typed(request.form))
    if button := request.form.get(BUTTON, ""):
        act(form, button)
        return _tags_page(shown, form)
    if not form.validate():
        return _tags_page(shown, form, mistakes(form)), 422
    try:
        cataloguing.retag(archive(), acting(), room, record, tagging.chosen(form, shown.record.tags))
    except Invalid as invalid:
        return _tags_page(shown, form, tuple(located(invalid.problems, form, {}))), 422
    except Conflict as conflict:
        return _tags_page(shown, form, (("", _(conflict.text, **conflict.values)),)), 409
    flash(_("The tags are stored, and the record lies in the rooms that they open."))
    return redirect(url_for("records.show", room=room, record=record, _anchor="main"), 303)


def _tags_page(shown: Shown, form: TagsForm, found: tuple[tuple[str, str], ...] = ()) -> str:
    register = registering.facilities(archive(), acting(), shown.room.id)
    texts = [(text.id, called(number, text.lang)) for number, text in enumerate(shown.record.texts, start=1)]
    listed = tagging.show(form, shown.record.tags, register, texts)
    finding = tagging.finding(form.finder.form, request.form.get(BUTTON, ""))
    return render_template(
        "records/tags.html",
        form=form,
        record=page(shown),
        room=heading(shown.room),
        mistakes=found,
        tags=list(zip(form.tags, listed, strict=True)),
        candidates=tagging.candidates(form.finder.form, register) if finding else [],
        finding=finding,
    )


def _page(template: str, room: UUID, record: UUID) -> str:
    shown = disclosing.show(archive(), acting(), room, record)
    return render_template(
        template,
        record=page(shown),
        room=heading(shown.room),
        custody=shown.room.purpose is RoomPurpose.CUSTODY,
        may_place=may_place(shown.room),
        ledger=[entry(one) for one in shown.consent],
        placed=_placed(shown),
        read=readings(shown.record) if shown.room.purpose is RoomPurpose.CUSTODY else (),
        today=format_date(archive().clock().date(), "long"),
        last=session.get("last", {}).get(room.hex),
        shortlist=shortlist.records(room) if shown.room.purpose is RoomPurpose.MATTER else None,
    )


def _placed(shown: Shown) -> list[Said]:
    names = {view.id: view.name for view in rooms.rooms(archive(), acting())}
    known = [theirs(names[room]) for room in shown.placed if room in names]
    if others := len(shown.placed) - len(known):
        words = ngettext("one room that you do not hold", "%(num)d rooms that you do not hold", others)
        known.append(ours(words))
    return known
