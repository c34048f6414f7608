"""Knows how the API describes itself (OpenAPI), and that what it describes is what it reads and answers.
Must not know what an operation does; no page of a documentation viewer is served, for those load from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Request
from spectree import Response, SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData
from spectree.plugins.base import Context
from spectree.plugins.flask_plugin import FlaskPlugin

from archive.web.api import reading
from archive.web.api.problems import MEDIA_TYPE, ProblemDetails
from archive.web.api.reading import Shape

_BODY: Final = (413, 415, 422)
_ALWAYS: Final = (500, 503, 507)
_ABOUT: Final = """The archive for programs: the same services, decisions and log as its pages.

Sign in with `POST /api/v1/sessions` and send the token as `Authorization: Bearer TOKEN`. Cookies count for nothing
here, and a token for nothing on the pages. What one may not see is answered like what does not exist. A search can be
sent as a query string or, better, as a JSON body: addresses end up in the histories and logs of the programs between.
Labels and messages come in the language of `Accept-Language`, as far as the interface speaks it."""


class _Plugin(FlaskPlugin):
    """Reads requests our way: strictly, and without a word of them in messages or logs."""

    def request_validation(
        self,
        request: Request,
        query: Any,  # noqa: ANN401  # as spectree has them
        json: Any,  # noqa: ANN401
        *_unused: Any,  # noqa: ANN401
    ) -> None:
        read = (reading.query(query) if query else None, reading.body(json) if json else None)
        request.context = Context(*read, None, None, None)  # type: ignore[attr-defined]


_spec: Final = SpecTree(
    "flask",
    backend=_Plugin,
    title="Guwah",
    version="1",
    description=_ABOUT,
    mode="strict",
    page_templates={},
    security_schemes=[
        SecurityScheme(name="session", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))
    ],
    security={"session": []},
    validation_error_status=400,
    validation_error_model=ProblemDetails,
    naming_strategy=lambda shape: shape.__name__,
    nested_naming_strategy=lambda _outer, inner: inner,
)


def operation(
    name: str,
    answers: dict[int, type[Shape] | None],
    *refusals: int,
    sends: bool = False,
    signed_in: bool = True,
) -> Callable[[Any], Any]:
    """Describe a view and hold it to the description. ``sends``: it takes a JSON body."""
    refused = (*refusals, *(_BODY if sends else ()), *((401,) if signed_in else ()), *_ALWAYS)
    shapes = dict.fromkeys(sorted({*refused}), ProblemDetails)
    return _spec.validate(
        resp=Response(**{f"HTTP_{status}": shape for status, shape in (answers | shapes).items()}),
        operation_id=name,
        security=None if signed_in else [],
    )


def document() -> dict[str, Any]:
    """The OpenAPI document; refusals in their own media type."""
    described = dict(_spec.spec)
    described["paths"] = {
        path: {method: _told(operation) for method, operation in operations.items()}
        for path, operations in described["paths"].items()
    }
    return described


def _told(operation: dict[str, Any]) -> dict[str, Any]:
    answers = {
        status: answer | {"content": {MEDIA_TYPE: answer["content"]["application/json"]}}
        if status >= "400"
        else answer
        for status, answer in operation["responses"].items()
    }
    return operation | {"responses": dict(sorted(answers.items()))}
