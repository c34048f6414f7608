"""The log explorer: for auditors and officers, in plain words, with filters, the check and a checkpoint."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from archive.domain.identifiers import code_of
from archive.services import admitting, checkpoints, disclosing, transparency
from archive.services.admitting import Newcomer
from archive.web.log.presenting import WORDS
from tests.web.browsing import Browser, Page, filled
from tests.web.conftest import World, sign_in

PAGE = 50


@pytest.fixture
def opened(world: World) -> UUID:
    """A record that the keeper has just opened."""
    archive, keeper = world.standing.archive, world.standing.acting("keeper")
    disclosing.show(archive, keeper, world.standing.custody, world.records["both"])
    return world.records["both"]


@pytest.fixture(scope="module")
def grown(world: World) -> None:
    """More entries than two pages hold."""
    archive = world.standing.archive
    with archive.work() as unit:
        for _ in range(2 * PAGE + 1):
            transparency.append(archive, unit, None, "reindex", {})
        unit.commit()


@pytest.fixture(scope="session")
def officer(world: World) -> Browser:
    """Somebody who certifies others and holds no room."""
    archive = world.standing.archive
    made = admitting.admit(
        archive,
        [world.standing.acting("keeper")],
        Newcomer(login="second", name="Example Second", officer=True),
    )
    world.standing.people["second"] = made
    browser = world.browser()
    page = sign_in(browser, "second", made.passphrase, world.standing.code("second"))
    assert page.status == 303
    return browser


def numbers(page: Page) -> list[int]:
    return [int(found) for found in re.findall(r"Entry (\d+) ·", page.text)]


def narrowed(browser: Browser, asked: dict[str, str]) -> Page:
    form = next(form for form in browser.get("/log").forms if "since" in form.written)
    return browser.post(form.action, filled(form, asked))


def test_every_word_of_the_log_is_said_plainly() -> None:
    assert transparency.ACTIONS - WORDS.keys() == set()


def test_an_auditor_sees_who_did_what_and_what_stands_behind_it(
    keeper: Browser, grown: None, opened: UUID
) -> None:
    page = keeper.get("/log")
    assert page.status == 200
    said = numbers(page)
    assert said == sorted(said, reverse=True)
    assert len(said) == PAGE
    assert "The archive itself, or somebody not signed in : made a search index anew" in page.text
    assert "Example Keeper : opened a record ·" in page.text
    assert code_of(opened) in page.text
    assert "What stands behind it" in page.text
    assert page.title.startswith("Log ·")


def test_an_officer_sees_what_stands_in_the_clear(officer: Browser, opened: UUID, world: World) -> None:
    page = officer.get("/log")
    assert page.status == 200
    assert code_of(opened) in page.text
    assert "What stands behind it" not in page.text
    assert "Example Keeper" not in page.text
    assert f"Member {world.standing.people['keeper'].member.hex[:8]}" in page.text


def test_filters(keeper: Browser, opened: UUID, world: World) -> None:
    member = world.standing.people["keeper"].member
    day = world.standing.archive.clock().date().isoformat()
    for asked in (
        {"action": "open", "member": str(member)},
        {"record": str(opened)},
        {"record": opened.hex.upper(), "since": day, "until": day},
    ):
        found = keeper.follow(narrowed(keeper, asked))
        assert "opened a record" in found.text
        assert set(re.findall(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", found.text)) >= {code_of(opened)}
        assert "signed in" not in found.text.partition("Show")[2]
    assert "No entry is like that" in keeper.follow(narrowed(keeper, {"until": "2001-01-01"})).text
    assert "No entry is like that" in keeper.follow(narrowed(keeper, {"record": str(uuid4())})).text


def test_a_button_beside_an_entry_narrows_to_its_record_or_member(keeper: Browser, opened: UUID) -> None:
    narrow = next(
        form for form in keeper.get("/log").forms if form.action == "/log/filter" and not form.written
    )
    token = narrow.value("csrf_token")
    assert [name for name, _value in narrow.fields] == ["csrf_token"]
    page = keeper.follow(keeper.post("/log/filter", [("csrf_token", token), ("record", str(opened))]))
    assert set(re.findall(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", page.text)) == {code_of(opened)}


def test_filters_stand_in_no_address(keeper: Browser, opened: UUID) -> None:
    there = narrowed(keeper, {"record": str(opened)}).response.headers["Location"]
    assert re.fullmatch(r"/log/found/[0-9a-f-]{36}", there)
    assert str(opened) not in there


def test_the_address_of_filters_is_of_one_session(keeper: Browser, officer: Browser, opened: UUID) -> None:
    there = narrowed(keeper, {"record": str(opened)}).response.headers["Location"]
    assert officer.get(there).status == 404
    assert keeper.get(f"/log/found/{uuid4()}").status == 404


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"since": "yesterday"}, "Not a valid date value."),
        ({"record": "drop table"}, "Write the record's id"),
        ({"action": "opened"}, "Not a valid choice."),
        ({"member": "nobody"}, "Not a valid choice."),
    ],
)
def test_filters_that_need_attention(keeper: Browser, asked: dict[str, str], said: str) -> None:
    page = narrowed(keeper, asked)
    assert page.status == 422
    assert said in page.text
    assert keeper.follow(keeper.get("/log/filter")).status == 200


def test_pages(keeper: Browser, grown: None) -> None:
    first = keeper.get("/log")
    seen = numbers(first)
    page = first
    while older := [href for href, rel in page.links if rel == "next"]:
        page = keeper.get(older[0])
        assert numbers(page)[0] == seen[-1] - 1
        seen += numbers(page)
    assert seen[-1] == 0
    assert [rel for _href, rel in page.links if rel == "prev"] == ["prev"]
    assert keeper.get("/log/from/1000000000000").status == 200
    assert keeper.get("/log/from/99999999999999999999").status == 404


def test_it_is_linked_only_for_those_who_may(
    keeper: Browser, officer: Browser, reader: Browser, world: World
) -> None:
    for browser, may in (
        (keeper, True),
        (officer, True),
        (reader, False),
        (world.sign_in("outsider"), False),
    ):
        assert ("/log" in [href for href, _rel in browser.get("/").links]) is may


def test_for_everybody_else_there_is_nothing(reader: Browser, world: World) -> None:
    absent = reader.get("/no/such/page")
    token = reader.get("/account").form("/sign-out").value("csrf_token")
    for path in ("/log", "/log/from/3", "/log/filter", "/log/verify", "/log/checkpoint"):
        page = reader.get(path)
        assert (page.status, page.response.data) == (404, absent.response.data), path
    for path in ("/log/filter", "/log/verify", "/log/checkpoint"):
        posted = reader.post(path, [("csrf_token", token)])
        assert (posted.status, posted.response.data) == (404, absent.response.data), path
    archive, keeper = world.standing.archive, world.standing.acting("keeper")
    last = transparency.entries(archive, keeper, count=10, newest=True)
    refused = [line for line in last if line.action == "refused"]
    assert {line.actor for line in refused} == {world.standing.people["reader"].member}
    assert len(refused) == 8


def test_what_was_searched_for_is_on_no_page(keeper: Browser, world: World) -> None:
    form = keeper.get(world.reading).form(f"{world.reading}/search")
    keeper.send(form, text="zzyzx")
    page = keeper.get("/log")
    assert "searched a room" in page.text
    assert "zzyzx" not in page.response.get_data(as_text=True)


@pytest.fixture
def fresh(world: World) -> Iterator[None]:
    """A host that has signed nothing yet."""
    kept = world.standing.instance / "host" / "log.checkpoint"
    kept.unlink(missing_ok=True)
    yield
    kept.unlink(missing_ok=True)


def test_the_check_says_what_it_proves_and_what_it_does_not(
    keeper: Browser, fresh: None, world: World
) -> None:
    asked = keeper.get("/log/verify")
    assert "Only a checkpoint kept elsewhere shows that" in asked.text
    assert "Nothing was found" not in asked.text
    found = keeper.send(asked.form("/log/verify"))
    assert "Nothing was found to be wrong" in found.text
    assert "signed no checkpoint yet" in found.text
    checkpoints.checkpoint(world.standing.archive)
    found = keeper.send(asked.form("/log/verify"))
    assert "is the beginning of the log" in found.text
    assert "Only a checkpoint kept elsewhere shows that" in found.text


def test_the_check_finds_an_entry_that_was_changed(keeper: Browser, world: World) -> None:
    path = world.standing.instance / "main" / "archive.db"
    database = sqlite3.connect(path)
    try:
        kept = database.execute("SELECT sql FROM sqlite_master WHERE name = 'log_no_update'").fetchone()[0]
        database.execute("DROP TRIGGER log_no_update")
        [[was]] = database.execute("SELECT action FROM log WHERE number = 2").fetchall()
        database.execute("UPDATE log SET action = 'fsck' WHERE number = 2")
        database.commit()
        found = keeper.send(keeper.get("/log/verify").form("/log/verify"))
        database.execute("UPDATE log SET action = ? WHERE number = 2", (was,))
        database.execute(kept)
        database.commit()
    finally:
        database.close()
    assert "The log is not what was written" in found.text
    assert "2 : An entry of the log was changed." in found.text
    assert "Nothing was found" not in found.text


def test_a_checkpoint_is_taken_away(keeper: Browser, fresh: None, world: World) -> None:
    form = keeper.get("/log/verify").form("/log/checkpoint")
    given = keeper.send(form).response
    assert given.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert given.headers["Cache-Control"] == "no-store"
    proven = checkpoints.verify(checkpoints.key(world.standing.archive).lines, given.get_data(as_text=True))
    assert proven.size > 0
    assert keeper.get("/log/checkpoint").response.headers["Location"] == "/log/verify"


def test_in_uyghur_it_runs_from_right_to_left(world: World) -> None:
    browser = world.sign_in("keeper")
    page = browser.get("/log")
    spoken = browser.send(page.form("/language"), button=("lang", "ug"))
    again = browser.follow(spoken)
    assert 'dir="rtl"' in again.response.get_data(as_text=True)
    assert again.status == 200
