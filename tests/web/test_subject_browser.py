"""The person's pages in a real browser: both languages, light and dark, small screens, on paper, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from archive.services import withdrawing
from tests.web.conftest import World
from tests.web.test_pages_browser import NARROW, chromium, sideways, signed_in, site
from tests.web.test_subject import REASON, RECIPIENT, record

__all__ = ["chromium", "record", "site"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def pages(page: Page, world: World, site: str, record: UUID) -> Iterator[str]:
    """Go from page to page; yield the name of each as it stands there."""
    here = f"{site}{world.custody}/records/{record}/report"
    for name in ("report", "slip", "whole", "form"):
        page.goto(f"{site}/consent-form" if name == "form" else here)
        if name == "slip":
            page.locator("form[action$='/slip'] button").click()
            page.wait_for_url("**/slip")
        if name == "whole":
            page.locator("details summary").first.click()
            page.locator("#whole-safe").check()
            page.locator("form[action$='/whole'] button").click()
            page.wait_for_url("**/whole")
        yield name


@pytest.mark.parametrize("lang", ["en", "ug"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    world: World, chromium: Browser, site: str, record: UUID, lang: str, scheme: str
) -> None:
    found = {}
    with signed_in(world, chromium, site, lang, color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        for name in pages(page, world, site, record):
            found[name] = [violation["id"] for violation in Axe().run(page).response["violations"]]
    assert {name: ids for name, ids in found.items() if ids} == {}
    assert len(found) == 4


@pytest.mark.parametrize("lang", ["en", "ug"])
def test_nothing_scrolls_sideways_on_a_small_screen(
    world: World, chromium: Browser, site: str, record: UUID, lang: str
) -> None:
    wide = {}
    with signed_in(world, chromium, site, lang, viewport=NARROW, java_script_enabled=False) as context:
        page = context.new_page()
        for name in pages(page, world, site, record):
            if over := sideways(page):
                wide[name] = over
    assert wide == {}


def test_the_page_on_screen_prints_nothing_of_the_content(
    world: World, chromium: Browser, site: str, record: UUID
) -> None:
    with signed_in(world, chromium, site, "en", java_script_enabled=False) as context:
        page = context.new_page()
        for name in pages(page, world, site, record):
            page.emulate_media(media="print")
            seen = (
                page.get_by_text(RECIPIENT).first.is_visible() or page.get_by_text(REASON).first.is_visible()
            )
            assert seen is (name == "whole"), name
            page.emulate_media(media="screen")


def test_the_certificate_is_a_page_on_a_small_screen(
    world: World, chromium: Browser, site: str, record: UUID
) -> None:
    withdrawing.withdraw(world.standing.archive, world.standing.acting("keeper"), record)
    for lang in ("en", "ug"):
        with signed_in(world, chromium, site, lang, viewport=NARROW, bypass_csp=True) as context:
            page = context.new_page()
            page.goto(f"{site}/records/{record}/certificate")
            assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
            assert not sideways(page)
