"""A demo says on every page that it is one, to everybody and in each language; no other archive says so anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask_babel import gettext

from archive.app import create_app
from archive.config import Config
from archive.domain.rooms import RoomPurpose
from archive.services import accessioning
from tests.archives import draft, found
from tests.web.browsing import Browser
from tests.web.conftest import World
from tests.web.test_guard import VALUES

SAYS = "This is a demo. Every person in it is made up; do not enter anything real."
TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.fixture(scope="module")
def demo(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A demo archive with one record. ``world`` has made Argon2id cheap."""
    folder = tmp_path_factory.mktemp("demo") / "instance"
    with pytest.MonkeyPatch.context() as patch, found(folder, demo=True) as standing:
        patch.setattr(standing.archive.sessions, "take_step", lambda _member, _step: True)
        [record] = accessioning.accession(
            standing.archive, standing.acting("keeper"), standing.custody, [draft()]
        )
        yield World(standing, create_app(Config(instance=folder), standing.archive), {"one": record})


def addresses(app: Flask, room: UUID, record: UUID, lang: str) -> list[str]:
    """Every page there is, of this room and this record."""
    values = VALUES | {"room": room, "custody": room, "record": record, "number": 1, "lang": lang}
    adapter = app.url_map.bind("localhost")
    return [
        adapter.build(
            rule.endpoint, {name: values[name] for name in rule.arguments if name in values}
        ).partition("?")[0]
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint != "static" and not rule.rule.startswith("/api")
    ]


def pages(world: World, lang: str) -> Iterator[tuple[str, str, int, str]]:
    """(who, address, status, page) of everything that is answered with a page, whoever asks."""
    standing = world.standing
    some = next(iter(world.records.values()))
    rooms = {
        "keeper": standing.custody,
        "counsel": standing.rooms[RoomPurpose.MATTER],
        "nobody": standing.custody,
    }
    for who, room in rooms.items():
        browser = world.browser() if who == "nobody" else world.sign_in(who)
        yield from ((who, *one) for one in asked(browser, world.app, room, some, lang))


def asked(
    browser: Browser, app: Flask, room: UUID, record: UUID, lang: str
) -> Iterator[tuple[str, int, str]]:
    for address in addresses(app, room, record, lang):
        if address == "/leave":  # signs out and goes elsewhere
            continue
        response = browser.client.get(address, headers={"Accept-Language": lang})
        if response.mimetype == "text/html" and response.status_code != 303:
            yield address, response.status_code, response.get_data(as_text=True)
    refused = browser.client.post("/sign-in", data={"login": "x"}, headers={"Accept-Language": lang})
    yield "a form that ran out", refused.status_code, refused.get_data(as_text=True)


def said(app: Flask, lang: str) -> str:
    with app.test_request_context(headers={"Accept-Language": lang}):
        return str(gettext(SAYS))


@pytest.mark.parametrize("lang", ["en", "ug"])
def test_every_page_of_a_demo_says_so(demo: World, lang: str) -> None:
    sentence, seen = said(demo.app, lang), list(pages(demo, lang))
    silent = [(who, address, status) for who, address, status, page in seen if sentence not in page]
    assert silent == []
    assert {status for _who, _address, status, _page in seen} >= {200, 400, 404}
    assert len({address for who, address, status, _page in seen if (who, status) == ("keeper", 200)}) > 15


@pytest.mark.parametrize("lang", ["en", "ug"])
def test_no_page_of_another_archive_says_so(world: World, lang: str) -> None:
    sentence = said(world.app, lang)
    assert [one[:3] for one in pages(world, lang) if sentence in one[3]] == []


def test_whatever_begins_a_page_says_it() -> None:
    """A page of a kind that was not asked for above is built on one of these as well."""
    begins = {
        file.name: file.read_text() for file in TEMPLATES.rglob("*.html") if "<html" in file.read_text()
    }
    assert sorted(begins) == ["base_bare.html", "base_print.html"]
    assert all(SAYS in text for text in begins.values())
