"""What all tests with hostile input share: forms stuffed with strings, what no answer may hold, and what is stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from tests.web.browsing import Browser, Page, PageForm, filled

KEPT = (
    "SELECT * FROM records",
    "SELECT id, record, number, event FROM consents",
    "SELECT id FROM bodies WHERE kind != 'log'",
    *(
        f"SELECT * FROM {name}"
        for name in ("recalls", "holds", "grants", "members", "slots", "rooms", "replaced")
    ),
)
"""What only a deed may change; an attempt, an opening and a search are logged."""


def stuffed(form: PageForm, strings: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """The form again and again, each of its fields with the next string, until every string was in some field."""
    names = sorted(form.written)
    endless = cycle(strings)
    for _time in range(-(-len(strings) // len(names))):
        yield dict(zip(names, islice(endless, len(names)), strict=True))


def clean(page: Page) -> None:
    """No markup of the sender's, no header of theirs, no address or title with their words."""
    assert "<script>alert" not in page.response.text
    assert "onload=x>" not in page.response.text
    assert "Set-Cookie: x" not in str(page.response.headers)


def check(browser: Browser, form: PageForm, path: str, values: dict[str, str]) -> None:
    page = browser.post(path, filled(form, values))
    assert page.status in (303, 422, 429), (path, page.status, values)
    if page.status == 303:
        page = browser.follow(page)
        assert page.status == 200, (path, values)
    clean(page)


def stored(instance: Path) -> list[list[tuple[object, ...]]]:
    """All of `KEPT` as it is now."""
    with sqlite3.connect(f"file:{instance / 'main' / 'archive.db'}?mode=ro", uri=True) as database:
        return [sorted(database.execute(wanted).fetchall()) for wanted in KEPT]
