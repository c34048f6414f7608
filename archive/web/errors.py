"""Knows which status and which words answer each refusal; what is denied and what is absent look alike.
Must not know what was asked for: logs get a number, the kind of error and where in the program, nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final
from uuid import uuid4

from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from archive.domain.errors import (
    CannotSignIn,
    Conflict,
    Damaged,
    DiskFull,
    GuwahError,
    Invalid,
    NoSuchReceipt,
    NotFound,
    Problem,
    Refused,
    SignedOut,
    Throttled,
    message,
)
from archive.web.presenting import said

PACKAGE: Final = Path(__file__).parents[1]
log = logging.getLogger("archive.web")

_NOTHING: Final = NotFound().text
_TOO_LARGE: Final = message("That was more than this archive takes at once. Nothing was stored.")
_FORM: Final = message(
    "This form has run out or came from elsewhere. Nothing was stored. Open the page again."
)
_MALFORMED: Final = message("The browser sent something that cannot be read. Nothing was stored.")
_OURS: Final = message(
    "Something failed on our side. Nothing was stored half. Tell whoever runs this archive."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer of refusal, before pages or the JSON API put it in their form. ``text`` is a msgid."""

    status: int
    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    number: str = ""


Renderer = Callable[[Refusal], Response]
_STATUS: Final[tuple[tuple[type[GuwahError], int], ...]] = (
    (Invalid, 422),
    (Refused, 403),
    (NotFound, 404),
    (CannotSignIn, 422),
    (NoSuchReceipt, 422),
    (Throttled, 429),
    (SignedOut, 401),
    (Conflict, 409),
    (DiskFull, 507),
    (Damaged, 503),
)
_HTTP: Final[Mapping[int, str]] = {
    400: _MALFORMED,
    403: _NOTHING,
    404: _NOTHING,
    405: _NOTHING,
    413: _TOO_LARGE,
}


def refusal(error: Exception) -> Refusal:
    """What to answer to an error. Unforeseen ones are logged by number; their words stay inside."""
    if isinstance(error, GuwahError):
        for kind, status in _STATUS:
            if isinstance(error, kind):
                return _said(error, status)
    if isinstance(error, CSRFError):
        return Refusal(status=400, text=_FORM)
    if isinstance(error, HTTPException) and error.code and error.code < 500:  # noqa: PLR2004
        methods = error.valid_methods if isinstance(error, MethodNotAllowed) else None
        return Refusal(
            status=error.code,
            text=_HTTP.get(error.code, _MALFORMED),
            headers={"Allow": ", ".join(methods)} if methods else {},
        )
    return Refusal(status=500, text=_OURS, number=record(error))


def record(error: BaseException) -> str:
    """Log an unforeseen error without its words, which may be somebody's; return the number it goes by."""
    number = uuid4().hex[:8]
    log.error("error %s: %s", number, _kind(error))
    return number


def page(refused: Refusal) -> Response:
    """A refusal as a page."""
    response = make_response(
        render_template(
            "errors/refused.html",
            title=_title(refused),
            text=_(refused.text, **refused.values),
            problems=[said(problem) for problem in refused.problems],
            number=refused.number,
        ),
        refused.status,
    )
    response.headers.update(refused.headers)
    return response


def register(
    app: Flask, renderers: Mapping[str, Renderer], signed_out: Callable[[], ResponseReturnValue]
) -> None:
    """Answer every error: below a path of ``renderers`` by its renderer, elsewhere with a page or by ``signed_out``."""

    def answer(error: Exception) -> ResponseReturnValue:
        render = next((found for path, found in renderers.items() if request.path.startswith(path)), page)
        try:
            if render is page and isinstance(error, SignedOut):
                return signed_out()
            return render(refusal(error))
        except Exception as second:  # noqa: BLE001  # there is nothing behind this to catch it
            return Response(f"Error {record(second)}", 500, content_type="text/plain; charset=utf-8")

    app.register_error_handler(Exception, answer)
    app.logger.addFilter(without_words)


def without_words(entry: logging.LogRecord) -> bool:
    """Strip what Flask itself logs of an error to its kind and place: the words may be somebody's."""
    if entry.exc_info and (error := entry.exc_info[1]):
        entry.msg, entry.args = _kind(error), ()
        entry.exc_info = entry.exc_text = None
    return True


def _title(refused: Refusal) -> str:
    """The heading: one for everything absent or denied, whatever the status line says."""
    if refused.text == _NOTHING:
        return str(_("Nothing here"))
    match refused.status:
        case 403:
            return str(_("Not open to you"))
        case 409:
            return str(_("Somebody was faster"))
        case 429:
            return str(_("Please wait"))
        case 500 | 503 | 507:
            return str(_("The archive cannot answer now"))
    return str(_("That was not taken"))


def _said(error: GuwahError, status: int) -> Refusal:
    return Refusal(
        status=status,
        text=error.text,
        values=error.values,
        problems=error.problems if isinstance(error, Invalid) else (),
        headers={"Retry-After": str(error.seconds)} if isinstance(error, Throttled) else {},
    )


def _kind(error: BaseException) -> str:
    return f"{type(error).__name__} at {_place(error.__traceback__)}"


def _place(trace: TracebackType | None) -> str:
    """The innermost line of this package that the error passed through."""
    place = "an unknown place"
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(PACKAGE):
            place = f"{path.relative_to(PACKAGE)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
