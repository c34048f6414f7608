"""The entry forms: they grow without JavaScript, keep what was typed, name each problem, and store all or nothing."""

from __future__ import annotations

import pytest

from archive.services import rooms
from tests.web.browsing import Browser, Page, PageForm
from tests.web.conftest import World

TESTIMONY, REPORT = "new/testimony", "new/family-report"
TYPED = {
    "title": "A spring, told once",
    "kind": "interview",
    "texts-0-lang": "ug-Arab",
    "texts-0-body": "قىش بەك سوغۇق ئىدى.",
    "narrator-name": "Example Narrator",
    "narrator-safe_contact": "never",
    "collected": "2019-03~",
    "note": "A note for custody",
}
AGREED = {"consent-grants-0-rest": "yes", "consent-grants-1-rest": "yes"}
REPORTED = {
    "title": "A brother who does not answer",
    "reporter-name": "Example Reporter",
    "missing-0-name": "Example Brother",
    "missing-0-relation": "sibling",
    "missing-0-born": "1985?",
    "missing-0-status": "interned",
    "missing-0-as_of": "2018",
    "sought": "Word of him",
    "safety": "Do not call them",
}


def entry(browser: Browser, world: World, kind: str) -> PageForm:
    return browser.get(f"{world.custody}/{kind}").form(button="find")


def send(
    browser: Browser,
    world: World,
    kind: str,
    form: PageForm,
    typed: dict[str, str],
    button: tuple[str, str] | None = None,
) -> Page:
    return browser.send(form, f"{world.custody}/{kind}", button=button, **typed)


def count(world: World) -> int:
    return rooms.room(world.standing.archive, world.standing.acting("keeper"), world.standing.custody).records


def test_a_testimony_is_stored_and_shown(world: World, keeper: Browser) -> None:
    form = entry(keeper, world, TESTIMONY)
    page = keeper.follow(send(keeper, world, TESTIMONY, form, TYPED | AGREED))
    assert "Stored, and placed" in page.text
    assert page.said("قىش بەك") == ("ug-Arab", "rtl")
    for words in (
        "A spring, told once",
        "Interview",
        "about March 2019",
        "A note for custody",
        "Example Narrator",
    ):
        assert words in page.text


def test_a_family_report_is_stored_and_shown(world: World, keeper: Browser) -> None:
    form = entry(keeper, world, REPORT)
    form = send(keeper, world, REPORT, form, REPORTED | AGREED, ("edit", "add missing-0-statements")).form(
        button="find"
    )
    form = send(keeper, world, REPORT, form, {}, ("edit", "add follow_ups")).form(button="find")
    more = {
        "missing-0-statements-0-text": "A neighbour saw him taken.",
        "missing-0-statements-0-knowledge": "neighbour",
        "follow_ups-0-on": "2026-02",
        "follow_ups-0-note": "No news.",
        "follow_ups-0-next_contact": "2026-12-01",
    }
    page = keeper.follow(send(keeper, world, REPORT, form, more))
    for words in (
        "Family report", "Example Brother", "perhaps 1985", "Interned", "A neighbour saw him taken.", "Word of him",
        "No news.", "December 1, 2026", "Do not call them",
    ):  # fmt: skip
        assert words in page.text, words


def test_sending_twice_stores_once(world: World, keeper: Browser) -> None:
    form, before = entry(keeper, world, TESTIMONY), count(world)
    sent = [send(keeper, world, TESTIMONY, form, TYPED | AGREED) for _time in range(2)]
    assert sent[0].response.headers["Location"] == sent[1].response.headers["Location"]
    assert count(world) == before + 1


@pytest.mark.parametrize(("kind", "typed"), [(TESTIMONY, TYPED), (REPORT, REPORTED)])
def test_without_consent_or_a_basis_nothing_is_stored(
    world: World, keeper: Browser, kind: str, typed: dict[str, str]
) -> None:
    before = count(world)
    page = send(keeper, world, kind, entry(keeper, world, kind), typed)
    assert page.status == 422
    assert "nothing is stored" in page.text
    assert count(world) == before
    assert ("#consent-asked-keep", "") in page.links
    assert "consent-asked-keep" in page.ids
    for name, value in typed.items():
        assert page.form(button="find").value(name) == value


def test_a_legal_basis_needs_its_reason_and_opens_custody_alone(world: World, keeper: Browser) -> None:
    basis = {"consent-basis": "vital-interest"}
    page = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TYPED | basis)
    assert page.status == 422
    assert ("#consent-reason", "") in page.links
    basis["consent-reason"] = "Made up: a life is at stake."
    page = keeper.follow(send(keeper, world, TESTIMONY, page.form(button="find"), basis))
    assert "In custody alone" in page.text or "First identities" in page.text
    assert "Reading room" not in page.text


@pytest.mark.parametrize(
    ("name", "wrong", "at"),
    [
        ("title", "", "title"),
        ("title", "x" * 501, "title"),
        ("title", "two\nlines", "title"),
        ("kind", "<script>", "kind"),
        ("texts-0-lang", "", "texts-0-lang"),
        ("texts-0-lang", "xx", "texts-0-lang"),
        ("texts-0-direction", "ltr", "texts-0-direction"),
        ("texts-0-body", "", "texts-0-body"),
        ("texts-0-body", "a\x00b", "texts-0-body"),
        ("collected", "last winter", "collected"),
        ("period", "2018-13", "period"),
        ("consent-at", "yesterday", "consent-at"),
        ("consent-at", "", "consent-at"),
        ("consent-grants-0-until", "31.12.2030", "consent-grants-0-until"),
        ("consent-grants-0-purpose", "everything", "consent-grants-0-purpose"),
        ("source-licence", "CC0", "source-citation"),
        ("narrator-name", "a\nb", "narrator-name"),
    ],
)
def test_each_problem_is_named_at_its_field(
    world: World, keeper: Browser, name: str, wrong: str, at: str
) -> None:
    before = count(world)
    page = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TYPED | AGREED | {name: wrong})
    assert page.status == 422
    assert (f"#{at}", "") in page.links, page.text[:400]
    assert at in page.ids
    assert count(world) == before
    kept = page.form(button="find")
    if name not in kept.choices:
        assert kept.value(name) == wrong
    assert kept.value("note") == TYPED["note"]


def test_a_term_that_ends_before_it_begins_is_named_at_its_question(world: World, keeper: Browser) -> None:
    days = {"consent-grants-1-since": "2026-02-01", "consent-grants-1-until": "2026-01-01"}
    page = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TYPED | AGREED | days)
    assert page.status == 422
    assert ("#consent-grants-1-until", "") in page.links


def test_a_missing_language_comes_with_a_guess(world: World, keeper: Browser) -> None:
    page = send(
        keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TYPED | AGREED | {"texts-0-lang": ""}
    )
    assert "it may be Uyghur (Arabic script)" in page.text


@pytest.mark.parametrize("part", ["texts", "present", "consent-grants"])
def test_parts_are_added_and_taken_away_and_what_was_typed_stays(
    world: World, keeper: Browser, part: str
) -> None:
    form = entry(keeper, world, TESTIMONY)
    before = len([value for name, value in form.buttons if value.startswith(f"drop {part}-")])
    form = send(keeper, world, TESTIMONY, form, TYPED, ("edit", f"add {part}")).form(button="find")
    form = send(keeper, world, TESTIMONY, form, {}, ("edit", f"add {part}")).form(button="find")
    assert ("edit", f"drop {part}-{before + 1}") in form.buttons
    form = send(keeper, world, TESTIMONY, form, {}, ("edit", f"drop {part}-{before}")).form(button="find")
    assert ("edit", f"drop {part}-{before + 1}") not in form.buttons
    assert ("edit", f"drop {part}-{before}") in form.buttons
    for name, value in TYPED.items():
        assert form.value(name) == value


def test_taking_the_first_away_keeps_the_second(world: World, keeper: Browser) -> None:
    form = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TYPED, ("edit", "add texts")).form(
        button="find"
    )
    second = {"texts-1-lang": "en", "texts-1-role": "translation", "texts-1-body": "The spring was cold."}
    form = send(keeper, world, TESTIMONY, form, second, ("edit", "drop texts-0")).form(button="find")
    assert form.value("texts-0-body") == "The spring was cold."
    assert form.value("texts-0-id") == "t2", "a tag that rests on a text goes on resting on it"


@pytest.mark.parametrize(
    "button",
    [
        "", "keep", "find", "add", "add nothing", "add csrf_token", "add texts-9", "add texts-0", "add texts-²",
        "add texts-0-body", "add consent", "add consent-grants-0", "add finder-facet", "drop", "drop texts",
        "drop ../..", "drop " + "a-" * 5000, "drop csrf_token", "tag", "tag place", "\u202e", "add " + "texts-" * 2000,
    ],
)  # fmt: skip
def test_a_button_that_nobody_drew_does_nothing(world: World, keeper: Browser, button: str) -> None:
    before = count(world)
    page = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TYPED, ("edit", button))
    assert page.status == (200 if button else 422)
    assert count(world) == before


@pytest.mark.parametrize(
    "name",
    [
        "texts-²-body",
        "texts-99999999999999999999-body",
        "texts--1-body",
        "texts-0-0-0-body",
        "present-x-name",
        "texts-\u0661-body",
    ],
)
def test_a_name_that_nobody_drew_does_nothing(world: World, keeper: Browser, name: str) -> None:
    page = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TYPED | AGREED | {name: "x"})
    assert page.status in (303, 422)


def test_a_reader_may_enter_nothing(world: World, reader: Browser) -> None:
    for kind in (TESTIMONY, REPORT):
        assert reader.get(f"{world.custody}/{kind}").status == 404
        assert reader.get(f"{world.reading}/{kind}").status == 404
