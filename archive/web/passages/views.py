"""Knows the page on which passages are marked, previewed and stored.
Must not know what a room may see: `policy.placement` says it, for the preview as for what is stored."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from archive.domain.errors import Conflict, Invalid, NotFound
from archive.domain.showing import Shown
from archive.services import cataloguing, disclosing, previewing
from archive.web.current import acting, archive
from archive.web.entering.editing import BUTTON, located, speak
from archive.web.forms import mistakes
from archive.web.guard import member
from archive.web.passages.choosing import Mistake, act
from archive.web.passages.forms import PassagesForm, data
from archive.web.passages.presenting import rest, view
from archive.web.presenting import said
from archive.web.records.presenting import may_place, page
from archive.web.rooms.presenting import heading

blueprint = Blueprint("passages", __name__)


@blueprint.route("/rooms/<uuid:room>/records/<uuid:record>/passages", methods=["GET", "POST"])
@member()
def mark(room: UUID, record: UUID) -> ResponseReturnValue:
    """The record is opened (and that is logged) each time the page is shown: its texts are on it."""
    shown = disclosing.show(archive(), acting(), room, record)
    if not may_place(shown.room):
        raise NotFound
    if request.method == "GET":
        return _page(shown, PassagesForm(formdata=None, data=data(shown.record, shown.revision)))
    button = request.form.get(BUTTON, "")
    speak(button)
    form = PassagesForm(formdata=request.form)
    texts = {text.id: text for text in shown.record.texts}
    found = act(form, button, texts) if form.validate() else list(mistakes(form))
    if button or found:
        return _page(shown, form, found), 422 if found else 200
    try:
        read = int(form.revision.data) if (form.revision.data or "").isdecimal() else 0
        cataloguing.mark_passages(archive(), acting(), room, record, read, form.markings())
    except Invalid as invalid:
        return _page(shown, form, list(located(invalid.problems, form, {}))), 422
    except Conflict as conflict:
        return _page(shown, form, [("", _(conflict.text, **conflict.values))]), 409
    flash(_("The marks are stored, and every room holds what they leave open."))
    return redirect(url_for("records.show", room=room, record=record, _anchor="main"), 303)


def _page(shown: Shown, form: PassagesForm, found: list[Mistake] | None = None) -> str:
    """What rooms would see is asked anew each time; marks that cannot be are foreseen by nobody."""
    wrong, texts = found or [], {text.id: text for text in shown.record.texts}
    try:
        marked = cataloguing.marked(shown.record, form.markings())
        foreseen = previewing.preview(archive(), acting(), shown, marked)
    except Invalid as invalid:
        foreseen, wrong = (), [*wrong, *(("", said(problem)) for problem in invalid.problems)]
    parts = [entry for entry in form.texts if entry.form.id.data in texts]
    return render_template(
        "passages/mark.html",
        form=form,
        record=page(shown),
        room=heading(shown.room),
        mistakes=wrong,
        texts=[(entry, view(entry.form, texts[entry.form.id.data], foreseen)) for entry in parts],
        rest=rest(foreseen),
    )
