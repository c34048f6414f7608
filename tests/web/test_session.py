"""One cookie, and what it opens: new at sign-in, gone at sign-out, worth nothing when it is forged or old."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from archive.domain.errors import SignedOut
from archive.services import signing_in, withdrawing
from archive.web.session import Ticket
from tests.web.browsing import Browser, filled
from tests.web.conftest import World, sign_in
from tests.web.desk_cast import appointed, told

SET = re.compile(
    r"__Host-guwah=[am]\.[A-Za-z0-9_-]{43}(\.[a-z]+)?; Secure; HttpOnly; Path=/; SameSite=Strict"
)


def test_the_cookie_is_exactly_this(visitor: Browser) -> None:
    page = visitor.get("/sign-in")
    [said] = page.response.headers.getlist("Set-Cookie")
    assert SET.fullmatch(said)


def test_a_visitor_leaves_no_row_and_keeps_the_same_token(world: World, visitor: Browser) -> None:
    visitor.get("/sign-in")
    first = visitor.cookie
    assert "Set-Cookie" not in visitor.get("/safety").response.headers
    assert visitor.cookie == first
    with pytest.raises(SignedOut):
        signing_in.resume(world.standing.archive, first.split(".")[1])


def test_signing_in_draws_a_new_token(world: World, visitor: Browser) -> None:
    visitor.get("/sign-in")
    before = visitor.cookie
    world.sign_in("reader", visitor)
    assert before.startswith("a.")
    assert visitor.cookie.startswith("m.")
    assert visitor.cookie.split(".")[1] != before.split(".")[1]


def test_the_language_survives_signing_in_and_an_ended_session(world: World, visitor: Browser) -> None:
    form = visitor.get("/sign-in").form("/language")
    visitor.send(form, button=("lang", "ug"))
    world.sign_in("reader", visitor)
    assert visitor.cookie.endswith(".ug")
    signing_in.sign_out(world.standing.archive, visitor.cookie.split(".")[1])
    ended = visitor.get("/")
    assert (ended.status, ended.response.headers["Location"]) == (303, "/sign-in/ended")
    assert visitor.cookie.startswith("a.")
    assert visitor.cookie.endswith(".ug")


def test_signing_out_removes_row_and_cookie_and_clears_the_browser(world: World) -> None:
    browser = world.sign_in("reader")
    token = browser.cookie.split(".")[1]
    page = browser.send(browser.get("/").form("/sign-out"))
    assert page.response.headers["Location"] == "/signed-out"
    assert page.response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert browser.cookie == ""
    with pytest.raises(SignedOut):
        signing_in.resume(world.standing.archive, token)
    assert browser.get("/signed-out").status == 200


def test_signing_out_everywhere_ends_the_other_session_too(world: World) -> None:
    one, other = world.sign_in("counsel"), world.sign_in("counsel")
    one.send(one.get("/account").form("/sign-out-everywhere"))
    assert other.get("/").response.headers["Location"] == "/sign-in/ended"


@pytest.mark.parametrize("state", ["signed in", "visiting"])
def test_leaving_ends_the_session_and_goes_outside(world: World, state: str) -> None:
    browser = world.sign_in("reader") if state == "signed in" else world.browser()
    token = browser.cookie
    page = browser.get("/leave")
    assert (page.status, page.response.headers["Location"]) == (303, "https://www.wikipedia.org/")
    assert page.response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert browser.cookie == ""
    if token:
        with pytest.raises(SignedOut):
            signing_in.resume(world.standing.archive, token.split(".")[1])


def test_a_session_ends_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.sign_in("reader")
    clock = world.standing.archive.clock
    object.__setattr__(world.standing.archive, "clock", lambda: clock() + timedelta(minutes=16))
    try:
        assert browser.get("/account").response.headers["Location"] == "/sign-in/ended"
    finally:
        object.__setattr__(world.standing.archive, "clock", clock)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "m.",
        "m.x",
        "m." + "A" * 43,
        "m." + "A" * 43 + ".ug",
        "a." + "A" * 43 + ".<b>",
        "x" * 9000,
        "m.\udcff",
    ],
)
def test_a_forged_cookie_opens_nothing(world: World, value: str) -> None:
    client = world.app.test_client(use_cookies=False)
    response = client.get("/", headers={"Cookie": f"__Host-guwah={value}".encode(errors="replace").decode()})
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/sign-in")


def test_a_ticket_reads_what_it_writes() -> None:
    for ticket in (Ticket("A" * 43), Ticket("b" * 43, member=True), Ticket("c" * 43, member=True, lang="ug")):
        assert Ticket.read(str(ticket)) == ticket


@pytest.mark.parametrize("path", ["/sign-in", "/language", "/sign-out"])
@pytest.mark.parametrize("token", [None, "", "forged", "another's"])
def test_a_form_without_its_token_is_refused(world: World, path: str, token: str | None) -> None:
    browser, another = world.sign_in("reader"), world.browser()
    if token == "another's":
        token = another.get("/sign-in").form("/sign-in").value("csrf_token")
    page = browser.post(path, [("lang", "ug")] + ([("csrf_token", token)] if token is not None else []))
    assert page.status == 400
    assert "Nothing was stored" in page.text
    assert browser.get("/").status == 200, "still signed in"


def test_a_form_token_ends_with_the_sign_in(world: World, visitor: Browser) -> None:
    form = visitor.get("/sign-in").form("/language")
    world.sign_in("reader", visitor)
    assert visitor.send(form, button=("lang", "ug")).status == 400


def test_a_wrong_sign_in_says_nothing_and_keeps_the_login_alone(world: World, visitor: Browser) -> None:
    right = world.standing.people["counsel"].passphrase
    pages = [
        sign_in(visitor, "nobody at all", "wrong words", "123456"),
        sign_in(visitor, "counsel", "wrong words", "123456"),
        sign_in(visitor, "counsel", right, "000000"),
    ]
    assert {page.status for page in pages} == {422}
    assert len({page.text.replace("nobody at all", "counsel") for page in pages}) == 1
    for page in pages:
        form = page.form("/sign-in")
        assert form.value("login") in ("counsel", "nobody at all")
        assert (form.value("passphrase"), form.value("code")) == ("", "")
        assert right not in page.response.text


def test_too_many_tries_must_wait(world: World, visitor: Browser) -> None:
    for _try in range(5):
        sign_in(visitor, "somebody unknown", "wrong words", "123456")
    page = sign_in(visitor, "somebody unknown", "wrong words", "123456")
    assert page.status == 429
    assert 0 < int(page.response.headers["Retry-After"]) <= 15
    assert page.form("/sign-in").value("login") == "somebody unknown"


def test_empty_fields_are_named_and_linked(visitor: Browser) -> None:
    page = sign_in(visitor, "", "", "")
    assert page.status == 422
    assert "Passphrase: Fill this in." in page.text
    assert page.title == "To mend: Sign in · Guwah"
    for name in ("login", "passphrase", "code"):
        assert (f"#{name}", "") in page.links
        assert f"{name}-error" in page.ids


def ended(world: World) -> Browser:
    """A keeper whose session has ended on the server."""
    browser = world.sign_in("keeper")
    signing_in.sign_out(world.standing.archive, browser.cookie.split(".")[1])
    return browser


def test_what_was_typed_survives_the_end_of_a_session(world: World) -> None:
    browser = world.sign_in("keeper")
    address = f"{world.custody}/new/testimony"
    form = browser.get(address).form(button="find")
    signing_in.sign_out(world.standing.archive, browser.cookie.split(".")[1])
    typed = {"title": "Typed for an hour", "texts-0-body": "  Words &\r\n<b>more</b> words"}
    page = browser.post(address, filled(form, typed, ("edit", "add texts")))
    assert (page.status, page.response.headers["WWW-Authenticate"]) == (401, "Guwah")
    assert browser.cookie.startswith("a.")
    again = page.form(address)
    wrong = {"again-login": "keeper", "again-passphrase": "wrong words", "again-code": "123456"}
    page = browser.post(address, filled(again, wrong))
    assert page.status == 422
    assert page.form(address).value("again-passphrase") == ""
    right = wrong | {
        "again-passphrase": world.standing.people["keeper"].passphrase,
        "again-code": world.standing.code("keeper"),
    }
    page = browser.post(address, filled(page.form(address), right))
    assert page.status == 200
    kept = page.form(button="find")
    assert kept.value("title") == typed["title"]
    assert kept.value("texts-0-body") == typed["texts-0-body"]
    assert ("edit", "drop texts-1") in kept.buttons, "the button that was pressed has done its work"
    assert browser.send(kept, address, button=("edit", "keep")).status == 200, (
        "its token is the new session's"
    )
    assert "again-" not in page.response.text


def test_what_another_site_sends_is_never_offered_again(world: World) -> None:
    browser = ended(world)
    page = browser.post(f"{world.custody}/new/testimony", [("title", "planted")])
    assert page.status == 400
    assert "planted" not in page.response.text


def test_a_kit_goes_onto_no_page_while_somebody_signs_in_again(world: World) -> None:
    """It opens every room: whoever typed it types it once more."""
    record, _code = told(world)
    withdrawing.withdraw(world.standing.archive, world.standing.acting(appointed(world)), record)
    browser, address = world.sign_in("keeper"), f"/desk/records/{record}"
    form = browser.get(address).form(f"{address}/undo")
    signing_in.sign_out(world.standing.archive, browser.cookie.split(".")[1])
    page = browser.send(form, why="Another was meant.", once_kit="made-up words of a kit")
    assert page.status == 401
    assert page.form(f"{address}/undo").value("why") == "Another was meant."
    assert "made-up words" not in page.response.text


def test_what_signs_in_again_is_on_no_page_after_it(world: World) -> None:
    """A preview sends back what was filled in: not the passphrase that came beside it."""
    record, _code = told(world)
    browser = world.sign_in("keeper")
    address = f"{world.custody}/records/{record}/consent/suspend"
    form = browser.get(address).form()
    signing_in.sign_out(world.standing.archive, browser.cookie.split(".")[1])
    page = browser.post(address, filled(form, {"reason": "As they asked."}))
    assert page.status == 401
    secret = world.standing.people["keeper"].passphrase
    right = {
        "again-login": "keeper",
        "again-passphrase": secret,
        "again-code": world.standing.code("keeper"),
    }
    page = browser.post(address, filled(page.form(address), right))
    assert page.status == 200
    assert page.form().value("reason") == "As they asked."
    assert secret not in page.response.text
    assert "again-" not in page.response.text
    assert browser.send(page.form(), address, button=("step", "confirm")).status == 303
