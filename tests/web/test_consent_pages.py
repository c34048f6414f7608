"""The consent page of a record: where it stands in words, each change foreseen before it is made, a code shown once."""

from __future__ import annotations

from uuid import UUID

import pytest

from archive.services import accessioning, deciding, withdrawing
from tests import archives
from tests.web.browsing import Browser, Page, filled
from tests.web.conftest import World

RESEARCH = "research/vetted-researchers"


@pytest.fixture
def record(world: World) -> str:
    """A record of its own, to be closed."""
    standing = world.standing
    one = archives.account("The spring was long.", title="A spring of its own")
    [stored] = accessioning.accession(
        standing.archive, standing.acting("keeper"), standing.custody, [archives.draft(one)]
    )
    return str(stored)


def at(world: World, record: str, deed: str = "") -> str:
    return f"{world.custody}/records/{record}/consent" + (f"/{deed}" if deed else "")


def foreseen(keeper: Browser, world: World, record: str, deed: str, **typed: str) -> Page:
    path = at(world, record, deed)
    form = keeper.get(path).form(button="keep")
    return keeper.send(form, path, button=("step", "preview"), **typed)


def confirmed(keeper: Browser, world: World, record: str, deed: str, page: Page) -> Page:
    path = at(world, record, deed)
    return keeper.follow(keeper.send(page.form(button="confirm"), path, button=("step", "confirm")))


def reads(world: World, browser: Browser, record: str) -> int:
    return browser.get(f"{world.reading}/records/{record}").status


def test_it_says_where_consent_stands_and_what_is_open(world: World, keeper: Browser, record: str) -> None:
    custody = keeper.get(f"{world.custody}/records/{record}")
    assert (at(world, record), "") in custody.links
    page = keeper.get(at(world, record))
    for words in (
        "In force",
        "Research",
        "Vetted researchers",
        "Reading room",
        "First matter",
        "Granted",
        "without end",
    ):
        assert words in page.text, words
    assert "A spring of its own" not in page.text
    assert page.title == "Consent · Guwah"


@pytest.mark.parametrize("deed", ["limit", "suspend", "withdraw"])
def test_what_closes_is_said_before_and_then_closed(
    world: World, keeper: Browser, reader: Browser, record: str, deed: str
) -> None:
    page = foreseen(keeper, world, record, deed, **({"ends": RESEARCH} if deed == "limit" else {}))
    assert page.status == 200
    closes = page.text.partition("This will close")[2].partition("In custody")[0]
    assert "Reading room" in closes.partition("Stays open")[0]
    assert ("First matter" in closes.partition("Stays open")[2]) == (deed == "limit")
    assert "What cannot be called back" in page.text
    assert reads(world, reader, record) == 200, "nothing is done by looking"
    after = confirmed(keeper, world, record, deed, page)
    assert reads(world, reader, record) == 404
    assert {"limit": "narrower", "suspend": "Resting", "withdraw": "Withdrawn"}[deed] in after.text


def test_it_rests_and_is_resumed(world: World, keeper: Browser, reader: Browser, record: str) -> None:
    confirmed(keeper, world, record, "suspend", foreseen(keeper, world, record, "suspend"))
    page = foreseen(keeper, world, record, "resume", reason="They asked for it.")
    assert "Reading room" in page.text.partition("This will open")[2]
    assert "In force" in confirmed(keeper, world, record, "resume", page).text
    assert reads(world, reader, record) == 200


def test_consent_is_renewed_by_plain_questions(
    world: World, keeper: Browser, reader: Browser, record: str
) -> None:
    asked = {"consent-asked-keep": "yes", "consent-asked-researchers": "no", "how": "replace"}
    page = foreseen(keeper, world, record, "renew", **asked)
    assert "This will close" in page.text
    assert "Reading room" not in confirmed(keeper, world, record, "renew", page).text
    assert reads(world, reader, record) == 404
    again = asked | {"consent-asked-researchers": "yes", "consent-asked-until": "2999-12-31"}
    page = foreseen(keeper, world, record, "renew", **again)
    assert "until December 31, 2999" in page.text.partition("This will open")[2]
    confirmed(keeper, world, record, "renew", page)
    assert reads(world, reader, record) == 200


def test_a_no_that_was_said_stays_when_answers_are_added(world: World, keeper: Browser, record: str) -> None:
    page = foreseen(keeper, world, record, "limit", ends=RESEARCH, never="y")
    confirmed(keeper, world, record, "limit", page)
    page = foreseen(keeper, world, record, "renew", consent__asked__researchers="yes")
    assert "No room beside custody gains or loses anything" in page.text


def test_a_limit_can_end_later(world: World, keeper: Browser, reader: Browser, record: str) -> None:
    page = foreseen(keeper, world, record, "limit", ends=RESEARCH, last="2999-01-01")
    assert "then:" in page.text.partition("This will change")[2]
    confirmed(keeper, world, record, "limit", page)
    assert reads(world, reader, record) == 200
    assert "until January 1, 2999" in keeper.get(at(world, record)).text


def test_going_back_keeps_what_was_filled_in(world: World, keeper: Browser, record: str) -> None:
    page = foreseen(keeper, world, record, "limit", ends=RESEARCH, reason="Words of a reason")
    path = at(world, record, "limit")
    back = keeper.send(page.form(button="confirm"), path, button=("edit", "keep")).form(button="preview")
    assert back.value("reason") == "Words of a reason"
    assert ("ends", RESEARCH) in back.fields


def test_what_was_foreseen_from_an_older_ledger_is_not_done(
    world: World, keeper: Browser, record: str
) -> None:
    page = foreseen(keeper, world, record, "limit", ends=RESEARCH)
    confirmed(keeper, world, record, "suspend", foreseen(keeper, world, record, "suspend"))
    late = keeper.send(page.form(button="confirm"), at(world, record, "limit"), button=("step", "confirm"))
    assert late.status == 409
    assert "changed meanwhile" in late.text
    assert "Resting" in keeper.get(at(world, record)).text


@pytest.mark.parametrize(
    ("deed", "typed", "where"),
    [
        ("limit", {}, "#ends"),
        ("limit", {"ends": "research/nobody"}, "#ends"),
        ("limit", {"ends": RESEARCH, "last": "soon"}, "#last"),
        ("renew", {"consent-basis": "vital-interest"}, "#consent-reason"),
        ("renew", {"consent-asked-keep": "perhaps"}, "#consent-asked-keep"),
        ("renew", {"how": "otherwise"}, "#how"),
    ],
)
def test_what_is_to_mend_is_named_at_its_field(
    world: World, keeper: Browser, record: str, deed: str, typed: dict[str, str], where: str
) -> None:
    page = foreseen(keeper, world, record, deed, **typed)
    assert page.status == 422
    assert (where, "") in page.links, page.text[:300]


def test_the_code_is_shown_once_and_closes_the_record(world: World, keeper: Browser, record: str) -> None:
    page = keeper.get(at(world, record))
    assert "No code to withdraw with" in page.text
    shown = keeper.send(page.form(at(world, record, "receipt")))
    code = shown.text.partition("withdraws by themselves:")[2].split()[0]
    again = keeper.get(at(world, record))
    assert code not in again.text
    assert "was given a code" in again.text
    withdrawing.by_receipt(world.standing.archive, code)
    gone = keeper.get(at(world, record))
    assert "Withdrawn: nobody" in gone.text
    assert "Code" in gone.text or "code" in gone.text
    assert keeper.get(at(world, record, "renew")).status == 404


def test_it_is_read_back_in_the_persons_language(world: World, keeper: Browser, record: str) -> None:
    page = keeper.get(at(world, record, "aloud"))
    assert "You said yes." in page.text
    assert "You were not asked." in page.text
    in_uyghur = keeper.get(at(world, record, "aloud/ug"))
    assert 'lang="ug" dir="rtl"' in in_uyghur.response.text
    assert "سىز بىلەن قايتا ئالاقىلاشساق بولامدۇ؟" in in_uyghur.text
    asked = {"consent-asked-keep": "yes", "how": "replace", "consent-script_language": "ug-Arab"}
    form = foreseen(keeper, world, record, "renew", **asked, **{"consent-asked-contact": "ask"})
    confirmed(keeper, world, record, "renew", form)
    assert 'lang="ug" dir="rtl"' in keeper.get(at(world, record, "aloud")).response.text
    keeper.send(keeper.get(at(world, record)).form(at(world, record, "receipt")))
    assert 'lang="ug" dir="rtl"' in keeper.get(at(world, record, "aloud")).response.text, "not of a receipt"
    assert (at(world, record, "aloud"), "") in keeper.get(f"{world.custody}/records/{record}").links
    assert "You want to be asked first" in keeper.get(at(world, record, "aloud/en")).text


def test_what_must_never_leave_is_a_no_outside(
    world: World, keeper: Browser, reader: Browser, record: str
) -> None:
    path = at(world, record, "renew")
    form = keeper.get(path).form(button="keep")
    asked = {"consent-asked-keep": "yes", "consent-asked-researchers": "yes", "how": "replace"}
    sent = [*filled(form, asked), ("consent-asked-never", "medical"), ("step", "preview")]
    page = keeper.post(path, sent)
    confirmed(keeper, world, record, "renew", page)
    said = keeper.get(at(world, record, "aloud")).text
    assert "What must never leave this archive: Health" in said
    agreed = deciding.agreed(
        world.standing.archive, world.standing.acting("keeper"), world.standing.custody, UUID(record)
    )
    assert "medical" not in {part for one in agreed.rooms for part in one.classes}


def test_it_is_for_custody_alone(world: World, reader: Browser, record: str) -> None:
    for path in (at(world, record), at(world, record, "limit"), at(world, record, "aloud")):
        assert reader.get(path).status == 404
        assert (
            reader.get(path.replace(str(world.standing.custody), str(world.standing.reading))).status == 404
        )
