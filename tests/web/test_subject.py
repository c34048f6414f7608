"""The pages for the person: what they see, what goes on paper only when paper is safe, and what a slip does not say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from archive.domain.consent import Purpose
from archive.domain.handover import HandOver
from archive.domain.identifiers import code_of, new_id
from archive.services import accessioning, certifying, holding, recalling, withdrawing
from archive.vocabularies.load import vocabulary
from tests.archives import account, draft
from tests.web.browsing import Browser, Page
from tests.web.conftest import World

TITLE = "Ninety days nobody counted"
RECIPIENT, REASON = "Example Tribunal", "Their brother was asked."


@pytest.fixture
def record(world: World) -> UUID:
    """One that was handed over once, and that puts others at risk."""
    archive, keeper, custody = world.standing.archive, world.standing.acting("keeper"), world.standing.custody
    [record] = accessioning.accession(archive, keeper, custody, [draft(account(title=TITLE))])
    said = HandOver(
        id=new_id(),
        record=record,
        recipient=RECIPIENT,
        purpose=Purpose.MEDIA,
        day=datetime.now(UTC).date(),
        what="The whole statement.",
    )
    recalling.record_handover(archive, keeper, custody, said)
    holding.set_risk(archive, keeper, custody, record, REASON)
    return record


def report(world: World, browser: Browser, record: UUID) -> Page:
    return browser.get(f"{world.custody}/records/{record}/report")


def test_the_report_tells_everything_but_names_of_members(
    world: World, keeper: Browser, record: UUID
) -> None:
    page = report(world, keeper, record)
    assert page.status == 200
    for words in (
        RECIPIENT,
        REASON,
        code_of(record),
        "Custodian",
        "recorded what was handed over",
        "Who searched for something is not",
    ):
        assert words.lower() in page.text.lower(), words
    assert "Example Keeper" not in page.text
    assert TITLE not in page.text
    consent = keeper.get(f"{world.custody}/records/{record}/consent")
    assert f"{world.custody}/records/{record}/report" in [href for href, _rel in consent.links]


def test_the_slip_is_what_is_printed_and_says_nothing(world: World, keeper: Browser, record: UUID) -> None:
    page = report(world, keeper, record)
    here = f"{world.custody}/records/{record}/report"
    form = page.form(f"{here}/slip")
    assert form.value("slip-receipt") == "y", "a code to withdraw with is given out unless one says otherwise"
    slip = keeper.send(form, slip__contact="+000 000", slip__lang="en")
    assert slip.status == 200
    assert code_of(record) in slip.text
    assert "+000 000" in slip.text
    for word in (RECIPIENT, REASON, TITLE, "testimony", "consent", "Uyghur", "camp"):
        assert word.lower() not in slip.text.lower(), word
    shown = slip.response.get_data(as_text=True)
    code = shown.split('<code class="receipt">')[1].split("</code>")[0]
    assert code not in report(world, keeper, record).text
    ending = withdrawing.by_receipt(world.standing.archive, code)
    assert ending.record == record
    assert keeper.get(f"{here}/slip").status == 303


def test_the_whole_is_printed_when_paper_is_safe_and_not_before(
    world: World, keeper: Browser, record: UUID
) -> None:
    here = f"{world.custody}/records/{record}/report"
    form = report(world, keeper, record).form(f"{here}/whole")
    refused = keeper.send(form, whole__lang="en")
    assert refused.status == 422
    assert "Ask whether paper is safe" in refused.text
    whole = keeper.send(form, whole__lang="en", whole__safe="y")
    assert whole.status == 200
    assert RECIPIENT in whole.text
    assert TITLE not in whole.text
    in_theirs = keeper.send(form, whole__lang="ug", whole__safe="y")
    assert '<html lang="ug" dir="rtl">' in in_theirs.response.get_data(as_text=True)
    assert keeper.send(form, whole__lang="xx", whole__safe="y").status == 422
    assert keeper.get(f"{here}/whole").status == 303


@pytest.mark.parametrize("login", ["reader", "counsel", "outsider"])
def test_nobody_else_sees_any_of_it(world: World, record: UUID, login: str) -> None:
    browser = world.sign_in(login)
    here = f"{world.custody}/records/{record}"
    assert browser.get(f"{here}/report").status == 404
    token = browser.get("/account").forms[0].value("csrf_token")
    fields = [("csrf_token", token), ("slip-csrf_token", token), ("whole-csrf_token", token)]
    for what, lang in (("slip", "slip-lang"), ("whole", "whole-lang")):
        sent = browser.post(f"{here}/report/{what}", [*fields, (lang, "en"), ("whole-safe", "y")])
        assert sent.status == 404, what
    for path in ("", "/signed"):
        assert browser.get(f"/records/{record}/certificate{path}").status == 404
        assert browser.get(f"/records/{uuid4()}/certificate{path}").status == 404


def test_a_withdrawal_is_certified_on_paper_and_as_signed_json(
    world: World, keeper: Browser, record: UUID
) -> None:
    address = f"/records/{record}/certificate"
    assert keeper.get(address).status == 409
    withdrawing.withdraw(world.standing.archive, world.standing.acting("keeper"), record)
    page = report(world, keeper, record)
    assert "is to be asked for it back" in page.text
    assert address in [href for href, _rel in page.links]
    shown = keeper.get(address)
    assert "not yet: at the latest on" in shown.text
    signed = keeper.get(f"{address}/signed").response
    made = certifying.read(signed.get_data())
    assert made.record == record
    assert str(record) not in signed.headers["Content-Disposition"]
    assert json.loads(signed.get_data())["code"] == code_of(record)
    assert made.leaf in shown.text


@pytest.mark.parametrize("lang", ["en", "ug", "zh"])
def test_the_consent_form_asks_every_question_in_each_language(keeper: Browser, lang: str) -> None:
    page = keeper.get(f"/consent-form/{lang}")
    assert page.status == 200
    for term in vocabulary("questions"):
        assert term.labels[lang] in page.text
        assert page.said(term.labels[lang]) == (lang, "rtl" if lang == "ug" else "ltr")
    for term in vocabulary("consent-form"):
        assert term.labels[lang] in page.text, term.id
    assert ("No native reader has read this text yet" in page.text) is (lang != "en")
    assert keeper.get("/consent-form").status == 200
    assert keeper.get("/consent-form/tr").status == 404
