"""The person's pages in a real browser: what is printed of them, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from tests.web.chromium import signed_in
from tests.web.conftest import World
from tests.web.test_subject import REASON, RECIPIENT, record

__all__ = ["record"]  # fixture

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
