"""Rooms and searching one: a query goes by POST, its address says nothing, and only what is there is counted."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from archive.services import searching
from tests.web.browsing import Browser, Page
from tests.web.conftest import MANY, World

OPAQUE = re.compile(r"/rooms/[0-9a-f-]{36}/found/[0-9a-f-]{36}")


def search(
    browser: Browser, room: str, text: str = "", *, button: tuple[str, str] | None = None, **rest: str
) -> Page:
    page = browser.get(room)
    return browser.follow(browser.send(page.form(f"{room}/search"), button=button, text=text, **rest))


def test_the_start_shows_the_rooms_held_and_no_others(world: World, keeper: Browser, reader: Browser) -> None:
    assert [href for href, _rel in reader.get("/").links if href.startswith("/rooms/")] == [world.reading]
    page = keeper.get("/")
    assert "Only you can open this room" in page.text
    assert len(page.ids) == len(set(page.ids))
    assert "First identities" in page.text


def test_somebody_without_rooms_is_told_so(world: World) -> None:
    assert "no room is open to you" in world.sign_in("outsider").get("/").text


def test_a_room_that_holds_nothing_to_search_says_so(world: World, keeper: Browser) -> None:
    rooms = world.standing.rooms
    page = keeper.get(f"/rooms/{rooms[next(one for one in rooms if one.value == 'identity')]}")
    assert page.status == 200
    assert "Names and contacts are not searched" in page.text


def test_a_query_never_stands_in_an_address_or_a_title(world: World, reader: Browser) -> None:
    form = reader.get(world.reading).form(f"{world.reading}/search")
    answer = reader.send(form, text="soup")
    assert OPAQUE.fullmatch(answer.response.headers["Location"])
    page = reader.follow(answer)
    assert "1 record found" in page.text
    assert page.title == "Search · Guwah"
    assert page.form(f"{world.reading}/search").value("text") == "soup"
    assert "<mark>soup</mark>" in page.response.text
    assert page.said("They took us away") == ("en", "ltr")


def test_facets_narrow_and_chips_widen(world: World, reader: Browser) -> None:
    page = reader.get(world.reading)
    form = page.form(f"{world.reading}/search")
    assert ("add", "place:xj-urumqi") in form.buttons
    page = reader.follow(reader.send(form, button=("add", "place:xj-urumqi")))
    assert f"{MANY} records found" in page.text
    form = page.form(f"{world.reading}/search")
    assert form.value("filter") == "place:xj-urumqi"
    page = reader.follow(reader.send(form, button=("drop", "place:xj-urumqi")))
    assert "filter" not in [name for name, _value in page.form(f"{world.reading}/search").fields]


def test_a_narrower_place_takes_the_place_of_the_wider(world: World, reader: Browser) -> None:
    page = search(reader, world.reading, button=("add", "place:xj"))
    page = reader.follow(
        reader.send(page.form(f"{world.reading}/search"), button=("add", "place:xj-kashgar"))
    )
    filters = [value for name, value in page.form(f"{world.reading}/search").fields if name == "filter"]
    assert filters == ["place:xj-kashgar"]


def test_pages_are_turned_by_words(world: World, reader: Browser) -> None:
    first = search(reader, world.reading, "winter")
    ahead = next(href for href, rel in first.links if rel == "next")
    second = reader.get(ahead)
    assert OPAQUE.match(ahead)
    assert "Page 2 of 2" in second.text
    assert next(href for href, rel in second.links if rel == "prev").endswith("/1")
    assert second.form(f"{world.reading}/search").value("text") == "winter"
    assert reader.get(f"{world.reading}/2").status == 200
    assert reader.get(f"{world.reading}/99999").status == 200


def test_when_nothing_fits_it_says_what_to_drop(world: World, reader: Browser) -> None:
    page = search(reader, world.reading, "soup", button=("add", "place:xj-urumqi"))
    assert "Nothing in this room fits" in page.text
    assert "then 1 record" in page.text
    form = page.form(f"{world.reading}/search")
    assert ("drop", "text:") in form.buttons
    wider = reader.follow(reader.send(form, button=("drop", "place:xj-urumqi")))
    assert "1 record found" in wider.text
    assert f"{MANY} records found" in reader.follow(reader.send(form, button=("drop", "text:"))).text


def test_dates_bound_a_search_and_a_wrong_one_is_named(world: World, reader: Browser) -> None:
    page = search(reader, world.reading, since="2019-03", until="2019")
    assert ("drop", "from:") in page.form(f"{world.reading}/search").buttons
    assert "Nothing in this room fits" in search(reader, world.reading, since="2024").text
    form = reader.get(world.reading).form(f"{world.reading}/search")
    for wrong in ("yesterday", "2018-13", "2018-1", "٢٠١٨", "2018\n"):
        page = reader.send(form, since=wrong, text="soup")
        assert page.status == 422, wrong
        assert ("#since", "") in page.links
        assert page.form(f"{world.reading}/search").value("text") == "soup"


def test_all_values_of_a_facet_have_a_page_with_a_box(world: World, reader: Browser) -> None:
    page = reader.get(f"{world.reading}/all/place")
    assert ("add", "place:xj-kashgar-kashi") in page.form(f"{world.reading}/search").buttons
    typed = reader.send(page.form(), f"{world.reading}/all/place", typed="KASHG")
    buttons = typed.form(f"{world.reading}/search").buttons
    assert ("add", "place:xj-kashgar") in buttons
    assert ("add", "place:xj-urumqi") not in buttons
    assert reader.get(f"{world.reading}/all/nothing").status == 404
    found = search(reader, world.reading, "winter")
    address = next(href for href, _rel in reader.get(world.reading).links if "/found/" in href)
    within = reader.get(f"{address}/all/place")
    assert f"{MANY} records found" in found.text
    assert within.form(f"{world.reading}/search").value("text") == "winter"


def test_an_address_opens_in_its_own_session_and_room_alone(
    world: World, reader: Browser, keeper: Browser
) -> None:
    form = reader.get(world.reading).form(f"{world.reading}/search")
    address = reader.send(form, text="soup").response.headers["Location"]
    assert reader.get(address).status == 200
    assert keeper.get(address).status == 404
    assert world.sign_in("reader").get(address).status == 404
    form = keeper.get(world.reading).form(f"{world.reading}/search")
    own = keeper.send(form, text="soup").response.headers["Location"]
    assert keeper.get(own.replace(world.reading, world.custody)).status == 404


def test_the_last_search_is_kept_beside_the_box(world: World) -> None:
    browser = world.sign_in("reader")
    assert "Your last search" not in browser.get(world.reading).text
    search(browser, world.reading, "soup")
    page = browser.get(world.reading)
    assert "Your last search" in page.text


def test_what_is_not_yet_searchable_is_counted(
    world: World, reader: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Not yet searchable" not in reader.get(world.reading).text
    really = searching.search

    def behind(*asked: Any) -> searching.Found:
        return replace(really(*asked), waiting=3)

    monkeypatch.setattr(searching, "search", behind)
    assert "Not yet searchable: 3" in reader.get(world.reading).text


def test_a_search_that_needed_attention_can_be_loaded_again(world: World, reader: Browser) -> None:
    page = reader.get(f"{world.reading}/search")
    assert (page.status, page.response.headers["Location"]) == (303, world.reading)


def test_a_hit_says_how_it_was_found_and_each_way_can_be_left_out(world: World, reader: Browser) -> None:
    page = search(reader, world.reading, "numbers")
    assert "another form of the words" in page.text
    left_out = search(reader, world.reading, "numbers", as_typed="y", no_sounds="y")
    assert "Nothing in this room fits" in left_out.text


def test_what_was_meant_is_offered_and_can_be_pressed(world: World, reader: Browser) -> None:
    page = search(reader, world.reading, "wintre", no_sounds="y")
    assert "Did you mean:" in page.text
    form = page.form(f"{world.reading}/search")
    assert ("meant", "winter") in form.buttons
    found = reader.follow(reader.send(form, button=("meant", "winter")))
    assert f"{MANY - 1} records found" in found.text or "records found" in found.text
    assert "Did you mean:" not in found.text


def test_names_of_this_rooms_tags_alone_are_offered_while_typing(reader: Browser, world: World) -> None:
    shown = reader.get(world.reading).response.get_data(as_text=True)
    listed = shown.partition("<datalist")[2].partition("</datalist>")[0]
    offered = re.findall(r'<option value="([^"]+)">', listed)
    assert "Urumqi" in " ".join(offered)
    assert "rape" not in " ".join(offered).lower()  # only an account kept from this room is tagged so
