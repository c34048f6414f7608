"""Knows how a view gets at the opened archive and at the member who acts, within one request.
Must not know how either came about, or what a view does with them."""

from __future__ import annotations

from typing import Final, cast

from flask import Request, current_app, g, request
from flask_login import UserMixin, current_user

from archive.domain.errors import SignedOut
from archive.services import signing_in
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.web.session import Session, present

EXTENSION: Final = "guwah"


class Member(UserMixin):  # type: ignore[misc, unused-ignore]
    """The member who is signed in, as Flask-Login wants to see one."""


def archive() -> Archive:
    """The archive that this application serves."""
    return cast("Archive", current_app.extensions[EXTENSION])


def acting() -> Acting:
    """Who acts in this request; only a view marked `@member` may ask."""
    return cast("Acting", g.acting)


def by_cookie() -> Acting:
    """Who the session cookie stands for. Raises SignedOut."""
    if not current_user.is_authenticated:
        raise SignedOut
    return acting()


def load_member(_request: Request) -> Member | None:
    """Resume the session once a request, for Flask-Login; None when nobody is signed in."""
    session: Session = present()
    if not session.ticket.member or request.endpoint is None:
        return None
    try:
        g.acting = signing_in.resume(archive(), session.ticket.token)
    except SignedOut:
        return None
    return Member()
