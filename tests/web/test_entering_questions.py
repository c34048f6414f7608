"""Intake by plain questions: each stands for its items, what was not asked is written down, the grid goes first."""

from __future__ import annotations

from uuid import UUID

import pytest

from archive.domain.consent import DataClass, Decision, GrantItem, Purpose
from archive.services import deciding
from tests.web.browsing import Browser, Page
from tests.web.conftest import World
from tests.web.test_entering import TESTIMONY, TYPED, entry, send

PLAIN = TYPED | {"consent-asked-keep": "yes"}


def items(world: World, page: Page) -> list[GrantItem]:
    assert page.status == 303, page.text
    record = UUID(page.response.headers["Location"].partition("/records/")[2].partition("#")[0])
    standing = world.standing
    agreed = deciding.agreed(standing.archive, standing.acting("keeper"), standing.custody, record)
    return list(agreed.entries[0].items)


def decisions(found: list[GrantItem], purpose: Purpose) -> dict[DataClass, Decision]:
    return {item.data_class: item.decision for item in found if item.purpose is purpose}


def test_the_first_question_alone_keeps_the_account(world: World, keeper: Browser) -> None:
    form = entry(keeper, world, TESTIMONY)
    assert [name for name, value in form.ticks if value == "ask"] == [
        f"consent-asked-{name}"
        for name in ("keep", "contact", "relatives", "researchers", "lawyers", "courts", "publish")
    ]
    found = items(world, send(keeper, world, TESTIMONY, form, PLAIN))
    assert set(decisions(found, Purpose.STORE).values()) == {Decision.YES}
    assert set(decisions(found, Purpose.RESEARCH).values()) == {Decision.NOT_ASKED}


def test_each_answer_stands_for_its_uses(world: World, keeper: Browser) -> None:
    answers = {
        "consent-asked-researchers": "yes",
        "consent-asked-publish": "no",
        "consent-asked-lawyers": "ask",
    }
    until = {"consent-asked-until": "2999-12-31"}
    page = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), PLAIN | answers | until)
    found = items(world, page)
    research = decisions(found, Purpose.RESEARCH)
    assert research[DataClass.NARRATIVE] is Decision.YES
    assert research[DataClass.IDENTITY] is Decision.NO
    assert DataClass.THIRD_PARTY not in research
    assert set(decisions(found, Purpose.PUBLICATION).values()) == {Decision.NO}
    assert set(decisions(found, Purpose.TRADE_ENFORCEMENT).values()) == {Decision.ASK}
    assert {str(item.until) for item in found if item.decision is Decision.YES} == {"2999-12-31"}
    assert {item.until for item in found if item.decision is Decision.NO} == {None}


def test_the_grid_goes_before_the_question_that_covers_the_same(world: World, keeper: Browser) -> None:
    both = {"consent-asked-researchers": "yes", "consent-grants-2-answers-medical": "no"}
    found = items(world, send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), PLAIN | both))
    research = decisions(found, Purpose.RESEARCH)
    assert (research[DataClass.MEDICAL], research[DataClass.NARRATIVE]) == (Decision.NO, Decision.YES)
    cells = [(item.purpose, item.audience, item.data_class) for item in found]
    assert len(set(cells)) == len(cells)


def test_the_grid_alone_says_nothing_of_the_questions(world: World, keeper: Browser) -> None:
    grid = TYPED | {"consent-grants-0-rest": "yes", "consent-grants-1-rest": "yes"}
    found = items(world, send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), grid))
    assert {item.purpose for item in found} == {Purpose.STORE, Purpose.CATALOGUE}


@pytest.mark.parametrize("answer", ["no", "ask", ""])
def test_without_a_yes_to_the_first_nothing_is_stored(world: World, keeper: Browser, answer: str) -> None:
    asked = {"consent-asked-keep": answer, "consent-asked-researchers": "yes"}
    page = send(keeper, world, TESTIMONY, entry(keeper, world, TESTIMONY), TYPED | asked)
    assert page.status == 422
    assert ("#consent-asked-keep", "") in page.links
    assert ("consent-asked-researchers", "yes") in page.form(button="find").fields
