"""Knows which views are open to everybody and which to members; a view that says neither is shut.
Must not know what a member may do: services and policy decide that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import current_app, g, request
from werkzeug.exceptions import Forbidden

from archive.services.acting import Acting
from archive.web.current import by_cookie

View = TypeVar("View", bound=Callable[..., Any])
_MARK: Final = "guwah_access"


@dataclass(frozen=True, slots=True)
class Access:
    """``by`` finds out who acts, or raises SignedOut; None opens the view to everybody."""

    by: Callable[[], Acting] | None = None


def public(view: View) -> View:
    """Open a view to everybody, signed in or not."""
    setattr(view, _MARK, Access())
    return view


def member(by: Callable[[], Acting] = by_cookie) -> Callable[[View], View]:
    """Open a view to members, who prove themselves by the session cookie or as ``by`` says."""

    def mark(view: View) -> View:
        setattr(view, _MARK, Access(by))
        return view

    return mark


def access(view: object) -> Access | None:
    """What a view was marked with; None for one that nobody thought about."""
    return getattr(view, _MARK, None)


def check() -> None:
    """Before each request: let it through, or raise Forbidden or SignedOut."""
    if request.endpoint is None:
        return  # no such address: the router answers
    found = access(current_app.view_functions[request.endpoint])
    if found is None:
        raise Forbidden
    if found.by is not None:
        g.acting = found.by()
