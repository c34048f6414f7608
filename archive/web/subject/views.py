"""Knows the pages for the person a record is about: report, slip, certificate of a withdrawal, empty consent form.
Must not know what is told: `services.reporting` gathers it, and logs it first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from archive.domain.errors import Conflict, NotFound
from archive.domain.identifiers import code_of
from archive.policy.consent import State
from archive.services import certifying, consenting, deciding, reporting, rooms
from archive.services.reporting import Report
from archive.web import language
from archive.web.consenting.forms import entries_seen
from archive.web.current import acting, archive
from archive.web.forms import mistakes
from archive.web.guard import member
from archive.web.records.presenting import may_place
from archive.web.rooms.presenting import heading
from archive.web.subject import presenting
from archive.web.subject.forms import SlipForm, WholeForm

blueprint = Blueprint("subject", __name__)

_REPORT: Final = "/rooms/<uuid:room>/records/<uuid:record>/report"
_CERTIFICATE: Final = "/records/<uuid:record>/certificate"
_SLIP: Final = "slip"
_WHOLE: Final = "whole"
"""The two forms of one page, whose fields must not bear the same names."""


@blueprint.get(_REPORT)
@member()
def show(room: UUID, record: UUID) -> str:
    found = reporting.report(archive(), acting(), room, record)
    said = {"lang": _theirs(found), "receipt": not _withdrawn(found), "read": len(found.agreed.events)}
    return _page(room, found, _slip(data=said), _whole(data=said))


@blueprint.get(f"{_REPORT}/slip")
@blueprint.get(f"{_REPORT}/whole")
@member()
def again(room: UUID, record: UUID) -> ResponseReturnValue:
    """What was printed is kept nowhere: reloading leads back to the choice."""
    view = rooms.room(archive(), acting(), room)
    return redirect(url_for("subject.show", room=view.id, record=record), 303)


@blueprint.post(f"{_REPORT}/slip")
@member()
def slip(room: UUID, record: UUID) -> ResponseReturnValue:
    """A piece of paper that says nothing: a code, whom to ask, and a code to withdraw with."""
    form = SlipForm(prefix=_SLIP)
    if not form.validate():
        found = reporting.report(archive(), acting(), room, record)
        return _page(room, found, form, _whole(), mistakes(form)), 422
    view = rooms.room(archive(), acting(), room)
    if not may_place(view):
        raise NotFound
    if deciding.custody_of(archive(), acting(), record) != room:
        raise NotFound
    try:
        seen = entries_seen(form.read.data)
        receipt = consenting.receipt(archive(), acting(), room, record, seen) if form.receipt.data else ""
    except Conflict as conflict:
        flash(_(conflict.text, **conflict.values))
        return redirect(url_for("subject.show", room=room, record=record, _anchor="main"), 303)
    with force_locale(form.lang.data):
        return render_template(
            "subject/slip.html",
            room=room,
            record=record,
            code=code_of(record),
            contact=form.contact.data or "",
            receipt=receipt,
        )


@blueprint.post(f"{_REPORT}/whole")
@member()
def whole(room: UUID, record: UUID) -> ResponseReturnValue:
    """Everything on paper, once somebody has said that paper is safe."""
    form, found = WholeForm(prefix=_WHOLE), reporting.report(archive(), acting(), room, record)
    wrong = list(mistakes(form)) if not form.validate() else []
    if not (wrong or form.safe.data):
        wrong = [(form.safe.id, _("Ask whether paper is safe to carry. If not, print the slip."))]
    if wrong:
        return _page(room, found, _slip(), form, tuple(wrong)), 422
    with force_locale(form.lang.data):
        return render_template("subject/whole.html", room=room, record=record, told=presenting.view(found))


@blueprint.get(_CERTIFICATE)
@member()
def certificate(record: UUID) -> str:
    made = certifying.certify(archive(), acting(), record)
    return render_template("subject/certificate.html", record=record, made=made, days=presenting.days(made))


@blueprint.get(f"{_CERTIFICATE}/signed")
@member()
def signed(record: UUID) -> Response:
    """The signed JSON, as a download of a name that says nothing."""
    made = certifying.certify(archive(), acting(), record)
    response = Response(made.raw, content_type="application/json; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"certificate-{made.leaf[:8]}.json")
    return response


@blueprint.get("/consent-form")
@blueprint.get("/consent-form/<lang>")
@member()
def form(lang: str = "") -> str:
    """The questions of consent, to be read aloud and signed. Empty: it says nothing of anybody."""
    lang = lang or language.spoken().code
    if lang not in presenting.FORM_LANGUAGES:
        raise NotFound
    others = [(code, presenting.form(code).words["title"]) for code in presenting.FORM_LANGUAGES]
    return render_template("subject/form.html", form=presenting.form(lang), others=others)


def _page(
    room: UUID,
    found: Report,
    slip: SlipForm,
    whole: WholeForm,
    wrong: tuple[tuple[str, str], ...] = (),
) -> str:
    return render_template(
        "subject/report.html",
        room=heading(rooms.room(archive(), acting(), room)),
        record=found.agreed.record,
        told=presenting.view(found),
        withdrawn=_withdrawn(found),
        slip=slip,
        whole=whole,
        mistakes=wrong,
    )


def _slip(data: Mapping[str, object] | None = None) -> SlipForm:
    return SlipForm(formdata=None, data=data, prefix=_SLIP)


def _whole(data: Mapping[str, object] | None = None) -> WholeForm:
    return WholeForm(formdata=None, data=data, prefix=_WHOLE)


def _withdrawn(found: Report) -> bool:
    return found.agreed.state is State.WITHDRAWN


def _theirs(found: Report) -> str:
    """The language in which the person was asked, if the interface speaks it; else that of the page."""
    codes = [one.code for one in language.offered()]
    asked = [said.script_language.partition("-")[0] for said in found.agreed.entries]
    return next((code for code in reversed(asked) if code in codes), language.spoken().code)
