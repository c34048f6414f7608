"""Knows the journeys by the pages: signing in, entering both kinds of record, tagging, searching, and every refusal.
Must not know commands, or what is searched for afterwards. Works on a test client and on a served archive alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest

from archive.sealing.tokens import secret_of
from archive.services import searching
from archive.web.session import Ticket
from tests.functional.canary.stage import Person, Stage
from tests.web.browsing import Browser, Page, PageForm

DAYS: Final = ("collected", "period", "born", "as_of", "last_contact", "on", "since", "at")
AHEAD: Final = ("review_on", "next_contact")
LEFT: Final = ("until", "wanted")
"""The end of a term stands in the licence in clear, by design; the finder's words are a journey of their own."""
_NUMBER: Final = re.compile(r"-\d+")
_SPOOLED: Final = 700_000
"""Bytes beyond which Werkzeug, left to itself, puts an uploaded part into a temporary file."""
_BOUNDARY: Final = b"canary-boundary"


@dataclass(frozen=True)
class Visit:
    """Somebody's browser on a stage, in one room."""

    stage: Stage
    browser: Browser
    room: str

    @property
    def home(self) -> str:
        return f"/rooms/{self.room}"

    def get(self, path: str) -> Page:
        return self.browser.get(self.home + path)

    def plant(self, kind: str, *, kept: bool = False) -> str:
        return self.stage.aviary.value(kind, kept=kept)


def sign_in(stage: Stage, browser: Browser, person: Person) -> None:
    """Wrong login, wrong passphrase, a stale form; then right. The token of the session is a secret from now on."""
    form = browser.get("/sign-in").form("/sign-in")
    bred = stage.aviary
    wrong = {"login": bred.value("page: wrong login"), "passphrase": "x", "code": "000000"}
    assert browser.send(form, button=None, **wrong).status == 422
    wrong = {"login": person.login, "passphrase": bred.value("page: wrong passphrase"), "code": person.code()}
    assert browser.send(form, button=None, **wrong).status == 422
    wrong |= {"code": bred.value("page: wrong code"), "csrf_token": bred.value("page: wrong form token")}
    assert browser.send(form, button=None, **wrong).status == 400
    page = browser.send(form, login=person.login, passphrase=person.passphrase, code=person.code())
    assert page.status == 303, page.text
    note_token(stage, browser)


def note_token(stage: Stage, browser: Browser) -> None:
    token = _token(browser)
    stage.aviary.secret("session token", token, secret_of(token))


def _token(browser: Browser) -> str:
    ticket = Ticket.read(browser.cookie)
    assert ticket
    assert ticket.member
    return ticket.token


def enter(visit: Visit, kind: str, *buttons: str) -> str:
    """Fill every field of an entry form that takes words; refused first, then stored. Return the record's address."""
    address = f"{visit.home}/new/{kind}"
    form = visit.browser.get(address).form(button="find")
    for button in buttons:
        form = visit.browser.send(form, address, button=("edit", button)).form(button="find")
    wrong = {name: visit.plant(f"page: refused {_plain(name)}") for name in sorted(form.written)}
    refused = visit.browser.send(form, address, button=None, **wrong)
    assert refused.status == 422
    named = {visit.plant("page: unknown field"): visit.plant("page: value of an unknown field")}
    stale = named | {"csrf_token": "x", "title": visit.plant("page: form without its token")}
    assert visit.browser.send(form, address, button=None, **stale).status == 400
    typed = _typed(visit, f"page {kind}", form)
    typed["finder-wanted"] = visit.plant("page: name looked for among the tags")
    form.fields += [tick for tick in form.ticks if tick[0].endswith("reviewed")]
    found = visit.browser.send(form, address, button=("edit", "find"), **typed)
    stored = visit.browser.send(found.form(button="find"), address)
    assert stored.status == 303, stored.text
    shown = visit.browser.follow(stored)
    assert typed["title"] in shown.text
    return _address(stored)


def _typed(visit: Visit, kind: str, form: PageForm) -> dict[str, str]:
    """A value for every field, a passage that stands in a text, languages, and yes to every question."""
    bred, typed = visit.stage.aviary, {}
    texts = [name for name in form.written if re.fullmatch(r"texts-\d+-body", name)]
    names = [name for name in form.written if not name.endswith("-passage")]
    names += [
        f"tags-{number}-passage" for number in range(len(texts)) if f"tags-{number}-passage" in form.written
    ]
    for name in sorted(names, reverse=True):  # so that grants begin before the day on which consent is given
        last = name.rpartition("-")[2]
        of = f"{kind}: {_plain(name)}"
        if last in DAYS:
            typed[name] = bred.day(of, kept=True)
        elif last in AHEAD:
            typed[name] = bred.day(of, ahead=True, kept=True)
        elif last not in LEFT:
            typed[name] = bred.value(of, kept=True)
    for number, lang in enumerate(("ug-Arab", "ru")):
        if f"texts-{number}-body" in typed:
            typed[f"texts-{number}-lang"] = lang
            typed[f"texts-{number}-body"] += f"\n{typed[f'tags-{number}-passage']}"
            typed[f"tags-{number}-text"] = form.value(f"texts-{number}-id")
    grants = [name for name in form.choices if name.endswith("-rest")]
    return typed | dict.fromkeys(grants, "yes") | {"consent-method": "signed"}


def tag(visit: Visit, record: str, label: str) -> None:
    """Find an entry of the facility register by its name, put it on, with a wrong passage first."""
    address = f"{record}/tags"
    form = visit.browser.get(address).form(button="find")
    page = visit.browser.send(
        form, address, button=("edit", "find"), finder__facet="facility", finder__wanted=label
    )
    form = page.form(button="find")
    button = next(value for _name, value in form.buttons if value.startswith("tag facility reg-"))
    form = visit.browser.send(form, address, button=("edit", button)).form(button="find")
    last = max(name for name in form.written if name.endswith("-passage"))
    wrong = {last: visit.plant("page: passage that stands nowhere")}
    assert visit.browser.send(form, address, button=None, **wrong).status == 422
    term = ("edit", f"tag subject {visit.plant('page: subject', kept=True)}")
    form = visit.browser.send(form, address, button=term).form(button="find")
    stored = visit.browser.send(form, address)
    assert stored.status == 303, stored.text
    assert label.split(maxsplit=1)[0] in visit.browser.follow(stored).text


def mark(visit: Visit, record: str) -> None:
    """Mark the last sentence of a text, after words that stand nowhere; look at it, then store it."""
    address = f"{record}/passages"
    form = visit.browser.get(address).form(button="mark")
    wrong = {"texts-0-words": visit.plant("page: words that stand nowhere")}
    assert visit.browser.send(form, address, button=("edit", "mark"), **wrong).status == 422
    last = max(int(value) for name, value in form.ticks if name == "texts-0-sentences")
    form.fields += [("texts-0-sentences", str(last)), ("texts-0-contains", "medical")]
    reason = {"texts-0-reason": visit.plant("page: reason of a mark", kept=True)}
    page = visit.browser.send(form, address, button=("edit", "mark"), **reason)
    stored = visit.browser.send(page.form(button="mark"), address)
    assert stored.status == 303, stored.text
    assert reason["texts-0-reason"] in visit.browser.get(address).text


def consent(visit: Visit, record: str) -> None:
    """Limit an answer for one part, refused first, then foreseen and confirmed; give out a code; read it all back."""
    address = f"{record}/consent/limit"
    form = visit.browser.get(address).form(button="preview")
    wrong = {
        "reason": visit.plant("page: reason of a refused limit"),
        "last": visit.plant("page: refused last day"),
    }
    preview, ends = ("step", "preview"), "research/vetted-researchers"
    assert visit.browser.send(form, address, button=preview, **wrong).status == 422
    reason = visit.plant("page: reason of a limit", kept=True)
    page = visit.browser.send(form, address, button=preview, ends=ends, parts="voice", reason=reason)
    again = visit.browser.send(page.form(button="confirm"), address, button=("edit", "keep"))
    assert again.form(button="preview").value("reason") == reason
    stored = visit.browser.send(page.form(button="confirm"), address, button=("step", "confirm"))
    assert stored.status == 303, stored.text
    shown = visit.browser.follow(stored)
    assert reason in shown.text
    given = visit.browser.send(shown.form(f"{record}/consent/receipt"))
    code = given.text.partition("withdraws by themselves:")[2].split()[0]
    visit.stage.aviary.secret("code of a receipt", code)
    for path in ("/consent", "/consent/aloud", "/consent/aloud/ug", "/consent/renew"):
        assert visit.browser.get(record + path).status == 200
    _not_withdrawn(visit, record, code)


def _not_withdrawn(visit: Visit, record: str, code: str) -> None:
    """Codes that are none, at the desk and where nobody signs in; a withdrawal that is foreseen and left alone."""
    browser, id = visit.browser, record.rpartition("/")[2]
    form = browser.get("/desk").form("/desk/find")
    assert browser.send(form, code=visit.plant("page: wrong code at the desk")).status == 422
    desk = f"/desk/records/{id}"
    form = browser.get(desk).form(f"{desk}/withdraw")
    reason = visit.plant("page: reason of a withdrawal that was left alone")
    page = browser.send(form, button=("step", "preview"), reason=reason)
    assert browser.send(page.form(button="confirm"), f"{desk}/withdraw", button=("back", "1")).status == 200
    form = browser.get("/withdraw").form(button="")
    assert browser.send(form, "/withdraw", code=visit.plant("page: wrong code of a receipt")).status == 422
    assert browser.send(form, "/withdraw", code=code).status == 200


def search(visit: Visit, known: str) -> None:
    """Queries that find, that find nothing, that are refused; pages of a facet; what the session remembers of them."""
    form = visit.get("").form(f"{visit.home}/search")
    for text in (known, f'"{known}"', visit.plant("page: search term", kept=True)):
        page = visit.browser.follow(visit.browser.send(form, text=text))
        assert page.form(f"{visit.home}/search").value("text") == text
        if known in text:
            assert "Nothing" not in page.text
        else:  # a pair of its letters may stand in a record by chance
            assert "Nothing" in page.text or "some of the words" in page.text or "sounds alike" in page.text
    day = visit.stage.aviary.day("page: date searched for", kept=True)
    term = f"subject:{visit.plant('page: filter', kept=True)}"
    narrow = visit.browser.send(form, button=("add", term), text=known, since=day)
    visit.browser.follow(narrow)
    visit.browser.get(_address(narrow) + "/all/place")
    wrong = {
        "since": visit.plant("page: refused date"),
        "text": visit.plant("page: term of a refused search"),
    }
    assert visit.browser.send(form, button=None, **wrong).status == 422
    assert visit.browser.send(form, text=visit.plant("page: stale search"), csrf_token="x").status == 400
    box = f"{visit.home}/all/place"
    typed = visit.plant("page: typed to shorten a list")
    assert visit.browser.send(visit.get("/all/place").form(), box, typed=typed).status == 200
    assert "last search" in visit.get("").text


def refusals(visit: Visit, stranger: str) -> None:
    """Addresses, headers, cookies and files that carry words; a room and a record of somebody else's."""
    browser, word = visit.browser, visit.stage.aviary.name("page: word in an address")
    for path in (f"/{word}", f"/static/{word}", f"{visit.home}/all/{word}", f"{visit.home}/records/{word}"):
        assert browser.get(path).status == 404
    assert browser.get(f"{visit.home}?q={word}&{word}=1").status == 200
    assert browser.get(stranger).status == 404
    headers = {
        name: visit.stage.aviary.name(f"page: header {name}").encode().decode("latin-1")
        for name in ("User-Agent", "Referer", "Accept-Language", "X-Forwarded-For", "Authorization")
    }
    assert browser.get(visit.home, **headers).status == 200
    form = visit.get("").form(f"{visit.home}/search")
    fields = [*form.fields, ("lang", word), ("back", f"//{word}")]
    assert browser.post("/language", fields).status == 303
    assert browser.post("/sign-in", [("login", word)]).status == 400
    assert browser.post(f"/{word}", fields).status == 404


def upload(visit: Visit) -> None:
    """A file where none is wanted, large enough to be put on the disk by a careless server."""
    form = visit.get("/new/testimony").form(button="find")
    words = visit.plant("page: words of an uploaded file")
    content = (words + "\n").encode() * (_SPOOLED // len(words.encode()))
    name = visit.stage.aviary.name("page: name of an uploaded file")
    parts = [(f'name="{field}"', value.encode()) for field, value in form.fields]
    parts += [('name="title"', words.encode()), (f'name="narrator-note"; filename="{name}.txt"', content)]
    body = b"".join(
        b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (_BOUNDARY, said.encode(), value)
        for said, value in parts
    )
    answer = visit.browser.client.post(
        f"{visit.home}/new/testimony",
        data=body + b"--%s--\r\n" % _BOUNDARY,
        content_type=f"multipart/form-data; boundary={_BOUNDARY.decode()}",
    )
    assert answer.status_code == 422


def ended(visit: Visit, end: Callable[[str], None], person: Person) -> None:
    """A session that ends while somebody writes: what they typed is on their page, and nowhere else."""
    address = f"{visit.home}/new/testimony"
    form = visit.browser.get(address).form(button="find")
    end(_token(visit.browser))
    late = {name: visit.plant("page: typed too late") for name in sorted(form.written)}
    page = visit.browser.send(form, address, button=None, **late)
    assert page.status == 401
    again = {"again__login": person.login, "again__code": person.code()}
    wrong = visit.plant("page: wrong passphrase, again")
    page = visit.browser.send(page.form(address), again__passphrase=wrong, button=None, **again)
    assert page.status == 422
    page = visit.browser.send(page.form(address), again__passphrase=person.passphrase, button=None, **again)
    assert page.status == 422
    assert visit.browser.cookie.startswith("m.")
    note_token(visit.stage, visit.browser)


def defect(visit: Visit) -> None:
    """An error that nobody foresaw, with words in it: a number is logged, no more."""

    def fail(*_: object) -> None:
        raise ValueError(visit.plant("page: words of a defect"))

    form = visit.get("").form(f"{visit.home}/search")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "search", fail)
        patch.setattr(searching, "keep_query", fail)
        assert visit.get("").status == 500
        assert visit.browser.send(form, text=visit.plant("page: term at a defect")).status == 500


def read(visit: Visit, record: str) -> None:
    """The record on screen and on paper, in both languages; the member's own page."""
    form = visit.get("").form("/language")
    visit.browser.send(form, button=("lang", "ug"))
    for path in (record, f"{record}/print", "/account", "/"):
        assert visit.browser.get(path).status == 200
    visit.browser.send(form, button=("lang", "en"))


def exhibits(visit: Visit, title: str) -> None:
    """Everything that a matter room shows, on a shortlist; its sheets made, printed and handed out signed."""
    form = visit.get("").form(f"{visit.home}/search")
    added = [button for button in form.buttons if button[1].startswith("add ")]
    for button in added:
        assert visit.browser.send(form, f"{visit.home}/shortlist", button=button).status == 303
    wrong = [
        ("do", f"add {visit.plant('page: refused record')}"),
        ("back", visit.plant("page: refused way back")),
    ]
    assert visit.browser.post(f"{visit.home}/shortlist", [*form.fields, *wrong]).status == 404
    shortlist = visit.get("/shortlist")
    assert title in shortlist.text
    form = shortlist.form(f"{visit.home}/shortlist")
    made = visit.browser.follow(visit.browser.send(form, f"{visit.home}/exhibits"))
    found = {href for href, _rel in made.links if href.endswith(("/print", "/signed"))}
    assert len(found) == 2 * len(added) + 2
    read = [visit.browser.get(href) for href in sorted(found)]
    assert all(page.status == 200 for page in read)
    assert any(title in page.text for page in read)


def sign_out(browser: Browser) -> None:
    assert browser.send(browser.get("/").form("/sign-out")).status == 303


def _address(page: Page) -> str:
    return page.response.headers["Location"].partition("#")[0]


def _plain(name: str) -> str:
    return _NUMBER.sub("", name)
