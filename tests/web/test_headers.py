"""The headers of every answer, word for word, and what happens to a request that another site started."""

from __future__ import annotations

from typing import Literal

import pytest

from archive.app import create_app
from archive.config import Config
from tests.web.browsing import Browser
from tests.web.conftest import World

EVERYWHERE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "media-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "manifest-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sign-in", 200),
        ("/", 303),
        ("/nothing", 404),
        ("/language", 405),
        ("/static/guwah.css", 200),
        ("/leave", 303),
    ],
)
def test_every_answer_carries_them(visitor: Browser, path: str, status: int) -> None:
    response = visitor.client.get(path, buffered=True)
    assert response.status_code == status
    for name, value in EVERYWHERE.items():
        assert response.headers.getlist(name) == [value]
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert response.headers["Cache-Control"] == ("no-cache" if "static" in path else "no-store")
    assert "Strict-Transport-Security" not in response.headers


def test_a_member_s_pages_are_not_stored_either(world: World, reader: Browser) -> None:
    for path in ("/", world.reading, "/account"):
        assert reader.get(path).response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("tls", "said"), [("proxy", True), ("onion", False), ("none", False)])
def test_https_is_demanded_where_there_is_tls(
    world: World, tls: Literal["none", "proxy", "onion"], said: bool
) -> None:
    app = create_app(Config(instance=world.standing.instance, tls=tls), world.standing.archive)
    assert ("Strict-Transport-Security" in app.test_client().get("/sign-in").headers) is said


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_on_another_site_leads_to_a_page_that_does_nothing(world: World, site: str) -> None:
    browser = world.sign_in("reader")
    for path in ("/", "/leave", "/sign-in", "/account"):
        page = browser.get(path, **{"Sec-Fetch-Site": site})
        assert page.status == 200
        assert (path, "") in page.links
        assert "Set-Cookie" not in page.response.headers
        assert "Clear-Site-Data" not in page.response.headers
    assert browser.get("/").status == 200, "still signed in"


def test_a_form_on_another_site_does_nothing(world: World) -> None:
    browser = world.sign_in("reader")
    fields = {"csrf_token": browser.get("/").form("/sign-out").value("csrf_token")}
    response = browser.client.post("/sign-out", data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 200
    assert browser.get("/").status == 200, "still signed in"


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_requests_pass(visitor: Browser, site: str) -> None:
    assert visitor.get("/sign-in", **{"Sec-Fetch-Site": site}).form("/sign-in").fields


def test_where_to_leave_to_is_a_setting(world: World) -> None:
    config = Config(instance=world.standing.instance, leave_url="https://news.example.org/")
    response = create_app(config, world.standing.archive).test_client().get("/leave")
    assert response.headers["Location"] == "https://news.example.org/"
