"""The consent desk: finds by code, says what closing closes, closes without reading, and a second member destroys."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from archive.domain.identifiers import code_of
from archive.services import desk as desks
from archive.services import expiring
from tests.web.browsing import Browser, Page
from tests.web.conftest import World
from tests.web.desk_cast import appointed, told


@pytest.fixture(scope="module")
def desk(world: World) -> Browser:
    return world.sign_in(appointed(world))


def found(browser: Browser, code: str) -> Page:
    form = browser.get("/desk").form("/desk/find")
    return browser.send(form, code=code)


def deed(browser: Browser, record: UUID, name: str, **typed: str) -> Page:
    path = f"/desk/records/{record}"
    form = browser.get(path).form(f"{path}/{name}")
    return browser.send(form, button=("step", "preview"), **typed)


def confirmed(browser: Browser, record: UUID, name: str, page: Page) -> Page:
    return browser.send(
        page.form(button="confirm"), f"/desk/records/{record}/{name}", button=("step", "confirm")
    )


def reads(world: World, browser: Browser, record: UUID) -> int:
    return browser.get(f"{world.reading}/records/{record}").status


def test_the_desk_is_offered_to_whom_it_is_for(
    world: World, desk: Browser, keeper: Browser, reader: Browser
) -> None:
    for browser in (desk, keeper):
        assert ("/desk", "") in browser.get("/").links
    assert "no room is open to you" not in desk.get("/").text
    assert ("/desk", "") not in reader.get("/").links
    absent = reader.get("/no/such/page")
    record, _code = told(world)
    for path in ("/desk", f"/desk/records/{record}", f"/desk/records/{uuid4()}"):
        page = reader.get(path)
        assert (page.status, page.response.data) == (404, absent.response.data)


def test_a_record_is_found_by_its_code_and_the_code_is_in_no_address(world: World, desk: Browser) -> None:
    record, code = told(world)
    page = found(desk, code.lower().replace("-", " "))
    assert page.status == 303
    assert code not in page.response.headers["Location"]
    shown = desk.follow(page)
    assert code in shown.text
    for words in ("Reading:", "Matter:", "Identity:", "Custody:"):
        assert words in shown.text
    for hidden in ("To be taken back", "A spring that was told", "First custody", "Reading room"):
        assert hidden not in shown.text
    assert desk.get(f"{world.custody}/records/{record}").status == 404
    assert desk.get(f"{world.custody}/records/{record}/consent").status == 404


@pytest.mark.parametrize("code", ["", "00000-00000", "<script>", "x" * 600])
def test_a_code_that_is_none_is_said_calmly(desk: Browser, code: str) -> None:
    page = found(desk, code)
    assert page.status == 422
    assert ("#code", "") in page.links


def test_some_rooms_are_closed_after_saying_which(world: World, desk: Browser, reader: Browser) -> None:
    record, _code = told(world)
    assert deed(desk, record, "limit").status == 422
    page = deed(desk, record, "limit", purposes="reading")
    closes, stays = page.text.partition("This will close")[2].split("Stays open as it is")
    assert "Reading:" in closes
    assert "Matter:" in stays
    assert reads(world, reader, record) == 200
    assert "Reading:" not in desk.follow(confirmed(desk, record, "limit", page)).text
    assert reads(world, reader, record) == 404


def test_a_record_is_withdrawn_and_a_second_member_destroys_it(
    world: World, desk: Browser, keeper: Browser, reader: Browser
) -> None:
    record, code = told(world)
    page = deed(desk, record, "withdraw", reason="By telephone, made up.")
    assert "cannot be called back" in page.text
    back = desk.send(page.form(button="confirm"), f"/desk/records/{record}/withdraw", button=("back", "1"))
    assert back.form(f"/desk/records/{record}/withdraw").value("reason") == "By telephone, made up."
    assert reads(world, reader, record) == 200
    after = desk.follow(confirmed(desk, record, "withdraw", page))
    assert "No room holds it" in after.text
    assert "Somebody else of the desk" in after.text
    assert reads(world, reader, record) == 404
    assert keeper.get(f"{world.custody}/records/{record}").status == 404
    listed = keeper.get("/desk")
    assert code in listed.text.partition("Withdrawn, to be destroyed")[2]
    assert "71 hours left" in listed.text or "72 hours left" in listed.text
    again = confirmed(desk, record, "withdraw", page)
    assert again.status == 409
    own = confirmed(desk, record, "destroy", page)
    assert own.status == 409
    assert "Somebody else must confirm" in own.text
    page = deed(keeper, record, "destroy")
    assert "unreadable for good" in page.text
    assert "destroyed" in keeper.follow(confirmed(keeper, record, "destroy", page)).text
    assert code not in keeper.get("/desk").text


def test_a_mistake_is_brought_back_by_who_holds_custody_with_the_kit(
    world: World, desk: Browser, keeper: Browser, reader: Browser
) -> None:
    record, _code = told(world)
    confirmed(desk, record, "withdraw", deed(desk, record, "withdraw"))
    path = f"/desk/records/{record}"
    assert f"{path}/undo" not in [form.action for form in desk.get(path).forms]
    form = keeper.get(path).form(f"{path}/undo")
    assert keeper.send(form, why="", once_kit="").status == 422
    page = keeper.send(form, why="Another person was meant.", once_kit="wrong-words-made-up")
    assert page.status == 422
    assert "does not open it" in page.text
    assert "wrong-words-made-up" not in page.response.text
    assert page.form(f"{path}/undo").value("why") == "Another person was meant."
    sent = desk.post(
        f"{path}/undo", [*form.fields, ("once_kit", world.standing.archive_kit), ("why", "Mine.")]
    )
    assert sent.status in (400, 404), "the desk has no key of custody, and brings nothing back"
    done = keeper.send(form, why="Another person was meant.", once_kit=world.standing.archive_kit)
    assert "It is back in custody" in keeper.follow(done).text
    assert keeper.get(f"{world.custody}/records/{record}").status == 200
    assert reads(world, reader, record) == 404
    again = keeper.send(form, why="Once more.", once_kit=world.standing.archive_kit)
    assert (again.status, keeper.get(f"{path}/undo").status) == (303, 303)


def test_what_runs_out_soon_is_listed_for_both(world: World, desk: Browser, keeper: Browser) -> None:
    record, code = told(world, until=3)
    for browser in (desk, keeper):
        due = browser.get("/desk").text.partition("Runs out within 30 days")[2]
        assert code in due
    assert (f"{world.custody}/records/{record}/consent", "") in keeper.get("/desk").links
    assert (f"/desk/records/{record}", "") in desk.get("/desk").links


def test_what_waits_is_placed_anew_by_who_holds_the_key(world: World, desk: Browser, keeper: Browser) -> None:
    record, _code = told(world)
    confirmed(desk, record, "limit", deed(desk, record, "limit", purposes="reading"))
    path = f"/desk/place/{world.standing.custody}"
    page = desk.get("/desk")
    assert "to be placed anew" not in page.text, "who cannot place is not told of it"
    assert path not in [form.action for form in page.forms]
    token = page.form("/desk/find").value("csrf_token")
    assert desk.post(path, [("csrf_token", token)]).status == 404
    page = keeper.get("/desk")
    assert "to be placed anew" in page.text
    assert "Nothing waits" in keeper.follow(keeper.send(page.form(path))).text
    assert "to be placed anew" not in keeper.get("/desk").text


def test_a_clock_in_doubt_is_for_an_officer(
    world: World, desk: Browser, keeper: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What expiry itself does when the clock leapt is tried in tests/services/test_withdrawing.py."""
    monkeypatch.setattr(expiring, "waits", lambda _archive: True)
    page = desk.get("/desk")
    assert "waits for an officer" in page.text
    assert "/desk/clock" not in [form.action for form in page.forms]
    token = page.form("/desk/find").value("csrf_token")
    assert desk.post("/desk/clock", [("csrf_token", token)]).status == 403
    assert keeper.send(keeper.get("/desk").form("/desk/clock")).status == 303


def test_reloading_a_preview_leads_back(world: World, desk: Browser) -> None:
    record, _code = told(world)
    for name in ("limit", "withdraw", "destroy"):
        assert desk.follow(desk.get(f"/desk/records/{record}/{name}")).status == 200
    assert desk.follow(desk.get("/desk/find")).status == 200
    assert desk.get(f"/desk/records/{record}/anything").status == 404


def test_what_is_closed_without_being_withdrawn_says_so(
    world: World, desk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, code = told(world)
    seen = desks.look(world.standing.archive, world.standing.acting("keeper"), record)
    monkeypatch.setattr(desks, "look", lambda *_given: replace(seen, closed=True, rooms={}))
    page = desk.get(f"/desk/records/{record}")
    assert code == code_of(record)
    assert "nothing that was agreed keeps it" in page.text
    page.form(f"/desk/records/{record}/withdraw")  # it can still be withdrawn, and so destroyed


def test_who_wants_to_be_asked_first_is_listed_for_both(world: World, desk: Browser, keeper: Browser) -> None:
    record, code = told(world, ask=True)
    for browser, to in (
        (desk, f"/desk/records/{record}"),
        (keeper, f"{world.custody}/records/{record}/consent"),
    ):
        page = browser.get("/desk")
        assert "Ask first" in page.text
        assert code in page.text
        assert to in {href for href, _rel in page.links}
