"""Marking passages: in sentences and words, foreseen as each room would read it, stored, and taken back."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from archive.domain.consent import DataClass
from archive.domain.records import Text
from archive.services import accessioning, disclosing
from tests.archives import abuse, account, consent, draft
from tests.web.browsing import Browser, Page, PageForm
from tests.web.conftest import World

BODY = "They took Mira at dawn. They gave us pills.\n\nMira was ill. «Why?» Nobody knew."
UYGHUR = "بىزنى تاڭ ئاتقاندا ئېلىپ كەتتى. نېمىشقا؟ ھېچكىم بىلمەيتتى."
MEDICAL = DataClass.MEDICAL


@pytest.fixture
def record(world: World) -> str:
    """An account in two languages, with medical data closed to researchers and to counsel."""
    one = account(BODY, title="Counted", tags=(abuse("arrest"),))
    other = Text(id="ug", role="translation", lang="ug-Arab", direction="rtl", body=UYGHUR)
    one = replace(one, texts=(*one.texts, other))
    standing = world.standing
    [stored] = accessioning.accession(
        standing.archive,
        standing.acting("keeper"),
        standing.custody,
        [draft(one, consent(one.id, refused=(MEDICAL,)))],
    )
    return str(stored)


def address(world: World, record: str) -> str:
    return f"{world.custody}/records/{record}/passages"


def marked(page: Page) -> PageForm:
    return page.form(button="mark")


def stored(world: World, record: str) -> tuple[Text, ...]:
    standing = world.standing
    shown = disclosing.show(standing.archive, standing.acting("keeper"), standing.custody, UUID(record))
    return shown.record.texts


def read(world: World, record: str) -> str:
    standing = world.standing
    reader = standing.acting("reader")
    return disclosing.show(standing.archive, reader, standing.reading, UUID(record)).record.texts[0].body


def test_sentences_are_ticked_previewed_and_stored(world: World, keeper: Browser, record: str) -> None:
    there = address(world, record)
    page = keeper.get(there)
    assert "Reading room" in page.text
    form = marked(page)
    ticks = [value for name, value in form.ticks if name == "texts-0-sentences"]
    assert ticks == ["0", "1", "2", "3", "4"]
    form.fields += [("texts-0-sentences", "1"), ("texts-0-contains", "medical")]
    page = keeper.send(form, there, button=("edit", "mark"), texts__0__reason="an invented reason")
    assert page.status == 200
    assert "They took Mira at dawn. [withheld]" in page.text
    assert "<mark>They gave us pills.</mark>" in page.response.text
    assert read(world, record) == BODY, "nothing is stored by looking"
    shown = keeper.follow(keeper.send(marked(page), there))
    assert "The marks are stored" in shown.text
    assert "Original · English: 1 passage is marked" in shown.text
    assert "not read for: any kind of data" in shown.text
    assert read(world, record) == BODY.replace("They gave us pills.", "[withheld]")
    [passage] = stored(world, record)[0].passages
    assert (passage.contains, passage.reason) == ((MEDICAL,), "an invented reason")


def test_words_are_marked_wherever_they_stand_or_in_the_ticked_sentences(
    world: World, keeper: Browser, record: str
) -> None:
    there = address(world, record)
    form = marked(keeper.get(there))
    form.fields += [("texts-0-contains", "medical")]
    page = keeper.send(
        form, there, button=("edit", "mark"), texts__0__words="Mira\nat  dawn", texts__0__reason="invented"
    )
    assert page.response.text.count("<mark>Mira</mark>") == 2
    assert "<mark>at dawn</mark>" in page.response.text
    assert "Sentences 1, 3 ·" in page.text
    page = keeper.send(marked(page), there, button=("edit", "drop texts-0 0"))
    assert page.response.text.count("<mark>") == 1, "what was marked together is taken back together"
    form = marked(keeper.get(there))
    form.fields += [("texts-0-contains", "medical"), ("texts-0-sentences", "2")]
    page = keeper.send(
        form, there, button=("edit", "mark"), texts__0__words="Mira", texts__0__reason="invented"
    )
    assert page.response.text.count("<mark>Mira</mark>") == 1
    assert "[withheld] was ill." in page.text


def test_a_mark_is_taken_back_before_and_after_it_is_stored(
    world: World, keeper: Browser, record: str
) -> None:
    there = address(world, record)
    form = marked(keeper.get(there))
    form.fields += [("texts-0-contains", "medical"), ("texts-0-sentences", "0"), ("texts-0-sentences", "4")]
    page = keeper.send(form, there, button=("edit", "mark"), texts__0__reason="invented")
    page = keeper.send(marked(page), there, button=("edit", "drop texts-0 0"))
    assert page.response.text.count("<mark>") == 1
    assert "<mark>Nobody knew.</mark>" in page.response.text
    keeper.follow(keeper.send(marked(page), there))
    assert "[withheld]" in read(world, record)
    page = keeper.send(marked(keeper.get(there)), there, button=("edit", "drop texts-0 0"))
    keeper.follow(keeper.send(marked(page), there))
    assert read(world, record) == BODY


def test_storing_takes_what_was_chosen_and_not_yet_marked(world: World, keeper: Browser, record: str) -> None:
    there = address(world, record)
    form = marked(keeper.get(there))
    form.fields += [("texts-0-contains", "medical"), ("texts-0-sentences", "0"), ("texts-0-sentences", "1")]
    keeper.follow(keeper.send(form, there, texts__0__reason="invented"))
    [passage] = stored(world, record)[0].passages
    assert BODY[passage.start : passage.end] == "They took Mira at dawn. They gave us pills."


@pytest.mark.parametrize("button", ["mark", ""])
def test_what_lacks_is_said_at_its_field(world: World, keeper: Browser, record: str, button: str) -> None:
    there = address(world, record)
    form = marked(keeper.get(there))
    pressed = {"button": ("edit", button)} if button else {}
    page = keeper.send(form, there, texts__0__words="Mira\nnot there", **pressed)  # type: ignore[arg-type]
    assert page.status == 422
    for where in ("texts-0-words", "texts-0-contains", "texts-0-reason"):
        assert (f"#{where}", "") in page.links
        assert where in page.ids
    assert "not there" in page.text
    assert marked(page).value("texts-0-words") == "Mira\nnot there"
    page = keeper.send(marked(keeper.get(there)), there, texts__1__reason="why", **pressed)  # type: ignore[arg-type]
    assert page.status == 422
    assert ("#texts-1-words", "") in page.links
    assert stored(world, record)[0].passages == ()


def test_what_a_text_was_read_for_decides_whether_it_shows(
    world: World, keeper: Browser, record: str
) -> None:
    there = address(world, record)
    page = keeper.get(there)
    assert UYGHUR not in page.text, "nobody read it yet, so that no room sees it"
    form = marked(page)
    form.fields += [("texts-1-reviewed", one.value) for one in DataClass]
    page = keeper.send(form, there, button=("edit", "show"))
    assert UYGHUR in page.text
    keeper.follow(keeper.send(marked(page), there))
    assert set(stored(world, record)[1].reviewed) == set(DataClass)
    form = marked(keeper.get(there))
    form.fields += [("texts-1-whole", "medical")]
    keeper.follow(keeper.send(form, there))
    assert stored(world, record)[1].contains == (MEDICAL,)


def test_the_title_is_read_too(world: World, keeper: Browser, record: str) -> None:
    there = address(world, record)
    form = marked(keeper.get(there))
    form.fields.append(("title-contains", "medical"))
    page = keeper.send(form, there, button=("edit", "show"))
    assert page.text.count("Counted") == 1, "in the heading alone"
    shown = keeper.follow(keeper.send(marked(page), there))
    assert "Title, not read for" not in shown.text
    form = marked(keeper.get(there))
    form.fields = [field for field in form.fields if not field[0].startswith("title-")]
    assert "Title, not read for: any kind of data" in keeper.follow(keeper.send(form, there)).text


def test_marks_made_on_an_older_page_change_nothing(world: World, keeper: Browser, record: str) -> None:
    there = address(world, record)
    old = marked(keeper.get(there))
    form = marked(keeper.get(there))
    form.fields += [("texts-0-contains", "medical"), ("texts-0-sentences", "1")]
    keeper.follow(keeper.send(form, there, texts__0__reason="invented"))
    page = keeper.send(old, there)
    assert page.status == 409
    assert "Somebody else changed this record" in page.text
    assert "[withheld]" in read(world, record)


@pytest.mark.parametrize(
    "value",
    ["no json", "{}", '[{"start":"x"}]', '[{"start":0,"end":9,"contains":["gossip"]}]', "[" * 5000],
)
def test_marks_that_are_none_are_refused(world: World, keeper: Browser, record: str, value: str) -> None:
    there = address(world, record)
    assert keeper.send(marked(keeper.get(there)), there, texts__0__marks=value).status == 400


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("texts__0__marks", '[{"start":0,"end":9999,"contains":["medical"],"reason":"x"}]', 422),
        ("texts__0__marks", '[{"start":-5,"end":-2,"contains":["medical"],"reason":"x"}]', 422),
        ("texts__0__id", "another", 422),
        ("texts__0__id", "ug", 422),
        ("revision", "a", 409),
        ("revision", "-1", 409),
        ("texts__0__contains", "gossip", 422),
        ("texts__0__whole", "gossip", 422),
        ("title__contains", "gossip", 422),
        ("texts__0__reviewed", "gossip", 422),
        ("texts__0__sentences", "٣", 303),
        ("texts__0__sentences", "99999999", 303),
    ],
)
def test_what_the_page_does_not_offer_is_refused_or_nothing(
    world: World, keeper: Browser, record: str, name: str, value: str, status: int
) -> None:
    there = address(world, record)
    form = marked(keeper.get(there))
    if name not in ("texts__0__marks", "texts__0__id", "revision"):
        form.fields.append((name.replace("__", "-"), ""))
    assert keeper.send(form, there, **{name: value}).status == status  # type: ignore[arg-type]
    for odd in (
        "drop",
        "drop texts-0",
        "drop texts-9 0",
        "drop texts-0 x",
        "drop texts-0 99",
        "speak xx",
        "\u0663",
    ):
        assert keeper.send(marked(keeper.get(there)), there, button=("edit", odd)).status == 200


def test_nobody_marks_who_may_not_place(world: World, reader: Browser, record: str) -> None:
    for room in (world.reading, world.custody):
        assert reader.get(f"{room}/records/{record}/passages").status == 404
    page = reader.get(f"{world.reading}/records/{record}")
    assert "passage" not in page.text
    assert "read for" not in page.text


def test_a_reader_sees_the_quarter_of_a_day(world: World, keeper: Browser, reader: Browser) -> None:
    one = account(BODY, title="Quarters", collected="2019-05-06")
    standing = world.standing
    given = draft(one, consent(one.id, refused=(DataClass.PLACE_PRECISE,)))
    [stored] = accessioning.accession(standing.archive, standing.acting("keeper"), standing.custody, [given])
    assert "May 6, 2019" in keeper.get(f"{world.custody}/records/{stored}").text
    assert "April – June 2019" in " ".join(reader.get(f"{world.reading}/records/{stored}").text.split())


def test_every_word_of_the_account_says_its_direction(world: World, keeper: Browser, record: str) -> None:
    page = keeper.get(address(world, record))
    assert page.said("نېمىشقا؟") == ("ug-Arab", "rtl")
    assert page.said("They took Mira") == ("en", "ltr")
    assert page.title == "Mark passages · Guwah"
