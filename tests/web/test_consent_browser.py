"""Consent in a real browser: the whole journey of four people, in both languages, with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from archive.web.language import KNOWN
from tests.web.chromium import member, opened
from tests.web.conftest import World
from tests.web.desk_cast import appointed

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def enter(world: World, chromium: Browser, login: str, lang: str, script: bool) -> Page:
    """Somebody who is signed in, on a page of their own browser."""
    context = chromium.new_context(java_script_enabled=script)
    member(context, world, lang, login)
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


@pytest.mark.parametrize("lang", ["en", "ug"])
@pytest.mark.parametrize("script", [True, False])
def test_the_whole_journey(world: World, chromium: Browser, site: str, lang: str, script: bool) -> None:
    """A cataloguer asks and reads back, a researcher reads, the desk closes, the person closes the rest."""
    keeper, reader, desk = (
        enter(world, chromium, login, lang, script) for login in ("keeper", "reader", appointed(world))
    )
    nobody = chromium.new_context(java_script_enabled=script, locale=lang).new_page()
    try:
        record, code = _told_and_read_back(keeper, world, site)
        path = f"{site}{world.reading}/records/{record}"
        assert _status(reader, path) == 200
        reader.locator("details.closed > summary").click()
        assert reader.get_by_text("The snow came early.").is_visible()
        _limited_at_the_desk(desk, site, code)
        assert _status(reader, reader.url) == 404, "open a moment ago, and gone at the next request"
        assert reader.get_by_text("The snow came early.").count() == 0
        slip = _given_again(keeper, world, site, record)
        assert _status(reader, path) == 200
        _taken_back(nobody, site, slip, lang)
        assert _status(reader, path) == 404
        assert _status(keeper, f"{site}{world.custody}/records/{record}") == 404
        desk.goto(f"{site}/desk")
        assert desk.get_by_text(code).is_visible(), "the desk sees that it waits to be destroyed"
    finally:
        for page in (keeper, reader, desk, nobody):
            page.context.close()


def _status(page: Page, address: str) -> int:
    response = page.goto(address)
    assert response
    return response.status


def _told_and_read_back(keeper: Page, world: World, site: str) -> tuple[str, str]:
    keeper.goto(f"{site}{world.custody}/new/testimony")
    opened(keeper)
    for name in ("keep", "researchers"):
        keeper.locator(f"input[name=consent-asked-{name}][value=yes]").check()
    keeper.locator("input[name=consent-asked-publish][value=no]").check()
    keeper.locator("#title").fill("A spring, in a browser")
    keeper.locator("select[name=texts-0-lang]").select_option("en")
    keeper.locator("textarea[name=texts-0-body]").fill("The snow came early.")
    for name in ("title_reviewed", "texts-0-reviewed"):
        keeper.locator(f"input[name={name}][value=every]").check()
    keeper.locator("button[formaction='#errors']").click()
    keeper.wait_for_url("**/records/**")
    record = keeper.url.partition("/records/")[2].partition("#")[0]
    code = keeper.locator("p.quiet code").first.inner_text()
    keeper.goto(f"{site}{world.custody}/records/{record}/consent/aloud")
    assert keeper.locator(".aloud li.yes").count() == 2
    assert keeper.locator(".aloud li.no").count() == 1
    assert keeper.locator(".aloud li.not-asked").count() == 4
    return record, code


def _limited_at_the_desk(desk: Page, site: str, code: str) -> None:
    desk.goto(f"{site}/desk")
    desk.locator("#code").fill(code.lower())
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/desk/records/*")
    assert code not in desk.url
    desk.locator("input[name=purposes][value=reading]").check()
    desk.locator("form[action$='/limit'] button").click()
    desk.locator("button[value=confirm]").focus()
    with desk.expect_navigation():
        desk.keyboard.press("Enter")


def _given_again(keeper: Page, world: World, site: str, record: str) -> str:
    """Consent is given anew, over the desk's no as well, and a code given out."""
    home = f"{site}{world.custody}/records/{record}/consent"
    keeper.goto(f"{home}/renew")
    keeper.locator("input[name=how][value=replace]").check()
    for name in ("keep", "researchers"):
        keeper.locator(f"input[name=consent-asked-{name}][value=yes]").check()
    keeper.locator("button[value=preview]").click()
    keeper.locator("button[value=confirm]").click()
    keeper.goto(home)
    keeper.locator("form[action$='/receipt'] button").click()
    return keeper.locator("code.receipt").inner_text()


def _taken_back(nobody: Page, site: str, slip: str, lang: str) -> None:
    nobody.goto(f"{site}/sign-in")
    assert nobody.locator("html").get_attribute("dir") == KNOWN[lang].direction
    nobody.locator("a[href='/withdraw']").click()
    nobody.locator("#code").fill(slip)
    nobody.keyboard.press("Enter")
    nobody.wait_for_load_state()
    nobody.locator("button[value=confirm]").click()
    nobody.wait_for_load_state()
    assert slip not in nobody.content()
    assert nobody.url == f"{site}/withdraw"
