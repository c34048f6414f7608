"""Marking passages in a real browser: by keyboard alone, without JavaScript, in both directions."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from archive.domain.consent import DataClass
from archive.services import accessioning
from tests.archives import account, consent, draft
from tests.web.chromium import signed_in
from tests.web.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BODIES = {
    "en": ("en", "They took Mira at dawn. They gave us pills. Nobody knew."),
    "ug": ("ug-Arab", "بىزنى تاڭ ئاتقاندا ئېلىپ كەتتى. دورا بەردى. ھېچكىم بىلمەيتتى."),
}


def stored(world: World, lang: str) -> str:
    tag, body = BODIES[lang]
    one = account(body, title="Pills", lang=tag)
    entry = consent(one.id, refused=(DataClass.MEDICAL,))
    standing = world.standing
    keeper = standing.acting("keeper")
    [record] = accessioning.accession(standing.archive, keeper, standing.custody, [draft(one, entry)])
    return f"{world.custody}/records/{record}"


def reach(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; fails when it never comes by."""
    for _press in range(120):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the focus never reaches {selector}")


def test_a_passage_is_marked_and_taken_back_by_keyboard_without_javascript(
    world: World, chromium: Browser, site: str
) -> None:
    path = stored(world, "en")
    with signed_in(world, chromium, site, "en", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}{path}")
        page.get_by_role("link", name="Mark passages").press("Enter")
        page.get_by_label("They gave us pills.").focus()
        page.keyboard.press("Space")
        page.get_by_label("Health").first.focus()
        page.keyboard.press("Space")
        page.get_by_label("Why they are marked").focus()
        page.keyboard.type("an invented reason")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator("mark").all_inner_texts() == ["They gave us pills."]
        assert page.get_by_text("[withheld] Nobody knew.").is_visible()
        page.get_by_role("button", name="Store the marks").press("Enter")
        assert page.get_by_text("The marks are stored").is_visible()
        assert page.get_by_text("1 passage is marked").is_visible()
        page.get_by_role("link", name="Mark passages").press("Enter")
        page.get_by_role("button", name="Remove this mark").press("Enter")
        assert page.locator("mark").count() == 0
        page.get_by_role("button", name="Store the marks").press("Enter")
        assert page.get_by_text("no passage is marked").is_visible()


def test_everything_is_reached_by_tab(world: World, chromium: Browser, site: str) -> None:
    with signed_in(world, chromium, site, "en") as context:
        page = context.new_page()
        page.goto(f"{site}{stored(world, 'en')}/passages")
        for selector in (
            "#texts-0-sentences-1", "#texts-0-words", "#texts-0-contains-0", "#texts-0-reason", "[value=mark]",
            "summary", "[formaction='#errors']",
        ):  # fmt: skip
            reach(page, selector)


@pytest.mark.parametrize("lang", ["en", "ug"])
def test_the_box_stands_where_the_reading_begins(
    world: World, chromium: Browser, site: str, lang: str
) -> None:
    with signed_in(world, chromium, site, lang) as context:
        page = context.new_page()
        page.goto(f"{site}{stored(world, lang)}/passages")
        first, box = (
            page.locator(at).first.bounding_box() for at in (".sentences .count", ".sentences input")
        )
        assert first
        assert box
        assert (box["x"] > first["x"]) is (lang == "ug")
