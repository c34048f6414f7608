"""A real browser on the pages: somebody in it, watched for what it asks for and says; what can be measured there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page

from tests.web.conftest import World

NARROW = {"width": 320, "height": 640}


@contextmanager
def visiting(chromium: Browser, site: str, **how: object) -> Iterator[BrowserContext]:
    """A context of nobody, which asks for nothing outside and says nothing on the console."""
    context = chromium.new_context(**how)  # type: ignore[arg-type]
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


@contextmanager
def signed_in(
    world: World, chromium: Browser, site: str, lang: str, *, login: str = "keeper", **how: object
) -> Iterator[BrowserContext]:
    """As `visiting`, with a member's session in the cookie."""
    with visiting(chromium, site, **how) as context:
        member(context, world, lang, login)
        yield context


def member(context: BrowserContext, world: World, lang: str, login: str = "keeper") -> str:
    """Sign somebody in to a context; the session's token."""
    cookie = world.sign_in(login).cookie
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
    return cookie.split(".")[1]


def sideways(page: Page) -> int:
    """How far the page, or a table on it, can be scrolled to the side, once its style and its letters have come."""
    page.wait_for_load_state()
    found: int = page.evaluate(
        "document.fonts.ready.then(() =>"
        " Math.max(...[document.documentElement, ...document.querySelectorAll('.wide')]"
        ".map((part) => part.scrollWidth - part.clientWidth)))"
    )
    return found


def opened(page: Page) -> None:
    """Open everything that is closed at first, of a page that is whole."""
    page.wait_for_load_state()
    page.evaluate("document.querySelectorAll('details').forEach((closed) => { closed.open = true; })")
