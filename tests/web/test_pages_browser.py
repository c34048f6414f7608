"""Pages in a real browser: read without JavaScript, left at once, gone through by keys. Every page is measured in
test_every_page.py.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.web.chromium import signed_in
from tests.web.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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
    page.wait_for_load_state()
    assert page.url == f"{site}/signed-out"
    page.get_by_role(
        "heading"
    ).first.wait_for()  # a page that forgets everything comes in a process of its own
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


def test_enter_in_the_finder_shows_what_was_found(world: World, chromium: Browser, site: str) -> None:
    with signed_in(world, chromium, site, "en", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}{world.custody}/records/{world.records['both']}/tags")
        page.get_by_label("Name to look for").fill("Kashgar")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.get_by_text("Press the one you mean:").is_visible()
