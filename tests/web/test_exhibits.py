"""Counsel's shortlist and exhibit sheets: made of what a matter room shows now, and of nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from archive.domain.consent import Basis, ConsentEntry, Event
from archive.domain.identifiers import code_of, new_id
from archive.domain.rooms import RoomPurpose
from archive.services import accessioning, consenting, exhibiting, verifying
from tests.archives import account, draft
from tests.web.browsing import Browser, Page
from tests.web.conftest import ENGLISH, UYGHUR, World


@pytest.fixture
def counsel(world: World) -> Browser:
    return world.sign_in("counsel")


@pytest.fixture
def matter(world: World) -> str:
    return f"/rooms/{world.standing.rooms[RoomPurpose.MATTER]}"


@pytest.fixture
def passing(world: World) -> UUID:
    """A record whose consent is suspended by the test."""
    [record] = accessioning.accession(
        world.standing.archive,
        world.standing.acting("keeper"),
        world.standing.custody,
        [draft(account(title="Passing"))],
    )
    return record


def suspend(world: World, record: UUID) -> None:
    keeper, today = world.standing.acting("keeper"), datetime.now(UTC).date()
    said = ConsentEntry(id=new_id(), record=record, event=Event.SUSPEND, basis=Basis.CONSENT, at=today)
    consenting.append(world.standing.archive, keeper, world.standing.custody, said)


def do(browser: Browser, matter: str, deed: str, record: UUID | None = None) -> Page:
    """Press a button of the shortlist's page, as it stands there."""
    form = browser.get(f"{matter}/shortlist").form(f"{matter}/shortlist")
    button = ("do", f"{deed} {record.hex}" if record else deed)
    if deed != "add":
        assert button in form.buttons, form.buttons
    return browser.follow(browser.send(form, button=button))


def order(browser: Browser, matter: str) -> list[str]:
    page = browser.get(f"{matter}/shortlist")
    return [one.removeprefix("r-") for one in page.ids if one.startswith("r-")]


def made(browser: Browser, matter: str) -> Page:
    """Press the button that makes all sheets."""
    form = browser.get(f"{matter}/shortlist").form(f"{matter}/shortlist")
    return browser.follow(browser.send(form, f"{matter}/exhibits"))


def to(page: Page, end: str) -> list[str]:
    return [href for href, _rel in page.links if href.endswith(end)]


def test_records_are_added_from_hits_and_from_their_page(world: World, counsel: Browser, matter: str) -> None:
    both, closed = world.records["both"], world.records["closed"]
    hits = counsel.follow(counsel.send(counsel.get(matter).form(f"{matter}/search"), text="soup"))
    form = hits.form(f"{matter}/search", button=f"add {both.hex}")
    there = hits.response.request.path
    assert form.value("back") == there
    page = counsel.send(form, f"{matter}/shortlist", button=("do", f"add {both.hex}"))
    assert page.response.headers["Location"] == f"{there}#r-{both}"
    again = counsel.follow(page)
    assert ("do", f"remove {both.hex}") in again.form(f"{matter}/search", button=f"remove {both.hex}").buttons
    assert "Your shortlist: 1 record" in again.text
    record = counsel.get(f"{matter}/records/{closed}")
    form = record.form(button=f"add {closed.hex}")
    page = counsel.send(form, f"{matter}/shortlist", button=("do", f"add {closed.hex}"))
    assert page.response.headers["Location"] == f"{matter}/records/{closed}#r-{closed}"
    assert "On your shortlist." in counsel.follow(page).text
    assert order(counsel, matter) == [str(both), str(closed)]


def test_the_search_itself_stays_as_it_was(world: World, counsel: Browser, matter: str) -> None:
    form = counsel.get(matter).form(f"{matter}/search")
    found = counsel.follow(counsel.send(form, text="soup"))
    assert "1 record found" in found.text
    assert not [form for form in found.forms if ("do", "add") in form.buttons]


def test_order_removal_undo_and_count(world: World, counsel: Browser, matter: str) -> None:
    one, two, three = (world.records[name] for name in ("both", "closed", "many-1"))
    empty = counsel.get(f"{matter}/shortlist")
    assert "Nothing is on it yet" in empty.text
    form = empty.form(f"{matter}/shortlist")
    stale = counsel.send(form, f"{matter}/exhibits")
    assert stale.response.headers["Location"] == f"{matter}/shortlist"
    assert "when you sign out, it is gone" in empty.text
    for record in (one, two, three, two):
        do(counsel, matter, "add", record)
    assert order(counsel, matter) == [str(one), str(two), str(three)]
    assert "3 records." in do(counsel, matter, "up", three).text
    assert order(counsel, matter) == [str(one), str(three), str(two)]
    do(counsel, matter, "down", one)
    assert order(counsel, matter) == [str(three), str(one), str(two)]
    do(counsel, matter, "remove", one)
    assert order(counsel, matter) == [str(three), str(two)]
    do(counsel, matter, "undo")
    assert order(counsel, matter) == [str(three), str(one), str(two)]
    assert "Nothing is on it yet" in do(counsel, matter, "empty").text
    do(counsel, matter, "undo")
    assert len(order(counsel, matter)) == 3


def test_it_is_gone_with_the_session_and_nobody_else_s(world: World, counsel: Browser, matter: str) -> None:
    do(counsel, matter, "add", world.records["both"])
    assert order(world.sign_in("counsel"), matter) == []
    counsel.send(counsel.get("/").form("/sign-out"))
    assert order(world.sign_in("counsel", counsel), matter) == []


def test_sheets_are_made_printed_and_downloaded(world: World, counsel: Browser, matter: str) -> None:
    both, closed = world.records["both"], world.records["closed"]
    for record in (both, closed):
        do(counsel, matter, "add", record)
    page = made(counsel, matter)
    assert code_of(both) in page.text
    assert "Paper and files can be lost" in page.text
    [whole] = [href for href in to(page, "/print") if href.count("/") == 5]
    paper = counsel.get(whole)
    text, html = paper.text, paper.response.text
    assert html.count('<article class="sheet"') == 2
    for said in (
        ENGLISH,
        UYGHUR,
        "Who was present",
        "Signature of counsel",
        "Example Counsel",
    ):
        assert said in text
    assert paper.said(UYGHUR) == ("ug-Arab", "rtl")
    assert paper.said(ENGLISH) == ("en", "ltr")
    assert html.index(UYGHUR) < html.index(ENGLISH)
    assert html.index("Death") < html.index(UYGHUR), "what harm it speaks of comes first"
    assert "[withheld]" in text
    assert "guard" not in text
    fingerprint = exhibiting.fingerprint(world.standing.archive)
    assert fingerprint in text.replace(" ", "")
    singles = [href for href in to(page, "/signed") if href.count("/") == 6]
    downloads = [counsel.client.get(href) for href in singles]
    for download in downloads:
        assert download.headers["Content-Disposition"].startswith("attachment; filename=exhibit-")
        assert download.headers["Cache-Control"] == "no-store"
        [found] = verifying.verify(download.data, fingerprint)
        assert found.holds
        assert found.code in text
    assert downloads[0].data == counsel.client.get(singles[0]).data, "the bytes are the same each time"
    [together] = [href for href in to(page, "/signed") if href not in singles]
    several = counsel.client.get(together).data
    assert len(verifying.verify(several, fingerprint)) == 2
    assert json.loads(several)["exhibits"][0] == json.loads(downloads[0].data)


def test_one_sheet_of_one_record(world: World, counsel: Browser, matter: str) -> None:
    both = world.records["both"]
    do(counsel, matter, "add", both)
    do(counsel, matter, "add", world.records["closed"])
    form = counsel.get(f"{matter}/shortlist").form(f"{matter}/shortlist", button=str(both))
    page = counsel.follow(counsel.send(form, f"{matter}/exhibits", button=("record", str(both))))
    [single] = to(page, "/print")
    assert counsel.get(single).response.text.count('<article class="sheet"') == 1


def test_what_was_withdrawn_reads_as_what_never_was(
    world: World, counsel: Browser, matter: str, passing: UUID
) -> None:
    both, absent = world.records["both"], uuid4()
    for record in (passing, absent, both):
        do(counsel, matter, "add", record)
    before = made(counsel, matter)
    singles = [href for href in to(before, "/signed") if href.count("/") == 6]
    whole = next(href for href in to(before, "/print") if href.count("/") == 5)
    assert before.text.count("Not available") == 1
    suspend(world, passing)
    page = counsel.get(f"{matter}/shortlist")
    assert page.text.count("Not available") == 2
    assert "Passing" not in page.text
    paper = counsel.get(whole)
    assert paper.text.count("Not available") == 2
    assert paper.response.text.count('<article class="sheet"') == 3
    assert ENGLISH in paper.text
    gone, never = (counsel.client.get(f"{whole.removesuffix('/print')}/{number}/signed") for number in (1, 2))
    assert (gone.status_code, never.status_code) == (404, 404)
    assert counsel.client.get(singles[-1]).status_code == 200
    after = made(counsel, matter)
    assert after.text.count("Not available") == 2
    lines = [line.replace(code_of(passing), "").replace(code_of(absent), "") for line in listed(after)]
    assert lines[0] == lines[1] != lines[2]


def listed(page: Page) -> list[str]:
    html = page.response.text
    return [part.partition("</li>")[0] for part in html.split('<li class="hit">')[1:]]


def test_nobody_else_has_any_of_it(
    world: World, counsel: Browser, keeper: Browser, reader: Browser, matter: str
) -> None:
    do(counsel, matter, "add", world.records["both"])
    page = made(counsel, matter)
    addresses = [*to(page, "/print"), *to(page, "/signed"), page.response.request.path]
    for href in addresses:
        assert counsel.get(href).status == 200
        assert reader.get(href).status == keeper.get(href).status == 404
    for path in ("shortlist", "exhibits"):
        assert reader.get(f"{matter}/{path}").status == 404
        for room in (world.reading, world.custody):
            assert keeper.get(f"{room}/{path}").status == 404
    elsewhere = addresses[-1].replace(matter, world.reading)
    assert keeper.get(elsewhere).status == reader.get(elsewhere).status == 404
    fresh = world.sign_in("counsel")
    assert fresh.get(addresses[-1]).status == 404, "another session of the same member"


@pytest.mark.parametrize("room", ["reading", "custody"])
def test_no_other_room_offers_a_shortlist(world: World, keeper: Browser, room: str) -> None:
    home = getattr(world, room)
    for path in (home, f"{home}/records/{world.records['both']}"):
        assert "shortlist" not in keeper.get(path).response.text
    form = keeper.get(home).form(f"{home}/search")
    for path in (f"{home}/shortlist", f"{home}/exhibits"):
        assert keeper.send(form, path, do="empty").status == 404


def test_hostile_deeds_change_nothing(world: World, counsel: Browser, matter: str) -> None:
    do(counsel, matter, "add", world.records["both"])
    form = counsel.get(f"{matter}/shortlist").form(f"{matter}/shortlist")
    for deed in (
        "add",
        "add x",
        "rise " + "0" * 32,
        "",
        "remove " + "f" * 32,
        "up " + "f" * 32,
        "add " + "9" * 5000,
    ):
        assert counsel.send(form, button=("do", deed)).status in (303, 404)
    assert order(counsel, matter) == [str(world.records["both"])]
    for back in ("https://example.org/", "//example.org", "/\\example.org", "\n/"):
        page = counsel.send(form, back=back, button=("do", "empty"))
        assert page.response.headers["Location"] == "/"
    assert counsel.send(form, f"{matter}/exhibits", record="x").status == 404
    for number in ("0", "99", "101", "-1"):
        assert counsel.get(f"{matter}/exhibits/{uuid4()}/{number}/print").status == 404


def test_a_long_shortlist_shows_every_record(world: World, counsel: Browser, matter: str) -> None:
    form = counsel.get(f"{matter}/shortlist").form(f"{matter}/shortlist")
    many = [record for name, record in world.records.items() if name != "kept"]
    assert len(many) > 20
    for record in many:
        counsel.send(form, button=("do", f"add {record.hex}"))
    page = counsel.get(f"{matter}/shortlist")
    assert "Not available" not in page.text
    assert page.text.count("Winter ") == len(many) - 2


def test_a_full_shortlist_says_so(world: World, counsel: Browser, matter: str) -> None:
    form = counsel.get(f"{matter}/shortlist").form(f"{matter}/shortlist")
    for _ in range(exhibiting.MOST):
        counsel.send(form, button=("do", f"add {uuid4().hex}"))
    page = counsel.follow(counsel.send(form, button=("do", f"add {world.records['both'].hex}")))
    assert f"at most {exhibiting.MOST} records" in page.text
    assert len(order(counsel, matter)) == exhibiting.MOST


def test_neither_title_nor_address_says_anything(world: World, counsel: Browser, matter: str) -> None:
    do(counsel, matter, "add", world.records["both"])
    page = made(counsel, matter)
    assert page.title == "Exhibit sheets · Guwah"
    for href in [page.response.request.path, *to(page, "/print"), *to(page, "/signed")]:
        assert code_of(world.records["both"]) not in href
        assert str(world.records["both"]) not in href
