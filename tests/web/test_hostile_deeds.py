"""Whatever is sent to the log explorer, the desk, consent, recalls, a person's papers, shortlist and exhibits.

Each answer is in words and never a 5xx; what is refused has stored nothing; what is taken is whole.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import BytesIO
from uuid import UUID, uuid4

import pytest

from archive.domain.rooms import RoomPurpose
from archive.services import checking, withdrawing
from tests.naughty import TWIN, sampled
from tests.web.browsing import Browser, Page, PageForm
from tests.web.conftest import World
from tests.web.desk_cast import appointed, receipt, told
from tests.web.hostility import clean, stored

CANARY = "qizil-canary"
DEEDS = ("renew", "limit", "suspend", "resume", "withdraw")


@pytest.fixture(scope="module", autouse=True)
def sound(world: World) -> Iterator[None]:
    """Whatever was taken in this module was taken whole."""
    keeper = world.standing.acting("keeper")
    before = set(map(str, checking.fsck(world.standing.archive, keeper)))
    yield
    assert set(map(str, checking.fsck(world.standing.archive, keeper))) <= before


@pytest.fixture(scope="module")
def desk(world: World) -> Browser:
    return world.sign_in(appointed(world))


@pytest.fixture(scope="module")
def counsel(world: World) -> Browser:
    return world.sign_in("counsel")


def sent(world: World, browser: Browser, path: str, fields: dict[str, str], **more: str) -> Page:
    """The answer to these fields; if it is a refusal nothing is stored, and nothing of it is in address or title."""
    before = stored(world.standing.instance)
    page = browser.post(path, [*fields.items(), *more.items()])
    assert page.status in (200, 303, 400, 403, 404, 409, 422, 429), (path, page.status, fields)
    if page.status not in (200, 303):
        assert stored(world.standing.instance) == before, (path, page.status, fields)
    clean(page)
    tokens = [value for name, value in fields.items() if name.endswith("csrf_token")]
    for text in (*fields.values(), *more.values()):
        if len(text) > 12 and text not in tokens:
            assert text not in page.title
            assert text not in page.response.headers.get("Location", "")
    return page


def names(form: PageForm) -> list[str]:
    """Every field of a form, whatever its kind."""
    found = {*form.written, *form.choices, *(name for name, _value in [*form.fields, *form.ticks])}
    return sorted(name for name in found if not name.endswith("csrf_token"))


def spoilt(form: PageForm, strings: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """All fields with one string; then each field alone, the others as they came."""
    whole = {name: form.value(name) for name in dict(form.fields)}
    token = next(name for name in whole if name.endswith("csrf_token"))
    for text in strings:
        yield dict.fromkeys(names(form), text) | {token: whole[token]}
    for number, name in enumerate(names(form)):
        yield whole | {name: strings[number % len(strings)]}


def with_field(page: Page, name: str) -> PageForm:
    return next(form for form in page.forms if name in names(form))


def test_filtering_the_log(world: World, keeper: Browser, naughty: tuple[str, ...]) -> None:
    form = keeper.get("/log").form("/log/filter")
    for values in spoilt(form, sampled(naughty, 8)):
        page = sent(world, keeper, "/log/filter", values)
        if page.status == 303:
            assert keeper.follow(page).status == 200
    for path in ("/log/verify", "/log/checkpoint"):
        token = form.value("csrf_token")
        assert (
            sent(world, keeper, path, {"csrf_token": token, "start": naughty[3], "x": CANARY}).status == 200
        )
    for text in sampled(naughty, 8):
        for path in ("/log/from/", "/log/found/", f"/log/found/{uuid4()}/from/"):
            address = path + text.replace("\r\n", "").replace("\n", "")
            assert keeper.client.get(address, buffered=True).status_code in (200, 303, 308, 400, 404), text


def test_finding_at_the_desk(world: World, desk: Browser, naughty: tuple[str, ...]) -> None:
    form = desk.get("/desk").form("/desk/find")
    for text in sampled(naughty, 20):
        page = sent(world, desk, "/desk/find", {"csrf_token": form.value("csrf_token"), "code": text})
        assert page.status == 422, text


@pytest.mark.parametrize("deed", ["limit", "withdraw", "destroy"])
def test_closing_at_the_desk(world: World, desk: Browser, deed: str, naughty: tuple[str, ...]) -> None:
    record, _code = told(world)
    path = f"/desk/records/{record}/{deed}"
    token = desk.get("/desk").form("/desk/find").value("csrf_token")
    for number, text in enumerate(sampled(naughty, 4)):
        for step in ("preview", text):
            values = {"csrf_token": token, "reason": text, "purposes": text if number % 2 else "reading"}
            page = sent(world, desk, path, values, step=step)
            assert page.status in (200, 422)
        sent(world, desk, path, {"csrf_token": token, "purposes": text}, step="confirm")
        if deed == "withdraw":  # which it is free to be, for whatever reason, if the reason can be kept
            record, _code = told(world)
            path = f"/desk/records/{record}/{deed}"
            page = sent(world, desk, path, {"csrf_token": token, "reason": text}, step="confirm")
            assert page.status in (303, 422), text


def test_other_deeds_of_the_desk(world: World, desk: Browser, naughty: tuple[str, ...]) -> None:
    token = desk.get("/desk").form("/desk/find").value("csrf_token")
    for text in sampled(naughty, 8):
        plain = text.replace("\r\n", "").replace("\n", "").replace("\t", "")
        for path in (
            f"/desk/place/{plain}",
            f"/desk/place/{uuid4()}",
            f"/desk/records/{plain}/limit",
            "/desk/clock",
        ):
            assert sent(world, desk, path, {"csrf_token": token, "x": text}).status in (303, 400, 403, 404), (
                path
            )


def test_withdrawing_with_a_code(world: World, naughty: tuple[str, ...]) -> None:
    record, _code = told(world)
    slip = receipt(world, record)
    for text in sampled(naughty, 8):
        visitor = world.browser()  # each of its own: many tries of one have to wait
        token = visitor.get("/withdraw").form().value("csrf_token")
        for values in (
            {"code": text},
            {"code": text, "step": "confirm"},
            {"code": f"{slip}{text}z", "step": "confirm"},
        ):
            assert sent(world, visitor, "/withdraw", {"csrf_token": token, **values}).status == 422, text
        page = sent(world, visitor, "/withdraw", {"csrf_token": token, "code": slip, "step": text})
        assert page.status == 200, text
        assert "Nothing has happened yet" in page.text


@pytest.mark.parametrize("deed", DEEDS)
def test_changing_consent(world: World, keeper: Browser, deed: str, naughty: tuple[str, ...]) -> None:
    record, _code = told(world)
    path = f"{world.custody}/records/{record}/consent/{deed}"
    form = keeper.get(path).form(button="keep")
    for number, values in enumerate(spoilt(form, sampled(naughty, 3))):
        text = naughty[number % len(naughty)]
        for more in ({"step": "preview"}, {"step": text}, {"edit": text}):
            page = sent(world, keeper, path, values, **more)
            assert page.status in (200, 409, 422), (values, more)
        if deed != "withdraw":
            sent(world, keeper, path, values, step="confirm")
        if number > 9:  # the form of renewal has many fields; any of them may be spoilt alone
            break
    here = f"{world.custody}/records/{record}/consent"
    token = form.value("csrf_token")
    for text in sampled(naughty, 6):
        page = sent(world, keeper, f"{here}/receipt", {"csrf_token": token, "read": text})
        assert page.status == 303, text
        plain = text.replace("\r\n", "").replace("\n", "").replace("\t", "")
        assert keeper.get(f"{here}/aloud/{plain}").status in (200, 308, 404), text


def test_recalls_and_hand_overs(world: World, keeper: Browser, naughty: tuple[str, ...]) -> None:
    record, _code = told(world)
    path = f"{world.custody}/records/{record}/handover"
    form = with_field(keeper.get(path), "recipient")
    for values in spoilt(form, sampled(naughty, 3)):
        sent(world, keeper, path, values)
    good = {name: form.value(name) for name in dict(form.fields)} | {"day": "2026-01-02", "purpose": "media"}
    for text in sampled(naughty, 6):
        page = sent(world, keeper, path, {**good, "recipient": f"a{text}", "what": text, "reach": text})
        assert page.status in (303, 422), text
        if page.status == 303:
            assert keeper.follow(page).status == 200, text
    withdrawing.withdraw(world.standing.archive, world.standing.acting("keeper"), record)
    recalls = f"{world.custody}/recalls"
    listed = keeper.get(recalls)
    assert listed.status == 200
    clean(listed)
    token = form.value("csrf_token")
    for text in sampled(naughty, 8):
        for values in ({"recall": text, "to": "sent"}, {"recall": str(uuid4()), "to": text}, {"to": text}):
            assert sent(world, keeper, recalls, {"csrf_token": token, **values}).status == 404, values


def test_papers_for_a_person(world: World, keeper: Browser, naughty: tuple[str, ...]) -> None:
    record, _code = told(world)
    report = f"{world.custody}/records/{record}/report"
    for part in ("slip", "whole"):
        path = f"{report}/{part}"
        form = with_field(keeper.get(report), f"{part}-lang")
        for values in spoilt(form, sampled(naughty, 3)):
            sent(world, keeper, path, values)
    for text in sampled(naughty, 10):
        plain = text.replace("\r\n", "").replace("\n", "").replace("\t", "")
        for address in (
            f"/consent-form/{plain}",
            f"/records/{plain}/certificate",
            f"/records/{uuid4()}/certificate",
        ):
            assert keeper.get(address).status in (200, 303, 308, 404), address


def test_shortlist_and_exhibits(world: World, counsel: Browser, naughty: tuple[str, ...]) -> None:
    matter = f"/rooms/{world.standing.rooms[RoomPurpose.MATTER]}"
    page = counsel.get(f"{matter}/shortlist")
    token = page.form(f"{matter}/shortlist").value("csrf_token")
    known = world.records["both"].hex
    for text in sampled(naughty, 8):
        for values in (
            {"do": text},
            {"do": f"add {text}"},
            {"do": f"{text} {known}"},
            {"do": f"up {known}", "back": text},
            {"do": f"add {uuid4().hex}"},
        ):
            answer = sent(world, counsel, f"{matter}/shortlist", {"csrf_token": token, **values})
            assert answer.status in (303, 404), values
            if answer.status == 303:  # back is an address inside, whatever was sent
                assert answer.response.headers["Location"].startswith("/"), values
                assert not answer.response.headers["Location"].startswith("//"), values
        made = sent(world, counsel, f"{matter}/exhibits", {"csrf_token": token, "record": text or CANARY})
        assert made.status == 404, text
    counsel.post(f"{matter}/shortlist", [("csrf_token", token), ("do", "empty")])
    assert counsel.get(f"{matter}/shortlist").status == 200


def places(world: World, record: UUID) -> Iterator[tuple[str, str]]:
    """(who, address) of everything here that takes a form."""
    custody, matter = world.custody, f"/rooms/{world.standing.rooms[RoomPurpose.MATTER]}"
    here = f"{custody}/records/{record}"
    yield from (
        ("keeper", path) for path in ("/log/filter", "/log/verify", "/log/checkpoint", f"{custody}/recalls")
    )
    yield from (("keeper", f"{here}/consent/{deed}") for deed in (*DEEDS, "receipt"))
    yield from (("keeper", f"{here}/{part}") for part in ("handover", "report/slip", "report/whole"))
    yield from (
        ("desk", path) for path in ("/desk/find", f"/desk/place/{world.standing.custody}", "/desk/clock")
    )
    yield from (("desk", f"/desk/records/{record}/{deed}") for deed in ("limit", "withdraw", "destroy"))
    yield from (("counsel", f"{matter}/{part}") for part in ("shortlist", "exhibits"))
    yield "visitor", "/withdraw"


def test_what_is_no_form_of_ours_stores_nothing_and_is_logged_without_its_words(
    world: World, desk: Browser, keeper: Browser, counsel: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    """Without its token, with another's, in other encodings, with files for fields, in too many parts."""
    caplog.set_level(logging.DEBUG, logger="")
    record, _code = told(world)
    browsers = {"keeper": keeper, "desk": desk, "counsel": counsel, "visitor": world.browser()}
    other = keeper.get("/log").form("/log/filter").value("csrf_token")
    for who, path in places(world, record):
        client, before = browsers[who].client, stored(world.standing.instance)
        file = (BytesIO(CANARY.encode()), f"{CANARY}.txt")
        bodies = (
            {"data": {"reason": CANARY, "step": "confirm"}},
            {"data": {"csrf_token": CANARY, "reason": CANARY, "step": "confirm"}},
            {"data": {"csrf_token": other if who != "keeper" else "x", "code": CANARY}},
            {
                "data": b"csrf_token=%ff&reason=%ff%fe" + CANARY.encode(),
                "content_type": "application/x-www-form-urlencoded",
            },
            {"data": b'{"reason": "' + CANARY.encode() + b'"}', "content_type": "application/json"},
            {
                "data": {"csrf_token": file, "reason": (BytesIO(b"x"), CANARY)},
                "content_type": "multipart/form-data",
            },
            {"data": CANARY.encode(), "content_type": "multipart/form-data; boundary=" + "x" * 200},
            {"data": {f"{CANARY}{number}": "x" for number in range(6000)}},
        )
        for number, body in enumerate(bodies):
            response = client.post(path, buffered=True, **body)  # type: ignore[arg-type]
            assert response.status_code in (303, 400, 413), (path, number, response.status_code)
            assert CANARY not in response.text
            assert CANARY not in response.headers.get("Location", "")
        assert stored(world.standing.instance) == before, path
    assert CANARY not in caplog.text


def test_every_string_is_kept_as_written_or_refused(world: World, keeper: Browser) -> None:
    """What goes into the ledger comes out of it letter by letter: nothing is cut off or cleaned on the way."""
    record, _code = told(world)
    report, path = f"{world.custody}/records/{record}/report", f"{world.custody}/records/{record}/handover"
    form, kept = with_field(keeper.get(path), "recipient"), 0
    good = {name: form.value(name) for name in dict(form.fields)} | {"day": "2026-01-02", "purpose": "media"}
    for number, text in enumerate(sampled(TWIN, 14)):
        recipient, before = f"{number}:{text}:end", stored(world.standing.instance)
        page = sent(world, keeper, path, {**good, "recipient": recipient, "what": "Invented."})
        if page.status == 303:
            kept += 1
            assert stored(world.standing.instance) != before, "so that would be seen of a refusal, too"
            assert " ".join(recipient.split()) in keeper.get(report).text, text
    assert kept > 5
