"""The pages of hand-overs and holds: written down by a custodian, recalled when consent ends, told to nobody else."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from archive.domain.identifiers import code_of
from archive.services import accessioning, holding, withdrawing
from tests.archives import account, draft
from tests.web.browsing import Browser, Page, filled
from tests.web.conftest import World
from tests.web.desk_cast import appointed

RECIPIENT, REACH = "Example Registry", "registry@example.org"
TODAY = datetime.now(UTC).date().isoformat()


@pytest.fixture
def record(world: World) -> UUID:
    archive, keeper, custody = world.standing.archive, world.standing.acting("keeper"), world.standing.custody
    [record] = accessioning.accession(archive, keeper, custody, [draft(account(title="Handed over"))])
    return record


def written(world: World, keeper: Browser, record: UUID, **typed: str) -> Page:
    here = f"{world.custody}/records/{record}/handover"
    form = keeper.get(here).form("")
    said = {"recipient": RECIPIENT, "day": TODAY, "what": "All of it.", "reach": REACH, "language": "ru"}
    return keeper.post(here, filled(form, {"purpose": "media", **said, **typed}))


def withdrawn(world: World, record: UUID) -> None:
    withdrawing.withdraw(world.standing.archive, world.standing.acting("keeper"), record)


def notices(page: Page) -> set[str]:
    return {href for href, _rel in page.links if href.endswith("/notice")}


def test_a_hand_over_is_written_down_recalled_and_settled(
    world: World, keeper: Browser, record: UUID
) -> None:
    page = keeper.follow(written(world, keeper, record, rests="research/vetted-researchers"))
    assert "It is written down." in page.text
    assert RECIPIENT in page.text
    recalls = f"{world.custody}/recalls"
    before = keeper.get(recalls)
    assert code_of(record) not in before.text
    withdrawn(world, record)
    listed = keeper.get(recalls)
    assert code_of(record) in listed.text
    assert RECIPIENT in listed.text
    [notice] = notices(listed) - notices(before)
    letter = keeper.get(notice)
    assert letter.said("Уведомление") == ("ru", "ltr")
    assert "All of it." not in letter.text
    assert "No native reader has read this text yet" in letter.text
    [form] = [form for form in listed.forms if ("recall", notice.split("/")[-2]) in form.fields]
    settled = keeper.follow(keeper.send(form, to="refused"))
    assert "Noted." in settled.text
    assert notices(settled) == notices(before)
    again = keeper.follow(keeper.send(form, to="sent"))
    assert "This recall is settled" in again.text
    for wrong in ("", "due-ish"):
        assert keeper.send(form, to=wrong).status == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"recipient": ""}, "Who received it"),
        ({"day": "2999-01-01"}, "on a day to come"),
        ({"day": "tomorrow"}, "Not a valid date"),
        ({"what": " "}, "What was handed over"),
        ({"purpose": "nonsense"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_sent_back_with_what_was_typed(
    world: World, keeper: Browser, record: UUID, typed: dict[str, str], said: str
) -> None:
    page = written(world, keeper, record, **typed)
    assert page.status == 422
    assert said in page.text
    assert page.form("").value("reach") == REACH


def test_the_desk_sees_that_and_nobody_sees_whom(world: World, keeper: Browser, record: UUID) -> None:
    archive, acting = world.standing.archive, world.standing.acting("keeper")
    keeper.follow(written(world, keeper, record))
    holding.set_risk(archive, acting, world.standing.custody, record, "Their brother was asked.")
    recalls = f"{world.custody}/recalls"
    assert code_of(record) in keeper.get(recalls).text, "it is held"
    withdrawn(world, record)
    desk = world.sign_in(appointed(world))
    seen = desk.get(recalls)
    assert code_of(record) in seen.text
    assert "Custody knows to whom." in seen.text
    assert not any(word in seen.text for word in (RECIPIENT, REACH, "Their brother"))
    assert not [form for form in seen.forms if form.action == recalls]
    assert desk.get(f"{recalls}/{uuid4()}/notice").status == 404
    assert desk.get(f"{world.custody}/records/{record}/handover").status == 404
    for login in ("reader", "counsel", "outsider"):
        browser = world.sign_in(login)
        for path in (recalls, f"{recalls}/{uuid4()}/notice", f"{world.custody}/records/{record}/handover"):
            assert browser.get(path).status == 404
