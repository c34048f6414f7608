"""Knows the pages of signing in, signing out, leaving at once, and choosing the language of the interface.
Must not know keys, codes or tries: `services.signing_in` does."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from archive.domain.errors import CannotSignIn, Problem, Throttled
from archive.services import signing_in
from archive.web.addresses import inside
from archive.web.current import acting, archive
from archive.web.errors import refusal
from archive.web.forms import mistakes
from archive.web.guard import member, public
from archive.web.headers import FORGET
from archive.web.language import change
from archive.web.presenting import said
from archive.web.session import present
from archive.web.signing.forms import SignInForm

blueprint = Blueprint("signing", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@blueprint.get("/sign-in/<any(ended):state>")
@public
def sign_in(state: str = "") -> ResponseReturnValue:
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(url_for("rooms.start"), 303)
    form = SignInForm()
    if not form.validate_on_submit():
        found = mistakes(form)
        return _sign_in_page(form, found, 422 if found else 200, ended=state == "ended")
    try:
        signed = signing_in.sign_in(archive(), form.login.data, form.passphrase.data, form.code.data)
    except (CannotSignIn, Throttled) as error:
        refused = refusal(error)
        words = said(Problem("login", refused.text, refused.values))
        response = make_response(_sign_in_page(form, (("login", words),), refused.status))
        response.headers.update(refused.headers)
        return response
    _end_session()
    present().sign_in(signed.token)
    return redirect(url_for("rooms.start"), 303)


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    return _gone(url_for("signing.signed_out"))


@blueprint.post("/sign-out-everywhere")
@member()
def sign_out_everywhere() -> ResponseReturnValue:
    signing_in.sign_out_everywhere(archive(), acting())
    return _gone(url_for("signing.signed_out"))


@blueprint.get("/signed-out")
@public
def signed_out() -> str:
    return render_template("signing/signed_out.html")


@blueprint.get("/leave")
@public
def leave() -> ResponseReturnValue:
    """A link, not a form: the policy lets no form lead outside."""
    return _gone(current_app.config["LEAVE_URL"])


@blueprint.post("/language")
@public
def speak() -> ResponseReturnValue:
    change(request.form.get("lang", ""))
    return redirect(inside(request.form.get("back", "/")), 303)


def _sign_in_page(
    form: SignInForm, found: tuple[tuple[str, str], ...], status: int, *, ended: bool = False
) -> ResponseReturnValue:
    form.code.data = ""  # good once; the passphrase is never shown again either
    return render_template("signing/sign_in.html", form=form, mistakes=found, ended=ended), status


def _gone(where: str) -> Response:
    """End the session, leave nothing in the browser, and go there."""
    _end_session()
    present().forget()
    response = make_response(redirect(where, 303))
    response.headers["Clear-Site-Data"] = FORGET
    return response


def _end_session() -> None:
    if present().ticket.member:
        signing_in.sign_out(archive(), present().ticket.token)
