"""The interface in two languages and two directions; every text of a record keeps its own."""

from __future__ import annotations

import pytest

from archive.app import create_app
from archive.config import Config
from tests.web.browsing import Browser
from tests.web.conftest import ENGLISH, UYGHUR, World


def page_language(browser: Browser, path: str = "/sign-in", **headers: str) -> str:
    html = browser.get(path, **headers).response.text
    return html[html.index("<html") :].partition(">")[0]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ug", 'lang="ug" dir="rtl"'),
        ("ug-CN,zh;q=0.9", 'lang="ug" dir="rtl"'),
        ("en-GB", 'lang="en" dir="ltr"'),
        ("tlh", 'lang="en" dir="ltr"'),
        ("\x7f;;,", 'lang="en" dir="ltr"'),
    ],
)
def test_the_browser_s_language_is_taken_where_there_is_no_choice(
    visitor: Browser, asked: str, found: str
) -> None:
    assert found in page_language(visitor, **{"Accept-Language": asked})


def test_a_choice_wins_and_leads_back(visitor: Browser) -> None:
    form = visitor.get("/safety").form("/language")
    page = visitor.send(form, button=("lang", "ug"))
    assert page.response.headers["Location"] == "/safety"
    assert 'lang="ug" dir="rtl"' in page_language(visitor, **{"Accept-Language": "en"})


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "evil",
        "",
        "/\r\nSet-Cookie: x=y",
        "/\x00",
    ],
)
def test_it_leads_nowhere_else(visitor: Browser, back: str) -> None:
    page = visitor.send(visitor.get("/safety").form("/language"), button=("lang", "ug"), back=back)
    assert (page.status, page.response.headers["Location"]) == (303, "/")


def test_an_unknown_language_changes_nothing(visitor: Browser) -> None:
    visitor.send(visitor.get("/safety").form("/language"), button=("lang", "<script>"))
    assert 'lang="en"' in page_language(visitor)


def test_an_archive_may_put_uyghur_first(world: World) -> None:
    config = Config(instance=world.standing.instance, languages=("ug", "en"))
    browser = Browser(create_app(config, world.standing.archive).test_client())
    assert 'lang="ug" dir="rtl"' in page_language(browser)


@pytest.mark.parametrize("chosen", ["en", "ug"])
def test_each_text_says_its_language_and_direction(world: World, chosen: str) -> None:
    browser = world.sign_in("keeper")
    browser.send(browser.get("/").form("/language"), button=("lang", chosen))
    page = browser.get(f"{world.custody}/records/{world.records['both']}")
    assert page.said(UYGHUR) == ("ug-Arab", "rtl")
    assert page.said(ENGLISH) == ("en", "ltr")
    assert page.said("تاڭ") == ("ug-Arab", "rtl")
