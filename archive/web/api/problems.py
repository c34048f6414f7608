"""Knows the form of a refusal for programs: problem details (RFC 9457), each kind under a name that never changes.
Must not know why something was refused; it says what `archive.web.errors` says, and nothing of what was sent."""

from __future__ import annotations

from typing import Final

from flask import Response
from flask_babel import gettext as _
from pydantic import BaseModel, Field

from archive.domain.errors import CannotSignIn
from archive.web.errors import Refusal
from archive.web.presenting import said

MEDIA_TYPE: Final = "application/problem+json"
_URN: Final = "urn:guwah:problem:"
_KINDS: Final = {
    400: ("unreadable", "That cannot be read"),
    401: ("signed-out", "Not signed in"),
    403: ("not-granted", "Not open to you"),
    404: ("nothing-here", "Nothing here"),
    405: ("no-such-method", "That is not done here"),
    409: ("conflict", "Somebody was faster"),
    413: ("too-large", "That is too much at once"),
    415: ("not-json", "That is not JSON"),
    422: ("invalid", "That was not taken"),
    429: ("too-many-tries", "Please wait"),
    500: ("failed", "Something failed here"),
    503: ("damaged", "The archive cannot answer now"),
    507: ("full", "The archive has no room left"),
}
_SIGN_IN: Final = ("cannot-sign-in", "Not signed in")
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="guwah"'}


class Mistake(BaseModel):
    """One thing to mend."""

    where: str = Field(
        description="The place in what was sent, such as `record.texts.0.lang`; empty for the whole."
    )
    text: str = Field(description="What is wrong and how to mend it, in the language of Accept-Language.")


class ProblemDetails(BaseModel):
    """A refusal (RFC 9457)."""

    type: str = Field(description="The kind of refusal: a name that never changes.")
    title: str = Field(description="The kind in words.")
    status: int
    detail: str = Field(description="What happened and what to do, in the language of Accept-Language.")
    problems: tuple[Mistake, ...] | None = Field(
        None, description="Of `invalid`: everything there is to mend."
    )
    number: str | None = Field(None, description="Of `failed`: the number under which the log has it.")


def problem(refused: Refusal) -> Response:
    """A refusal as problem details."""
    status = refused.status
    kind, title = _KINDS.get(status, _KINDS[400])
    if refused.text == CannotSignIn().text:
        status, (kind, title) = 401, _SIGN_IN
    details = ProblemDetails(
        type=_URN + kind,
        title=title,
        status=status,
        detail=_(refused.text, **refused.values),
        problems=tuple(Mistake(where=one.where, text=said(one)) for one in refused.problems) or None,
        number=refused.number or None,
    )
    response = Response(details.model_dump_json(exclude_none=True), status, content_type=MEDIA_TYPE)
    response.headers.update(refused.headers)
    if status == 401:  # noqa: PLR2004
        response.headers.update(_CHALLENGE)
    return response
