"""The entry forms as somebody fills them: few presses, every mistake at once, one yes that stays honest."""

from __future__ import annotations

from archive.web.entering.parts import EVERY
from tests.web.browsing import Browser, Page, PageForm
from tests.web.conftest import World
from tests.web.test_entering import AGREED, REPORT, REPORTED, TESTIMONY, TYPED, entry, send

TOLD = TYPED | {"title": "A morning, told once"}
RESEARCH = AGREED | {"consent-grants-2-rest": "yes"}
READ = {"title_reviewed": EVERY, "texts-0-reviewed": EVERY}


def elsewhere(page: Page, world: World) -> str:
    """The path of the record just stored, as the reading room has it."""
    path: str = page.response.headers["Location"].partition("#")[0]
    return path.replace(str(world.standing.custody), str(world.standing.reading))


def test_one_yes_for_all_parts_says_nothing_for_other_people(world: World, keeper: Browser) -> None:
    page = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TOLD | RESEARCH)
    assert page.status == 303, page.text
    ledger = keeper.follow(page).text.partition("Granted")[2]
    kept, research = ledger.split("Research ·")
    assert "every part of an account" in kept
    assert "Health" in research
    assert "Other people named" not in research


def test_a_yes_of_their_own_for_other_people_needs_a_reason(world: World, keeper: Browser) -> None:
    own = {"consent-grants-2-answers-third-party": "yes"}
    page = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TOLD | RESEARCH | own)
    assert page.status == 422
    assert "Nobody's consent covers other people" in page.text


def test_a_no_for_one_part_stands_beside_a_yes_for_the_rest(world: World, keeper: Browser) -> None:
    own = {"consent-grants-2-answers-sexual-violence": "no"}
    page = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TOLD | RESEARCH | own)
    assert "No: Sexual violence" in keeper.follow(page).text.replace("No :", "No:")


def test_one_box_says_that_a_text_was_read_for_everything(
    world: World, keeper: Browser, reader: Browser
) -> None:
    form = entry(keeper, world, TESTIMONY)
    unread = send(keeper, world, TESTIMONY, form, TOLD | RESEARCH)
    assert "[withheld]" in reader.get(elsewhere(unread, world)).text.replace("“[withheld]”", "")
    form = entry(keeper, world, TESTIMONY)
    form.fields += READ.items()
    read = send(keeper, world, TESTIMONY, form, TOLD | RESEARCH)
    assert "Read for every part of an account" in keeper.follow(read).text
    assert TOLD["texts-0-body"] in reader.get(elsewhere(read, world)).text


def test_every_mistake_is_said_at_once_and_says_which_part_it_is_in(world: World, keeper: Browser) -> None:
    form = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TOLD, ("edit", "add texts")).form(
        button="find"
    )
    page = send(keeper, world, TESTIMONY, form, {"title": "", "collected": "last winter"})
    assert page.status == 422
    for words in (
        "Title: Fill this in.",
        "Text 2 · Text: Fill this in.",
        "When it was given: not a date",
        "only those who look after this archive read it?: Without consent",
    ):
        assert words in page.text


def test_no_list_goes_by_its_inner_name(world: World, keeper: Browser) -> None:
    bare = {"texts-0-body": "", "texts-0-lang": ""}
    page = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TOLD | AGREED | bare)
    assert "Choose one of the list “Language and script”" in page.text
    no = {"consent-grants-0-answers-sexual-violence": "no", "texts-0-contains": "sexual-violence"}
    form = entry(keeper, world, TESTIMONY)
    form.fields.append(("texts-0-contains", "sexual-violence"))
    page = send(keeper, world, TESTIMONY, form, TOLD | AGREED | no)
    assert "“Sexual violence” was refused" in page.text


def test_another_language_takes_along_what_was_typed(world: World) -> None:
    browser = world.sign_in("keeper")
    page = send(browser, world, TESTIMONY, entry(browser, world, TESTIMONY), TOLD, ("edit", "speak ug"))
    form = page.form(button="find")
    assert 'lang="ug" dir="rtl"' in page.response.text
    assert [form.value(name) for name in TOLD] == list(TOLD.values())
    page = send(browser, world, TESTIMONY, form, {}, ("edit", "speak <script>"))
    assert 'lang="ug" dir="rtl"' in page.response.text


def found(browser: Browser, world: World, form: PageForm, wanted: str, button: str) -> PageForm:
    sought = {"finder-facet": "facility", "finder-wanted": wanted}
    return send(browser, world, TESTIMONY, form, sought, ("edit", button)).form(button="find")


def test_enter_in_the_finder_finds_and_a_tag_taken_empties_it(world: World, keeper: Browser) -> None:
    form = found(keeper, world, entry(keeper, world, TESTIMONY), "camp", "keep")
    taken = next(button for button in form.buttons if button[1].startswith("tag facility "))
    form = send(keeper, world, TESTIMONY, form, {}, taken).form(button="find")
    assert form.value("finder-wanted") == ""
    assert not [value for _name, value in form.buttons if value.startswith("tag ")]


def test_where_it_was_given_is_a_place_by_any_of_its_names(world: World, keeper: Browser) -> None:
    for typed, shown in (("Стамбул", "Istanbul"), ("A kitchen, made up", "A kitchen, made up")):
        where = {"collected_where": typed}
        page = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TOLD | AGREED | where)
        assert f"Where it was given {shown}" in keeper.follow(page).text


def test_a_withheld_report_says_nothing_that_nobody_said(
    world: World, keeper: Browser, reader: Browser
) -> None:
    form = entry(keeper, world, REPORT)
    form.fields.append(("title_reviewed", EVERY))
    page = send(keeper, world, REPORT, form, REPORTED | RESEARCH)
    text = reader.get(elsewhere(page, world)).text
    assert "Missing: [withheld]" in text
    for words in ("Is to the reporter", "Situation", "Reporter", "00000000", "Not known how"):
        assert words not in text
