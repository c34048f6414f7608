"""Knows the page on which a person withdraws what they told, by themselves, with the code on their slip.
Must not know who they are or what they told, nor keep the code: it goes along on their own page."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from archive.domain.errors import Conflict, GuwahError, NoSuchReceipt, Problem, Throttled
from archive.services import certifying, desk
from archive.web.current import archive
from archive.web.dates import moment
from archive.web.errors import refusal
from archive.web.forms import mistakes
from archive.web.guard import public
from archive.web.presenting import said
from archive.web.session import present
from archive.web.withdrawing.forms import ReceiptForm

blueprint = Blueprint("withdrawing", __name__, url_prefix="/withdraw")

_WRONG: Final = 422


@blueprint.route("", methods=["GET", "POST"])
@public
def start() -> ResponseReturnValue:
    """The code; then what will happen; then the deed. One message for whatever is no code."""
    form = ReceiptForm()
    if not form.validate_on_submit():
        found = mistakes(form)
        return _asked(form, found, 422 if found else 200)
    code, visitor = form.code.data, present().ticket.token
    try:
        if request.form.get("step") != "confirm":
            desk.recognise(archive(), code, visitor)
            return render_template("withdrawing/confirm.html", form=form)
        ending = desk.by_receipt(archive(), code, visitor)
    except (NoSuchReceipt, Throttled, Conflict) as error:
        return _refused(form, error)
    until = moment(ending.until) if ending.until else ""
    certificate = certifying.of_ending(archive(), ending).raw.decode()
    return render_template("withdrawing/done.html", until=until, certificate=certificate)


def _refused(form: ReceiptForm, error: GuwahError) -> ResponseReturnValue:
    refused = refusal(error)
    words = said(Problem(form.code.id, refused.text, refused.values))
    status = refused.status if isinstance(error, Throttled) else _WRONG
    response = make_response(_asked(form, ((form.code.id, words),), status))
    response.headers.update(refused.headers)
    return response


def _asked(form: ReceiptForm, found: tuple[tuple[str, str], ...], status: int) -> ResponseReturnValue:
    return render_template("withdrawing/start.html", form=form, mistakes=found), status
