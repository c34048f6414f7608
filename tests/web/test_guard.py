"""Every view says to whom it is open; one that says nothing is shut, and looks as if it were not there."""

from __future__ import annotations

from uuid import uuid4

from flask import Flask
from werkzeug.routing import Rule

from archive.app import create_app
from archive.config import Config
from archive.web import guard
from tests.web.browsing import Browser
from tests.web.conftest import World

OPEN = {
    "static",
    "signing.sign_in",
    "signing.sign_out",
    "signing.signed_out",
    "signing.leave",
    "signing.speak",
    "helping.safety",
    "helping.search",
    "withdrawing.start",
}
VALUES = {"room": uuid4(), "record": uuid4(), "note": uuid4(), "facet": "place", "page": 2, "state": "ended"}
VALUES |= {"deed": "limit", "lang": "en", "custody": uuid4(), "recall": uuid4()}


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, path) of every page, with ids that stand for nothing."""
    return [
        (rule.endpoint, method, path(app, rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def path(app: Flask, rule: Rule) -> str:
    values = {name: VALUES[name] for name in rule.arguments if name in VALUES}
    built = app.url_map.bind("localhost").build(rule.endpoint, values | {"filename": "guwah.css"})
    return built.partition("?")[0]


def test_every_view_is_marked(world: World) -> None:
    unmarked = [
        rule.endpoint
        for rule in world.app.url_map.iter_rules()
        if guard.access(world.app.view_functions[rule.endpoint]) is None
    ]
    assert unmarked == []


def test_only_these_are_open_to_everybody(world: World) -> None:
    marks = {name: guard.access(view) for name, view in world.app.view_functions.items()}
    public = {name for name, mark in marks.items() if mark and mark.by is None and not name.startswith("api")}
    assert public == OPEN


def test_a_visitor_is_asked_to_sign_in_everywhere_else(world: World, visitor: Browser) -> None:
    shut = [
        (method, path)
        for endpoint, method, path in addresses(world.app)
        if endpoint not in OPEN and not endpoint.startswith("api")
    ]
    assert len(shut) > 15
    token = visitor.get("/sign-in").form("/sign-in").value("csrf_token")
    for method, address in shut:
        response = visitor.client.open(address, method=method, data={"csrf_token": token})
        assert (response.status_code, response.headers["Location"]) == (303, "/sign-in"), (method, address)


def test_a_member_without_rooms_finds_nothing_anywhere(world: World) -> None:
    outsider = world.sign_in("outsider")
    absent = outsider.get("/no/such/page")
    for endpoint, method, address in addresses(world.app):
        if "/rooms/" in address and method == "GET" and not endpoint.startswith("api"):
            page = outsider.get(address)
            assert page.status == 404, endpoint
            assert page.response.data == absent.response.data


def test_an_unmarked_view_is_refused_and_looks_absent(world: World) -> None:
    app = create_app(Config(instance=world.standing.instance), world.standing.archive)
    app.add_url_rule("/forgotten", view_func=lambda: "a secret", endpoint="forgotten")
    visitor = Browser(app.test_client())
    refused, absent = visitor.get("/forgotten"), visitor.get("/no/such/page")
    assert (refused.status, absent.status) == (403, 404)
    assert refused.response.data == absent.response.data
