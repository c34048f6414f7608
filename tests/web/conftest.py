"""The archive that the pages are tried on: a real one, founded once, with a few invented accounts in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from archive.app import create_app
from archive.config import Config
from archive.crypto import kdf
from archive.domain.consent import DataClass
from archive.domain.records import Text
from archive.services import accessioning
from tests.archives import KEPT, Standing, abuse, account, consent, draft, found, place
from tests.web.browsing import Browser, Page

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class World:
    """A founded archive, its application, and who is signed in."""

    standing: Standing
    app: Flask
    records: dict[str, UUID]

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def sign_in(self, login: str, browser: Browser | None = None) -> Browser:
        browser = browser or self.browser()
        who = self.standing.people[login]
        page = sign_in(browser, login, who.passphrase, self.standing.code(login))
        assert page.status == 303, page.text
        return browser

    @property
    def custody(self) -> str:
        return f"/rooms/{self.standing.custody}"

    @property
    def reading(self) -> str:
        return f"/rooms/{self.standing.reading}"


def sign_in(browser: Browser, login: str, passphrase: str, code: str) -> Page:
    form = browser.get("/sign-in").form("/sign-in")
    return browser.send(form, login=login, passphrase=passphrase, code=code)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Argon2id is made cheap and a one-time code may be used again: these tests are about neither."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kdf, "FLOOR", kdf.Cost(32, 1, 4))
        folder: Path = tmp_path_factory.mktemp("web") / "instance"
        with found(folder) as standing:
            patch.setattr(standing.archive.sessions, "take_step", lambda _member, _step: True)
            records = seeded(standing)
            yield World(standing, create_app(Config(instance=folder), standing.archive), records)


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:
    """The application on a port of this machine."""
    server = make_server("localhost", 0, world.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True, args=ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def visitor(world: World) -> Browser:
    return world.browser()


@pytest.fixture(scope="session")
def keeper(world: World) -> Browser:
    return world.sign_in("keeper")


@pytest.fixture(scope="session")
def reader(world: World) -> Browser:
    return world.sign_in("reader")


UYGHUR = "بىزنى تاڭ ئاتقاندا ئېلىپ كەتتى."
ENGLISH = "They took us away at dawn. The soup was cold."
MANY = 22


def seeded(standing: Standing) -> dict[str, UUID]:
    """Accounts by short names: two languages, one that speaks of sexual violence, and enough for a second page."""
    both = account(UYGHUR, title="تاڭ", lang="ug-Arab", tags=(place("xj-kashgar-kashi"), abuse("arrest")))
    both = replace(
        both,
        content_note=("death",),
        texts=(
            *both.texts,
            Text(
                id="english",
                role="translation",
                lang="en",
                direction="ltr",
                body=ENGLISH,
                translator="Example Translator",
                reviewed=tuple(DataClass),
            ),
        ),
    )
    closed = account("What the guard did.", title="Hidden part", tags=(place("xj-hotan"), abuse("rape")))
    closed = replace(
        closed, texts=(replace(closed.texts[0], contains=(DataClass.NARRATIVE, DataClass.SEXUAL_VIOLENCE)),)
    )
    kept = account("This one is kept and shown to nobody else.", title="Kept")
    drafts = {
        "both": draft(both),
        "closed": draft(closed, consent(closed.id, refused=(DataClass.SEXUAL_VIOLENCE,))),
        "kept": draft(kept, consent(kept.id, KEPT)),
    }
    drafts |= {
        f"many-{number}": draft(
            account(f"Winter number {number}.", title=f"Winter {number}", tags=(place("xj-urumqi"),))
        )
        for number in range(MANY)
    }
    stored = accessioning.accession(
        standing.archive, standing.acting("keeper"), standing.custody, list(drafts.values())
    )
    return dict(zip(drafts, stored, strict=True))
