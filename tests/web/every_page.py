"""The way over every page there is, in a real browser: what a visitor sees, then what a keeper does.

Each walk goes from page to page and names the page it stands on, to be measured there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from playwright.sync_api import Page, Response

from archive.domain.consent import DataClass, Purpose
from archive.domain.handover import HandOver
from archive.domain.identifiers import new_id
from archive.domain.rooms import RoomPurpose
from archive.services import accessioning, holding, recalling, signing_in, withdrawing
from tests.archives import account, consent, draft
from tests.web.chromium import member
from tests.web.conftest import World
from tests.web.desk_cast import appointed, receipt, told

PREVIEW, CONFIRM, STORE = "button[value=preview]", "button[value=confirm]", "button[formaction='#errors']"
FIRST = "main form button"
Names = Iterator[str]
BODIES = {
    "en": ("en", "They took Mira at dawn. They gave us pills. Nobody knew."),
    "ug": ("ug-Arab", "بىزنى تاڭ ئاتقاندا ئېلىپ كەتتى. دورا بەردى. ھېچكىم بىلمەيتتى."),
}


@dataclass
class Walk:
    """Somebody at a page of the site; ``answer``: what the server said when it was asked for."""

    page: Page
    world: World
    site: str
    lang: str
    answer: Response | None = None

    def go(self, address: str) -> None:
        self.answer = self.page.goto(address if address.startswith("http") else self.site + address)

    def press(self, button: str) -> None:
        with self.page.expect_navigation() as going:
            self.page.locator(button).first.click()
        self.answer = going.value

    def fill(self, field: str, text: str) -> None:
        self.page.locator(field).first.fill(text)

    def tick(self, box: str) -> None:
        self.page.locator(box).first.check()

    @property
    def matter(self) -> str:
        return f"/rooms/{self.world.standing.rooms[RoomPurpose.MATTER]}"


def visitor(walk: Walk) -> Names:
    """What is open to everybody."""
    for address in ("/sign-in/ended", "/signed-out", "/safety", "/help/search", "/nothing/of/the/kind"):
        walk.go(address)
        yield address
    yield from _doors(walk)
    yield from _taken_back(walk)


def _doors(walk: Walk) -> Names:
    walk.go("/sign-in")
    yield "sign in"
    walk.press(FIRST)
    yield "sign in, to mend"
    walk.page.evaluate("document.querySelector('main [name=csrf_token]').value = ''")
    walk.press(FIRST)
    yield "a form that has run out"
    walk.page.goto("about:blank")
    walk.page.set_content(f'<a href="{walk.site}/safety">From another site</a>')
    walk.press("a")
    yield "doorway"


def _taken_back(walk: Walk) -> Names:
    record, _code = told(walk.world)
    walk.go("/withdraw")
    yield "code"
    walk.press(FIRST)
    yield "no code"
    walk.fill("#code", receipt(walk.world, record))
    walk.press(FIRST)
    yield "sure"
    walk.press(CONFIRM)
    yield "closed"


def keeper(walk: Walk) -> Names:
    """What somebody does who holds every room; at the end their session ends while they write."""
    for address in ("/", "/account"):
        walk.go(address)
        yield address
    for part in (
        _rooms, _searching, _record, _passages, _new, _consent, _desk, _exhibits, _subject, _recalls, _log, _again
    ):  # fmt: skip
        yield from part(walk)


def _rooms(walk: Walk) -> Names:
    for address in (
        walk.world.custody,
        f"{walk.world.custody}/2",
        f"/rooms/{walk.world.standing.rooms[RoomPurpose.IDENTITY]}",
    ):
        walk.go(address)
        yield address


def _searching(walk: Walk) -> Names:
    walk.go(walk.world.reading)
    walk.page.locator(".search summary").first.click()
    walk.fill("#since", "some day")
    walk.press(".box button")
    yield "search, to mend"
    walk.fill("#since", "")
    walk.fill("#text", "winter")
    walk.press(".box button")
    yield "found"
    found = walk.page.url
    walk.go(f"{found}/2")
    yield "found, page 2"
    for address in (f"{walk.world.reading}/all/place", f"{found}/all/place"):
        walk.go(address)
        yield "facet"
        walk.fill("#typed", "q")
        walk.press(FIRST)
        yield "facet, shortened"
    walk.go(found)
    walk.press(".values button")
    walk.fill("#text", "nothing of the kind")
    walk.press(".box button")
    yield "nothing found"


def _record(walk: Walk) -> Names:
    at = f"records/{walk.world.records['both']}"
    for room in (walk.world.custody, walk.world.reading):
        for address in (f"{room}/{at}", f"{room}/{at}/print"):
            walk.go(address)
            yield address
    walk.go(f"{walk.world.custody}/{at}/tags")
    yield "tags"
    walk.press("button[value=find]")
    yield "tags found"
    walk.press("button[value^='tag ']")
    walk.page.locator("select[name$=certainty]").last.evaluate("one => { one.options[0].value = 'x'; }")
    walk.page.locator("select[name$=certainty]").last.select_option("x")
    walk.press(STORE)
    yield "tags, to mend"


def _passages(walk: Walk) -> Names:
    standing, (tag, body) = walk.world.standing, BODIES[walk.lang]
    one = account(body, title="Pills", lang=tag)
    entry = consent(one.id, refused=(DataClass.MEDICAL,))
    [record] = accessioning.accession(
        standing.archive, standing.acting("keeper"), standing.custody, [draft(one, entry)]
    )
    walk.go(f"{walk.world.custody}/records/{record}/passages")
    yield "passages"
    walk.tick("#texts-0-sentences-2")
    walk.tick("[name=texts-0-contains][value=medical]")
    walk.fill("#texts-0-reason", "invented")
    walk.press("[value=mark]")
    walk.fill("#texts-0-words", "x" * 80)
    walk.press(STORE)
    yield "passages, to mend"


def _new(walk: Walk) -> Names:
    for kind in ("testimony", "family-report"):
        walk.go(f"{walk.world.custody}/new/{kind}")
        yield kind
        for part in ("add present", "add texts", "find"):
            walk.press(f"button[value='{part}']")
        walk.press("button[value^='tag ']")
        assert walk.page.url.endswith("#tags"), "the page shows the part that changed"
        walk.press(STORE)
        yield f"{kind}, to mend"


def _consent(walk: Walk) -> Names:
    record, _code = told(walk.world, until=9)
    home = f"{walk.world.custody}/records/{record}/consent"
    for address in (home, f"{home}/aloud", f"{home}/aloud/{walk.lang}"):
        walk.go(address)
        yield address
    for deed in ("renew", "limit", "withdraw", "suspend", "resume"):
        walk.go(f"{home}/{deed}")
        yield deed
        if deed == "renew":
            walk.tick("input[name=consent-asked-researchers][value=no]")
            walk.tick("input[name=how][value=replace]")
        if deed == "limit":
            walk.press(PREVIEW)
            yield "limit, to mend"
            walk.tick("input[name=ends]")
        walk.press(PREVIEW)
        yield f"{deed}, foreseen"
        if deed == "suspend":
            walk.press(CONFIRM)
            yield "resting"
    walk.press(CONFIRM)
    walk.press("form[action$='/receipt'] button")
    yield "code to withdraw with"


def _desk(walk: Walk) -> Names:
    record, _code = told(walk.world, until=9)
    at = f"/desk/records/{record}"
    walk.go("/desk")
    yield "desk"
    walk.press(FIRST)
    yield "desk, to mend"
    walk.go(at)
    yield "desk, a record"
    walk.tick("input[name=purposes]")
    walk.press("form[action$='/limit'] button")
    yield "desk, limit foreseen"
    walk.press("button[name=back]")
    yield "desk, back"
    walk.press("form[action$='/withdraw'] button")
    yield "desk, withdrawal foreseen"
    standing = walk.world.standing
    withdrawing.withdraw(standing.archive, standing.acting(appointed(walk.world)), record)
    walk.go(at)
    yield "desk, withdrawn"
    walk.press("form[action$='/undo'] button")
    yield "desk, undo to mend"
    walk.press("form[action$='/destroy'] button")
    yield "desk, destruction foreseen"
    walk.go(f"{walk.world.custody}/records/{record}/consent")
    yield "consent, withdrawn"
    walk.go("/desk")
    yield "desk, something waits"
    walk.go(f"{at}")
    walk.press("form[action$='/destroy'] button")
    walk.press(CONFIRM)
    yield "desk, destroyed"


def _exhibits(walk: Walk) -> Names:
    walk.go(f"{walk.matter}/shortlist")
    yield "empty shortlist"
    for name in ("both", "closed"):
        walk.go(f"{walk.matter}/records/{walk.world.records[name]}")
        walk.press("button[value^='add ']")
    yield "a record on the shortlist"
    walk.go(walk.matter)
    yield "a room with a shortlist"
    walk.go(f"{walk.matter}/shortlist")
    yield "shortlist"
    walk.press("button[formaction$='/exhibits']:not([name])")
    yield "sheets"
    made = walk.page.url
    for address in (f"{made}/print", f"{made}/1/print"):
        walk.go(address)
        yield "sheets on paper"


def _subject(walk: Walk) -> Names:
    record = handed_over(walk.world)
    at = f"{walk.world.custody}/records/{record}/report"
    walk.go(at)
    yield "report"
    walk.press("form[action$='/whole'] button")
    yield "whole report, to mend"
    walk.page.locator("#whole-lang").select_option(walk.lang)
    walk.tick("#whole-safe")
    walk.press("form[action$='/whole'] button")
    yield "whole report"
    walk.go(at)
    walk.page.locator("#slip-contact").evaluate(
        "one => { one.maxLength = 600; one.value = 'x'.repeat(501); }"
    )
    walk.press("form[action$='/slip'] button")
    yield "slip, to mend"
    walk.fill("#slip-contact", "+000 000")
    walk.page.locator("#slip-lang").select_option(walk.lang)
    walk.press("form[action$='/slip'] button")
    yield "slip"
    for address in ("/consent-form", "/consent-form/zh"):
        walk.go(address)
        yield address


def _recalls(walk: Walk) -> Names:
    record, standing = handed_over(walk.world), walk.world.standing
    walk.go(f"{walk.world.custody}/records/{record}/handover")
    yield "handover"
    walk.press(FIRST)
    yield "handover, to mend"
    withdrawing.withdraw(standing.archive, standing.acting("keeper"), record)
    walk.go(f"{walk.world.custody}/recalls")
    yield "recalls"
    walk.press("a[href$='/notice']")
    yield "notice"
    walk.go(f"{walk.world.custody}/recalls")
    walk.page.locator("select[name=to]").first.select_option("refused")
    walk.press("form[action$='/recalls'] button")
    yield "recalls, settled"
    walk.go(f"{walk.world.custody}/records/{record}/report")
    yield "report, withdrawn"
    walk.go(f"/records/{record}/certificate")
    yield "certificate"


def _log(walk: Walk) -> Names:
    for address in ("/log", "/log/from/9"):
        walk.go(address)
        yield address
    walk.fill("#record", "no id")
    walk.press(FIRST)
    yield "log, to mend"
    walk.fill("#record", "")
    walk.page.locator("#member").select_option(index=1)
    walk.press(FIRST)
    yield "log, filtered"
    walk.go(f"{walk.page.url}/from/9")
    yield "log, filtered and older"
    walk.go("/log/verify")
    yield "verify"
    walk.press(FIRST)
    yield "verified"


def _again(walk: Walk) -> Names:
    token = member(walk.page.context, walk.world, walk.lang)
    walk.go(f"{walk.world.custody}/new/testimony")
    signing_in.sign_out(walk.world.standing.archive, token)
    walk.press("button[value=find]")
    yield "sign in again"
    walk.press(FIRST)
    yield "sign in again, to mend"


def handed_over(world: World) -> UUID:
    """A record that was handed over once, and that puts others at risk."""
    standing = world.standing
    archive, acting = standing.archive, standing.acting("keeper")
    [record] = accessioning.accession(
        archive, acting, standing.custody, [draft(account(title="Handed over"))]
    )
    said = HandOver(
        id=new_id(),
        record=record,
        recipient="Example Tribunal",
        purpose=Purpose.MEDIA,
        day=datetime.now(UTC).date(),
        what="The whole statement.",
        reach="registry@example.org",
    )
    recalling.record_handover(archive, acting, standing.custody, said)
    holding.set_risk(archive, acting, standing.custody, record, "Their brother was asked.")
    return record
