"""Every page in a real browser: nothing from outside, nothing the policy refuses, no accessibility violation by axe,
nothing to scroll sideways at 320 pixels, in both languages, light and dark, with and without JavaScript.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from tests.web.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NARROW = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:
    """The application on a port of this machine."""
    server = make_server("localhost", 0, world.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True, args=ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(world: World) -> dict[str, str]:
    custody, record = world.custody, world.records["both"]
    return {
        "start": "/",
        "account": "/account",
        "custody": custody,
        "reading": world.reading,
        "facet": f"{custody}/all/place",
        "record": f"{custody}/records/{record}",
        "rendition": f"{world.reading}/records/{record}",
        "print": f"{world.reading}/records/{record}/print",
        "tags": f"{custody}/records/{record}/tags",
        "passages": f"{custody}/records/{record}/passages",
        "testimony": f"{custody}/new/testimony",
        "report": f"{custody}/new/family-report",
        "log": "/log",
        "log verified": "/log/verify",
        "safety": "/safety",
        "help": "/help/search",
        "absent": "/nothing",
    }


@contextmanager
def signed_in(
    world: World, chromium: Browser, site: str, lang: str, **how: object
) -> Iterator[BrowserContext]:
    """A context with a keeper's session, which asks for nothing outside and says nothing on the console."""
    cookie = world.sign_in("keeper").cookie
    context = chromium.new_context(**how)  # type: ignore[arg-type]
    context.add_cookies(
        [
            {
                "name": "__Host-guwah",
                "value": f"{cookie}.{lang}",
                "domain": "localhost",
                "path": "/",
                "secure": True,
            }
        ]
    )
    asked: list[str] = []
    said: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: said.append(message.text) if message.type != "info" else None)
    try:
        yield context
        assert [url for url in asked if not url.startswith((site, "data:", "http://127.0.0.1:"))] == []
        assert [line for line in said if "status of 4" not in line] == []
    finally:
        context.close()


def sideways(page: Page) -> int:
    """How far the page, or a table on it, can be scrolled to the side, once its style has come."""
    page.wait_for_load_state()
    found: int = page.evaluate(
        "Math.max(...[document.documentElement, ...document.querySelectorAll('.wide')]"
        ".map((part) => part.scrollWidth - part.clientWidth))"
    )
    return found


def opened(page: Page) -> None:
    """Open everything that is closed at first, of a page that is whole."""
    page.wait_for_load_state()
    page.evaluate("document.querySelectorAll('details').forEach((closed) => { closed.open = true; })")


@pytest.mark.parametrize("lang", ["en", "ug"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("script", [True, False])
def test_axe_finds_nothing(
    world: World, chromium: Browser, site: str, pages: dict[str, str], lang: str, scheme: str, script: bool
) -> None:
    """``script`` False: none of our scripts runs and nothing is opened. (Axe is a script itself: it must run.)"""
    found = {}
    with signed_in(world, chromium, site, lang, color_scheme=scheme, bypass_csp=True) as context:
        if not script:
            context.route(
                "**/static/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
            )
        page = context.new_page()
        for name, path in pages.items():
            page.goto(site + path)
            if script:
                opened(page)
            for violation in Axe().run(page).response["violations"]:
                nodes = [node["html"][:160] for node in violation["nodes"]][:3]
                found[f"{name}: {violation['id']}"] = nodes
    assert found == {}


@pytest.mark.parametrize("lang", ["en", "ug"])
def test_axe_finds_nothing_where_something_is_to_mend(
    world: World, chromium: Browser, site: str, pages: dict[str, str], lang: str
) -> None:
    found = {}
    with signed_in(world, chromium, site, lang, bypass_csp=True) as context:
        page = context.new_page()
        for name in ("testimony", "report"):
            page.goto(site + pages[name])
            for part in ("add present", "add texts", "find"):
                page.locator(f"button[value='{part}']").click()
            page.locator("button[value^='tag ']").first.click()
            assert page.url.endswith("#tags"), "the page shows the part that changed"
            page.locator("button[formaction='#errors']").click()
            assert page.locator("#errors").is_visible()
            found[name] = [violation["id"] for violation in Axe().run(page).response["violations"]]
        page.goto(site + world.reading)
        page.locator(".values button").first.click()
        page.get_by_role("searchbox").fill("nothing of the kind")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        found["nothing"] = [violation["id"] for violation in Axe().run(page).response["violations"]]
    assert {name: ids for name, ids in found.items() if ids} == {}


@pytest.mark.parametrize("lang", ["en", "ug"])
@pytest.mark.parametrize("script", [True, False])
def test_nothing_scrolls_sideways_on_a_small_screen(
    world: World, chromium: Browser, site: str, pages: dict[str, str], lang: str, script: bool
) -> None:
    wide = {}
    with signed_in(world, chromium, site, lang, viewport=NARROW, java_script_enabled=script) as context:
        page = context.new_page()
        for name, path in pages.items():
            page.goto(site + path)
            if script:
                opened(page)
            if over := sideways(page):
                wide[name] = over
    assert wide == {}


def test_the_journey_without_javascript(world: World, chromium: Browser, site: str) -> None:
    who = world.standing.people["reader"]
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    page.get_by_label("Login").fill("reader")
    page.get_by_label("Passphrase").fill(who.passphrase)
    page.get_by_label("Code").fill(world.standing.code("reader"))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Reading room").click()
    page.get_by_label("Words to search for").fill("soup")
    page.keyboard.press("Enter")
    page.locator(".hit a").click()
    account = page.get_by_text("The soup was cold.")
    assert not account.is_visible()
    page.get_by_text("Open the account").click()
    assert account.is_visible()
    page.get_by_role("button", name="Sign out").click()
    assert page.url == f"{site}/signed-out"
    page.go_back()
    assert page.get_by_text("The soup was cold.").count() == 0
    context.close()


@pytest.mark.parametrize("how", ["link", "keys"])
def test_leaving_blanks_the_page_and_ends_the_session(
    world: World, chromium: Browser, site: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = site.replace("localhost", "127.0.0.1") + "/elsewhere"  # another site, as browsers see it
    monkeypatch.setitem(world.app.config, "LEAVE_URL", elsewhere)
    with signed_in(world, chromium, site, "en") as context:
        page = context.new_page()
        page.goto(site + world.reading)
        if how == "link":
            page.get_by_role("link", name="Leave at once").click()
        else:
            for _press in range(3):
                page.keyboard.press("Shift")
        page.wait_for_url(elsewhere)
        assert [cookie for cookie in context.cookies() if cookie["name"] == "__Host-guwah"] == []
        page.goto(site + world.reading)
        assert page.url.startswith(f"{site}/sign-in")


def test_keys_go_to_the_box_and_the_hits(world: World, chromium: Browser, site: str) -> None:
    with signed_in(world, chromium, site, "en") as context:
        page = context.new_page()
        page.goto(site + world.reading)
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "text"
        page.keyboard.type("j/k")
        assert page.locator("#text").input_value() == "j/k"
        page.locator("h1").click()
        page.keyboard.press("j")
        first = page.evaluate("document.activeElement.href")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.href") != first
        page.keyboard.press("k")
        assert page.evaluate("document.activeElement.href") == first


def test_enter_in_the_finder_shows_what_was_found(
    world: World, chromium: Browser, site: str, pages: dict[str, str]
) -> None:
    with signed_in(world, chromium, site, "en", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(site + pages["tags"])
        page.get_by_label("Name to look for").fill("Kashgar")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.get_by_text("Press the one you mean:").is_visible()
