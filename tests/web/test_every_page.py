"""Every page there is, in both languages, light and dark, wide and small: whole to axe and to the eye, and alone.

The routes of the application say which pages there are: one without a visit fails. Our scripts run; that they change
nothing on a page until a key is pressed is part of what is measured, so that all of it holds without them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, request, template_rendered
from playwright.sync_api import Browser, Page

from archive.app import create_app, templates
from archive.config import Config
from archive.web.language import KNOWN
from tests.web.chromium import NARROW, opened, sideways, signed_in, visiting
from tests.web.conftest import World
from tests.web.every_page import Walk, keeper, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE = {"width": 1100, "height": 800}
LEADS_ON = {
    ("GET", "/leave"),
    ("POST", "/language"),
    ("POST", "/sign-out"),
    ("POST", "/sign-out-everywhere"),
    ("GET", "/rooms/<uuid:room>/search"),
    ("GET", "/rooms/<uuid:room>/records/<uuid:record>/consent/receipt"),
    ("GET", "/rooms/<uuid:room>/records/<uuid:record>/report/slip"),
    ("GET", "/rooms/<uuid:room>/records/<uuid:record>/report/whole"),
    ("GET", "/records/<uuid:record>/certificate/signed"),
    ("POST", "/rooms/<uuid:room>/recalls"),
    ("GET", "/desk/find"),
    ("GET", "/desk/records/<uuid:record>/limit"),
    ("GET", "/desk/records/<uuid:record>/withdraw"),
    ("GET", "/desk/records/<uuid:record>/destroy"),
    ("GET", "/desk/records/<uuid:record>/undo"),
    ("POST", "/desk/place/<uuid:custody>"),
    ("POST", "/desk/clock"),
    ("POST", "/rooms/<uuid:room>/shortlist"),
    ("GET", "/rooms/<uuid:room>/exhibits"),
    ("POST", "/rooms/<uuid:room>/exhibits"),
    ("GET", "/rooms/<uuid:room>/exhibits/<uuid:note>/signed"),
    ("GET", "/rooms/<uuid:room>/exhibits/<uuid:note>/<int(max=100):number>/signed"),
    ("GET", "/log/filter"),
    ("GET", "/log/checkpoint"),
    ("POST", "/log/checkpoint"),
}
"""What never answers a member with a page of its own, but leads to one, or is a download."""
WORDS = re.compile(r"<any\(([^)]*)\):(\w+)>")
AS_SENT = """(sent) => new DOMParser().parseFromString(sent, "text/html").documentElement.outerHTML
    === document.documentElement.outerHTML"""
ALL = "{resultTypes: ['violations']}"
SHAPES = "{resultTypes: ['violations'], rules: {'color-contrast': {enabled: false}}}"
COLOURS = "{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}"


class Shown(NamedTuple):
    """A page that was made: asked for how and where, of which template."""

    method: str
    address: str
    template: str


def pages(app: Flask) -> set[tuple[str, str]]:
    """Method and address of every route that may answer with a page; of ``any(…)`` each word is a route."""
    return {
        (method, WORDS.sub(word, rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and not rule.rule.startswith("/api/")
        for method in (rule.methods or set()) & {"GET", "POST"}
        for word in re.findall(r"\w+", "".join(found[0] for found in WORDS.findall(rule.rule))) or [""]
    }


def whole_templates() -> set[str]:
    """Every template that is a page, and not a part or a layout of one."""
    named = {path.relative_to(templates()) for path in templates().rglob("*.html")}
    return {
        path.as_posix()
        for path in named
        if path.parts[0] not in ("components", "layouts") and not path.name.startswith(("_", "base"))
    }


class Watch:
    """While it is on: the pages that the application makes, and those of them that were measured."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.made: list[Shown] = []
        self.measured: set[Shown] = set()

    def __call__(self, _app: Flask, template: object, **_context: object) -> None:
        rule, values = request.url_rule, request.view_args or {}
        address = WORDS.sub(lambda word: str(values[word[2]]), rule.rule) if rule else ""
        self.made.append(Shown(request.method, address, str(getattr(template, "name", ""))))

    def unmeasured(self) -> list[str]:
        routes = {(shown.method, shown.address) for shown in self.measured}
        return sorted(
            [f"{method} {address}" for method, address in pages(self.app) - LEADS_ON - routes]
            + [f"leads on, yet has a page: {method} {address}" for method, address in routes & LEADS_ON]
            + [f"made on the way: {shown}" for shown in set(self.made) - self.measured]
            + sorted(whole_templates() - {shown.template for shown in self.measured})
        )


def changed(walk: Walk) -> list[str]:
    """Whether our scripts made another page of what was sent."""
    assert walk.answer
    return [] if walk.page.evaluate(AS_SENT, walk.answer.text()) else ["a script changed it"]


def faults(page: Page, lang: str) -> Iterator[str]:
    """What is wrong with the page that stands there, in light and in dark, wide and small, closed and opened."""
    language = KNOWN[lang]
    root = page.locator("html")
    if (root.get_attribute("lang"), root.get_attribute("dir")) != (language.tag, language.direction):
        yield "lang or dir"
    if page.locator("h1").count() != 1:
        yield f"{page.locator('h1').count()} headings of the first rank"
    if not re.fullmatch(r"\S.* · Guwah", page.title()):
        yield f"title {page.title()!r}"
    page.evaluate(Axe().axe_script)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    yield from (f"{how} px sideways" for how in [sideways(page)] if how)
    yield from violations(page, SHAPES)
    opened(page)
    yield from (f"{how} px sideways, opened" for how in [sideways(page)] if how)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    yield from violations(page, ALL)
    page.emulate_media(color_scheme="dark")
    yield from (f"dark: {found}" for found in violations(page, COLOURS))
    page.emulate_media(color_scheme="light")


def violations(page: Page, options: str) -> Iterator[str]:
    """What axe finds, which must have been brought to the page."""
    for found in page.evaluate(f"axe.run(document, {options}).then((told) => told.violations)"):
        yield f"{found['id']}: {[node['html'][:160] for node in found['nodes']][:3]}"


@pytest.mark.parametrize("lang", ["en", "ug"])
def test_every_page(world: World, chromium: Browser, site: str, lang: str) -> None:
    watch, found = Watch(world.app), {}
    how: dict[str, Any] = {"locale": lang, "bypass_csp": True, "color_scheme": "light", "viewport": WIDE}
    with ExitStack() as stack:
        stack.enter_context(template_rendered.connected_to(watch, world.app))
        nobody = stack.enter_context(visiting(chromium, site, **how))
        somebody = stack.enter_context(signed_in(world, chromium, site, lang, **how))
        for journey, context in ((visitor, nobody), (keeper, somebody)):
            walk = Walk(context.new_page(), world, site, lang)
            for name in journey(walk):
                walk.page.wait_for_load_state()
                watch.measured.add(watch.made[-1])
                if wrong := [*changed(walk), *faults(walk.page, lang)]:
                    found[f"{journey.__name__}: {name} ({watch.made[-1].template})"] = wrong
    assert found == {}
    assert watch.unmeasured() == []


def test_a_route_without_a_visit_is_found(world: World) -> None:
    app = create_app(Config(instance=world.standing.instance), world.standing.archive)
    app.add_url_rule("/forgotten/<any(one, other):word>", view_func=lambda word: word, endpoint="forgotten")
    unmeasured = Watch(app).unmeasured()
    assert {"GET /forgotten/one", "GET /forgotten/other", "POST /log/verify", "doorway.html"} <= set(
        unmeasured
    )


def test_a_faulty_page_is_found(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(
        "<html lang='en' dir='rtl'><title>Record</title><h1>One</h1><h1>Two</h1><img src='data:,'>"
        "<p style='inline-size: 400px; color: #777; background: light-dark(#fff, #888)'>Hardly seen</p>"
    )
    page.emulate_media(color_scheme="light")
    found = " ".join(faults(page, "en"))
    for wrong in (
        "lang or dir",
        "2 headings",
        "title 'Record'",
        "px sideways",
        "image-alt",
        "dark: color-contrast",
    ):
        assert wrong in found
    assert not page.evaluate(AS_SENT, "<p>Another page</p>")
    page.close()
