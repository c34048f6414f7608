"""Knows how somebody whose session ended while they wrote signs in again without losing what they had typed.
Must not know what it was: it stays on their own page and is kept nowhere else."""

from __future__ import annotations

from typing import Final

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict

from archive.domain.errors import CannotSignIn, Problem, Throttled
from archive.services import signing_in
from archive.web.current import archive, by_cookie
from archive.web.errors import refusal
from archive.web.forms import TYPED_ONCE, mistakes
from archive.web.guard import access
from archive.web.presenting import said
from archive.web.session import CSRF, present
from archive.web.signing.forms import SignInForm

PREFIX: Final = "again-"


def offer() -> ResponseReturnValue:
    """Answer a request of nobody: to the sign-in, or (when a form came from a session that has ended) its fields here.

    The form's token was checked before: it was our own page that sent them.
    """
    if not present().ticket.member:
        return redirect(url_for("signing.sign_in"), 303)
    present().sign_out()
    if request.method == "POST":
        return _page(SignInForm(formdata=None, prefix=PREFIX), (), 401)
    return redirect(url_for("signing.sign_in", state="ended"), 303)


def resume() -> ResponseReturnValue | None:
    """Before each request: one that brings a sign-in beside its own fields is signed in first, then goes on.

    Only where it is the cookie that says who acts: the JSON API asks for no form token, so it takes no form.
    """
    mark = access(current_app.view_functions.get(request.endpoint or ""))
    if mark is None or mark.by is not by_cookie:
        return None
    if request.method != "POST" or f"{PREFIX}login" not in request.form:
        return None
    form = SignInForm(prefix=PREFIX)
    if not form.validate():
        return _page(form, mistakes(form), 422)
    try:
        signed = signing_in.sign_in(archive(), form.login.data, form.passphrase.data, form.code.data)
    except (CannotSignIn, Throttled) as error:
        refused = refusal(error)
        words = said(Problem(form.login.id, refused.text, refused.values))
        response = _page(form, ((form.login.id, words),), refused.status)
        response.headers.update(refused.headers)
        return response
    present().sign_in(signed.token)
    # What signed in has done its work: no view after this may see a passphrase, or send it back on a page.
    own = [(name, value) for name, value in request.form.items(multi=True) if not name.startswith(PREFIX)]
    request.form = ImmutableMultiDict(own)
    return None


def _page(form: SignInForm, found: tuple[tuple[str, str], ...], status: int) -> Response:
    form.code.data = ""
    typed = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != CSRF and not name.startswith((PREFIX, TYPED_ONCE))
    ]
    response = make_response(
        render_template("signing/again.html", form=form, mistakes=found, typed=typed, path=request.path),
        status,
    )
    if status == 401:  # noqa: PLR2004
        response.headers["WWW-Authenticate"] = "Guwah"  # HTTP wants a name; browsers show the page
    return response
