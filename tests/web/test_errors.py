"""What is refused says so in words, with the right status, and never more than that; logs say less still."""

from __future__ import annotations

import logging
from uuid import uuid4

import pytest

from archive.app import create_app
from archive.config import Config
from archive.domain.errors import (
    Conflict,
    Damaged,
    DiskFull,
    GuwahError,
    Invalid,
    NotFound,
    Problem,
    Refused,
    Throttled,
    Unaudited,
)
from archive.services import rooms
from archive.web.errors import refusal
from tests.web.browsing import Browser
from tests.web.conftest import World

SECRET = "the words of somebody"
REFUSALS: list[tuple[GuwahError, int]] = [
    (Invalid([Problem("title", "Give the account a title that names nobody.")]), 422),
    (Refused("You can read this room, but this deed is not among what you were granted there."), 403),
    (NotFound(), 404),
    (Throttled(17), 429),
    (Conflict("Somebody else changed this record meanwhile. Open it again; nothing was changed."), 409),
    (DiskFull("There is no room left."), 507),
    (Damaged("What is stored here is not what was stored."), 503),
    (Unaudited(), 500),
]


@pytest.mark.parametrize(("error", "status"), REFUSALS)
def test_each_refusal_has_its_status_and_words(
    world: World, reader: Browser, monkeypatch: pytest.MonkeyPatch, error: GuwahError, status: int
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(rooms, "rooms", refuse)
    page = reader.get("/")
    assert page.status == status
    assert page.response.headers["Cache-Control"] == "no-store"
    if status != 500:
        assert str(error).split(";")[-1].rpartition(": ")[-1] in page.text
    if isinstance(error, Throttled):
        assert page.response.headers["Retry-After"] == "17"


def test_absent_denied_and_unknown_look_alike(world: World, reader: Browser) -> None:
    custody, reading = world.standing.custody, world.standing.reading
    kept = world.records["kept"]
    pages = [
        reader.get(path)
        for path in (
            "/no/such/page",
            f"/rooms/{uuid4()}",
            f"/rooms/{custody}",
            f"/rooms/{reading}/records/{uuid4()}",
            f"/rooms/{reading}/records/{kept}",
            f"/rooms/{custody}/records/{kept}",
            f"/rooms/{reading}/records/{world.records['both']}/tags",
            f"/rooms/{reading}/new/testimony",
            f"/rooms/{reading}/found/{uuid4()}",
        )
    ]
    assert {page.status for page in pages} == {404}
    assert len({page.response.data for page in pages}) == 1


def test_what_was_not_foreseen_is_logged_without_its_words(
    world: World, reader: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(rooms, "rooms", fail)
    with caplog.at_level(logging.DEBUG):
        page = reader.get("/")
    assert page.status == 500
    assert SECRET not in page.response.text
    assert SECRET not in caplog.text
    [said] = [record.getMessage() for record in caplog.records if record.name == "archive.web"]
    assert "ValueError at web/rooms/views.py:" in said
    assert said.split()[1].rstrip(":") in page.text, "the number on the page finds the line in the log"


def test_an_error_on_the_error_page_says_nothing_either(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(Config(instance=world.standing.instance), world.standing.archive)

    def fail() -> dict[str, str]:
        raise RuntimeError(SECRET)

    app.context_processor(fail)
    with caplog.at_level(logging.DEBUG):
        response = app.test_client().get("/nothing")
    assert response.status_code == 500
    assert SECRET not in response.text
    assert SECRET not in caplog.text
    assert "RuntimeError" in caplog.text


def test_too_much_is_refused(visitor: Browser) -> None:
    form = visitor.get("/sign-in").form("/sign-in")
    page = visitor.send(form, login="x" * (17 * 1024 * 1024))
    assert page.status == 413
    assert "Nothing was stored" in page.text


def test_a_file_never_touches_the_disk(visitor: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def spooled(*_: object, **__: object) -> None:
        raise AssertionError("a part of a request was spooled to disk")

    monkeypatch.setattr("werkzeug.formparser.default_stream_factory", spooled)
    monkeypatch.setattr("tempfile.SpooledTemporaryFile", spooled)
    token = visitor.get("/sign-in").form("/sign-in").value("csrf_token")
    part = '--cut\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
    body = part.format("csrf_token", "", token) + part.format("login", '; filename="name"', "x" * 2_000_000)
    response = visitor.client.post(
        "/sign-in", data=f"{body}--cut--\r\n", content_type="multipart/form-data; boundary=cut"
    )
    assert response.status_code == 422


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_refused(reader: Browser, method: str) -> None:
    response = reader.client.open("/account", method=method)
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_problems_keep_their_places_for_the_api() -> None:
    refused = refusal(
        Invalid([Problem("texts.0.lang", "Choose one of the list “%(list)s”.", {"list": "languages"})])
    )
    assert [problem.where for problem in refused.problems] == ["texts.0.lang"]
