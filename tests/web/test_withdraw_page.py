"""A person withdraws by themselves: a code, a page that says what will happen, and the deed; one answer else."""

from __future__ import annotations

import pytest

from tests.web.browsing import Browser
from tests.web.conftest import World
from tests.web.desk_cast import receipt, told


def test_the_sign_in_page_leads_there(visitor: Browser) -> None:
    assert ("/withdraw", "") in visitor.get("/sign-in").links
    page = visitor.get("/withdraw")
    assert page.status == 200
    assert "Leave at once" in page.text
    assert "Sign out" not in page.text


def test_a_code_closes_the_record_after_saying_what_will_happen(
    world: World, visitor: Browser, reader: Browser
) -> None:
    record, code = told(world)
    slip = receipt(world, record)
    page = visitor.send(visitor.get("/withdraw").form(), "/withdraw", code=slip.lower().replace("-", " "))
    assert page.status == 200
    for words in ("Nothing has happened yet", "closed at once", "72 hours", "cannot be called back"):
        assert words in page.text
    for hidden in ("To be taken back", code):
        assert hidden not in page.text
    assert reader.get(f"{world.reading}/records/{record}").status == 200
    done = visitor.send(page.form(), "/withdraw", button=("step", "confirm"))
    assert "It is closed" in done.text
    assert slip not in done.text
    assert '"signature"' in done.text
    assert "To be taken back" not in done.text
    assert reader.get(f"{world.reading}/records/{record}").status == 404
    again = visitor.send(page.form(), "/withdraw", button=("step", "confirm"))
    assert again.status == 422
    assert "closes nothing" in again.text


def test_whatever_is_no_code_is_answered_alike(world: World) -> None:
    record, code = told(world)
    old = receipt(world, record)
    receipt(world, record)
    said = set()
    for wrong in (old, code, "0" * 26, "no code at all"):
        browser = world.browser()
        page = browser.send(browser.get("/withdraw").form(), "/withdraw", code=wrong)
        assert page.status == 422
        assert ("#code", "") in page.links
        said.add(page.text)
    assert len(said) == 1
    empty = world.browser()
    assert empty.send(empty.get("/withdraw").form(), "/withdraw", code="").status == 422


def test_many_tries_wait_a_little_and_only_there(world: World, visitor: Browser) -> None:
    form = visitor.get("/withdraw").form()
    statuses = [visitor.send(form, "/withdraw", code="wrong").status for _try in range(7)]
    assert statuses[:5] == [422] * 5
    assert statuses[-1] == 429
    other = world.browser()
    assert other.send(other.get("/withdraw").form(), "/withdraw", code="wrong").status == 422


@pytest.mark.parametrize("login", ["keeper", "reader"])
def test_it_is_there_for_somebody_who_is_signed_in_too(world: World, login: str) -> None:
    record, _code = told(world)
    browser = world.sign_in(login)
    page = browser.send(browser.get("/withdraw").form(button=""), "/withdraw", code=receipt(world, record))
    assert "Nothing has happened yet" in page.text


def test_another_site_cannot_press_it(visitor: Browser) -> None:
    page = visitor.client.post("/withdraw", data={"code": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert "Nothing" not in page.get_data(as_text=True).partition("<main")[2] or page.status_code == 200
    assert visitor.client.post("/withdraw", data={"code": "x"}).status_code == 400
