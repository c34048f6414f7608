"""Counsel's pages in a real browser: without JavaScript, by keyboard, on paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from archive.domain.rooms import RoomPurpose
from archive.services import exhibiting, verifying
from tests.web.chromium import signed_in
from tests.web.conftest import ENGLISH, World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def matter(world: World) -> str:
    return f"/rooms/{world.standing.rooms[RoomPurpose.MATTER]}"


def pages(page: Page, world: World, site: str) -> dict[str, str]:
    """Shortlist two records and one that is not there, make their sheets; where all of it stands."""
    home = f"{site}{matter(world)}"
    for name in ("both", "closed"):
        page.goto(f"{home}/records/{world.records[name]}")
        page.locator("button[value^='add ']").click()
        page.wait_for_load_state()
    page.goto(f"{home}/shortlist")
    page.locator("button[formaction$='/exhibits']:not([name])").click()
    page.wait_for_url("**/exhibits/*")
    made = page.url
    return {"hits": home, "shortlist": f"{home}/shortlist", "made": made, "print": f"{made}/print"}


def test_counsel_s_journey_by_keyboard_without_javascript(
    world: World, chromium: Browser, site: str, tmp_path: Path
) -> None:
    with signed_in(world, chromium, site, "en", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}{matter(world)}")
        page.get_by_label("Words to search for").fill("soup")
        page.keyboard.press("Enter")
        page.wait_for_url("**/found/**")
        page.get_by_role("button", name="Add to shortlist").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.get_by_text("On your shortlist.").is_visible()
        assert page.get_by_label("Words to search for").input_value() == "soup", "the search stands as it was"
        page.get_by_role("link", name="Your shortlist: 1 record").click()
        page.get_by_role("button", name="Make the exhibit sheets").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/exhibits/*")
        with page.expect_download() as downloading:
            page.get_by_role("link", name="Signed JSON").click()
        file = tmp_path / "exhibit.json"
        downloading.value.save_as(file)
        [found] = verifying.verify(file.read_bytes(), exhibiting.fingerprint(world.standing.archive))
        assert found.holds
        page.get_by_role("link", name="Print view", exact=True).click()
        assert page.get_by_text(ENGLISH).is_visible()
        page.wait_for_load_state()
        page.emulate_media(media="print")
        assert not page.get_by_text("Paper can be lost or seized").is_visible()
        assert not page.get_by_role("link", name="Leave at once").is_visible()


def test_each_sheet_is_a_page_of_its_own_with_its_texts_side_by_side(
    world: World, chromium: Browser, site: str
) -> None:
    with signed_in(world, chromium, site, "en", viewport={"width": 718, "height": 1000}) as context:
        page = context.new_page()
        page.goto(pages(page, world, site)["print"])
        page.emulate_media(media="print")
        left, right = (
            one.bounding_box() for one in page.locator(".sheet").first.locator(".texts > section").all()
        )
        assert left is not None
        assert right is not None
        assert abs(left["y"] - right["y"]) < 1
        assert left["x"] + left["width"] <= right["x"]
        breaks = page.locator(".sheet").evaluate_all(
            "all => all.map((one) => getComputedStyle(one).breakBefore)"
        )
        assert breaks == ["auto", "page"]
