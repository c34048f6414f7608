"""Knows the one cookie: a member's session token or, before sign-in, a random one, and the chosen language.
Must not know keys: what a session remembers is sealed under its token by the services."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from flask import Flask, Request, Response, g
from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin

from archive.domain.errors import Damaged, SignedOut
from archive.services import signing_in
from archive.services.archive import Archive

COOKIE: Final = "__Host-guwah"
CSRF: Final = "csrf_token"
FLASHES: Final = "_flashes"
_REMEMBERED: Final = frozenset({FLASHES, "last", "shortlist"})
_TICKET: Final = re.compile(r"([am])\.([A-Za-z0-9_-]{43})(?:\.([A-Za-z_]{2,12}))?")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the cookie says. Only a member's token has a row behind it; the other is nothing but random."""

    token: str
    member: bool = False
    lang: str = ""

    @classmethod
    def read(cls, value: str) -> Ticket | None:
        """The ticket of a cookie's value; None for anything that this archive did not write."""
        if not (found := _TICKET.fullmatch(value)):
            return None
        kind, token, lang = found.groups()
        return cls(token, kind == "m", lang or "")

    def __str__(self) -> str:
        return f"{'m' if self.member else 'a'}.{self.token}" + (f".{self.lang}" if self.lang else "")


def nobody(lang: str = "") -> Ticket:
    """A new ticket for somebody who is not signed in."""
    return Ticket(secrets.token_urlsafe(32), lang=lang)


class Session(SessionMixin):
    """What Flask and its extensions see as the session.

    The form token is derived from the ticket, never stored. The little else that is remembered (flashes, where a
    search stood, shortlists) is read when first asked for and kept only for members; other keys are refused.
    """

    def __init__(self, archive: Archive, ticket: Ticket | None) -> None:
        self._archive = archive
        self._state: dict[str, Any] | None = None
        self._issued = ticket
        self.modified = False
        self.ticket = ticket or nobody()
        self.needed = False  # whether anybody relies on the ticket, so that a visitor may be given a cookie
        self.forgotten = False

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401  # as Flask's sessions have it
        if key == CSRF:
            self.needed = True
            said = f"form\0{self.ticket.token}".encode()
            return hmac.digest(self._archive.host.web_secret(), said, "sha256").hex()
        if key not in _REMEMBERED:
            raise KeyError(key)
        return self._remembered()[key]

    def __setitem__(self, key: str, value: object) -> None:
        if key not in _REMEMBERED:
            raise KeyError(f"a session does not remember {key}")
        self._remembered()[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        if key not in _REMEMBERED:
            raise KeyError(key)
        del self._remembered()[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter((CSRF, *self._remembered()))

    def __len__(self) -> int:
        return 1 + len(self._remembered())

    def sign_in(self, token: str) -> None:
        """From now on the session of this token; what a visitor had is left behind."""
        self.ticket = Ticket(token, member=True, lang=self.ticket.lang)
        self._changed()

    def sign_out(self) -> None:
        """From now on nobody's, under a new token; the language stays."""
        self.ticket = nobody(self.ticket.lang)
        self._changed()

    def forget(self) -> None:
        """Leave nothing in the browser."""
        self.sign_out()
        self.forgotten = True

    def speak(self, lang: str) -> None:
        """Remember the language of the interface, signed in or not."""
        self.ticket = replace(self.ticket, lang=lang)
        self.needed = True

    @property
    def must_be_set(self) -> bool:
        """Whether the browser needs a new cookie: never to one who came without, unless a form relies on it."""
        return self.ticket != self._issued and (self._issued is not None or self.needed or self.ticket.member)

    def keep(self) -> None:
        """Seal what changed. A session that has just ended keeps nothing."""
        if self.modified and self.ticket.member:
            with suppress(SignedOut, Damaged):  # a page that was made is not lost for what it would remember
                signing_in.keep_state(self._archive, self.ticket.token, dict(self._remembered()))

    def _changed(self) -> None:
        self._state, self.modified = None, False
        g.pop(CSRF, None)  # Flask-WTF's copy of the form token, for the ticket that was

    def _remembered(self) -> dict[str, Any]:
        if self._state is None:
            self._state = {}
            if self.ticket.member:
                with suppress(SignedOut):
                    self._state = dict(signing_in.state(self._archive, self.ticket.token))
        return self._state


def present() -> Session:
    """The session of this request."""
    return cast("Session", cast("Any", flask_session)._get_current_object())  # noqa: SLF001  # Werkzeug's own way


class Sessions(SessionInterface):
    """Opens and saves the session of each request; holds nothing between them."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def open_session(self, app: Flask, request: Request) -> Session:  # noqa: ARG002
        return Session(self._archive, Ticket.read(request.cookies.get(COOKIE, "")))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        mine = cast("Session", session)
        mine.keep()
        if mine.forgotten:
            response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict")
        elif mine.must_be_set:
            response.set_cookie(COOKIE, str(mine.ticket), secure=True, httponly=True, samesite="Strict")
