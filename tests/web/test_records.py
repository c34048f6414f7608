"""A record's page: warnings first and the text closed, only what the room may see, and tags that move it."""

from __future__ import annotations

import pytest

from archive.domain.consent import DataClass
from archive.services import accessioning
from tests.archives import abuse, account, consent, draft, place
from tests.web.browsing import Browser
from tests.web.conftest import ENGLISH, UYGHUR, World


def test_warnings_come_first_and_the_text_is_closed(world: World, reader: Browser) -> None:
    html = reader.get(f"{world.reading}/records/{world.records['both']}").response.text
    assert html.index("Speaks of:") < html.index("Death") < html.index("<details") < html.index(ENGLISH)
    closed = html[html.index("<details") :].partition(">")[0]
    assert "open" not in closed
    assert html.index(UYGHUR) < html.index(ENGLISH), "the original stands before its translation"


def test_neither_title_nor_address_says_anything(world: World, reader: Browser) -> None:
    for path in ("", "/print"):
        page = reader.get(f"{world.reading}/records/{world.records['both']}{path}")
        assert page.title == "Record · Guwah"
        assert not [href for href, _rel in page.links if "soup" in href or "%D8" in href]


def test_what_consent_does_not_open_is_withheld_without_a_word(world: World, reader: Browser) -> None:
    page = reader.get(f"{world.reading}/records/{world.records['closed']}")
    assert page.status == 200
    assert "[withheld]" in page.text
    assert "guard" not in page.text
    assert "ape" not in page.text.replace("paper", ""), "no tag speaks of what is withheld"


def test_custody_alone_sees_the_ledger_and_where_the_record_lies(
    world: World, keeper: Browser, reader: Browser
) -> None:
    page = keeper.get(f"{world.custody}/records/{world.records['both']}")
    for words in ("Granted", "Keep safely", "Vetted researchers", "Reading room", "Change the tags"):
        assert words in page.text
    page = reader.get(f"{world.reading}/records/{world.records['both']}")
    for words in ("Granted", "Keep safely", "Change the tags", "Who it is"):
        assert words not in page.text
    assert "You may read this here" in page.text


def test_who_it_is_shows_for_a_member_of_the_identity_room_alone(
    world: World, keeper: Browser, reader: Browser
) -> None:
    assert "Example Person One" in keeper.get(f"{world.custody}/records/{world.records['both']}").text
    assert "Example Person" not in reader.get(f"{world.reading}/records/{world.records['both']}").text


def test_the_print_view_is_open_and_has_no_navigation(world: World, reader: Browser) -> None:
    page = reader.get(f"{world.reading}/records/{world.records['both']}/print")
    assert ENGLISH in page.text
    assert '<details class="closed" open>' in page.response.text
    assert "Your work" not in page.text
    assert "opened on" in page.text


@pytest.fixture
def record(world: World) -> str:
    one = account("They counted us.", title="Counted", tags=(place("xj-hotan"), abuse("arrest")))
    stored = accessioning.accession(
        world.standing.archive,
        world.standing.acting("keeper"),
        world.standing.custody,
        [draft(one, consent(one.id, refused=(DataClass.SEXUAL_VIOLENCE,)))],
    )
    return str(stored[0])


def test_tags_are_found_by_name_added_and_taken_away(world: World, keeper: Browser, record: str) -> None:
    address = f"{world.custody}/records/{record}/tags"
    form = keeper.get(address).form(button="find")
    assert form.value("tags-0-term") == "xj-hotan"
    page = keeper.send(form, address, button=("edit", "find"), finder__facet="place", finder__wanted="قەشقەر")
    assert page.status == 200
    form = page.form(button="find")
    assert ("edit", "tag place xj-kashgar") in form.buttons
    form = keeper.send(form, address, button=("edit", "tag place xj-kashgar")).form(button="find")
    form = keeper.send(form, address, button=("edit", "drop tags-0")).form(button="find")
    terms = [value for name, value in form.fields if name.endswith("-term")]
    assert terms == ["arrest", "xj-kashgar"]
    shown = keeper.follow(
        keeper.send(form, address, tags__1__passage="They counted us.", tags__1__text="original")
    )
    assert "The tags are stored" in shown.text
    assert "Kashgar" in shown.text
    assert "Hotan" not in shown.text
    assert "They counted us." in shown.text


def test_a_passage_that_does_not_stand_there_is_refused_at_its_field(
    world: World, keeper: Browser, record: str
) -> None:
    address = f"{world.custody}/records/{record}/tags"
    form = keeper.get(address).form(button="find")
    page = keeper.send(form, address, tags__0__passage="other words", tags__0__text="original")
    assert page.status == 422
    assert ("#tags-0-passage", "") in page.links
    assert "tags-0-passage" in page.ids
    assert page.form(button="find").value("tags-0-passage") == "other words"


def test_no_words_to_look_for_show_the_widest_terms(world: World, keeper: Browser, record: str) -> None:
    address = f"{world.custody}/records/{record}/tags"
    form = keeper.get(address).form(button="find")
    page = keeper.send(form, address, button=("edit", "find"), finder__facet="abuse")
    assert ("edit", "tag abuse integrity") in page.form(button="find").buttons
    page = keeper.send(form, address, button=("edit", "find"), finder__facet="abuse", finder__wanted="zzzz")
    assert "No term has a word that begins so" in page.text


def test_a_tag_of_no_list_is_refused(world: World, keeper: Browser, record: str) -> None:
    address = f"{world.custody}/records/{record}/tags"
    form = keeper.get(address).form(button="find")
    for value in ("tag place nowhere", "tag nothing xj", "tag", "tag place", "tag place " + "x" * 9000):
        page = keeper.send(form, address, button=("edit", value))
        assert page.status == 200
        assert keeper.send(page.form(button="find"), address).status in (303, 422)
