"""Takes the pictures in docs/proofs/screens of the demo's pages: `make screenshots`.

Everything in them is invented. Each page stands in English and Uyghur, wide and at 320 pixels, light and dark.
"""

import base64
import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pyotp
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "docs" / "proofs" / "screens"
PORT = 8137
SITE = f"http://localhost:{PORT}"
WIDE: ViewportSize = {"width": 1100, "height": 800}
NARROW: ViewportSize = {"width": 320, "height": 640}
LOOKS: tuple[tuple[str, str, ViewportSize, Literal["light", "dark"]], ...] = (
    ("en-wide", "en", WIDE, "light"),
    ("ug-wide-dark", "ug", WIDE, "dark"),
    ("en-narrow-dark", "en", NARROW, "dark"),
    ("ug-narrow", "ug", NARROW, "light"),
)
TALLEST, QUALITY = 1800, 40
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 120
STORE, PREVIEW = "button[formaction='#errors']", "button[value=preview]"
FIRST = "main form button"
Who = dict[str, object]
Names = Iterator[str]


@contextmanager
def demo(instance: Path) -> Iterator[list[dict[str, object]]]:
    """The demo, served by the command itself; gives who can sign in."""
    guwah = Path(sys.executable).with_name("guwah")
    served = subprocess.Popen(
        [guwah, "demo", "--instance", instance, "--port", str(PORT)], stdout=subprocess.DEVNULL
    )
    try:
        wait()
        yield json.loads((instance / "demo-credentials.json").read_text())
    finally:
        served.terminate()
        served.wait()


def wait() -> None:
    for _ in range(PATIENCE * 2):
        try:
            with urllib.request.urlopen(f"{SITE}/sign-in"):
                return
        except urllib.error.URLError:
            time.sleep(0.5)
    raise TimeoutError("the demo did not come up")


def sign_in(page: Page, who: dict[str, object]) -> None:
    page.goto(f"{SITE}/sign-in")
    page.fill("[name=login]", str(who["login"]))
    page.fill("[name=passphrase]", str(who["passphrase"]))
    page.fill("[name=code]", pyotp.TOTP(str(who["totp"])).now())
    page.click("main form button")
    page.wait_for_url(f"{SITE}/")


def go(page: Page, address: str) -> None:
    page.goto(address if address.startswith("http") else SITE + address)


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.locator(button).first.click()


def links(page: Page, part: str) -> list[str]:
    return [str(link.get_attribute("href")) for link in page.query_selector_all(f"main a[href*='{part}']")]


def hits(page: Page, room: str, query: str) -> list[str]:
    """Search a room; the records that were found."""
    go(page, room)
    page.fill("main [name=text]", query)
    press(page, ".box button")
    return links(page, "/records/")


def room(who: Who, purpose: str) -> str:
    rooms = who["rooms"]
    assert isinstance(rooms, list)
    return f"/rooms/{next(room['id'] for room in rooms if room['purpose'] == purpose)}"


class Staged:
    """What was done to the demo before any picture: a record handed over and withdrawn, another with a code."""

    def __init__(self, page: Page, who: Who) -> None:
        self.custody = room(who, "custody")
        [self.marked, *_] = hits(page, self.custody, "abuse:forced-examination")
        go(page, self.custody)
        self.record, self.withdrawn, self.other = links(page, "/records/")[1:4]
        go(page, f"{self.withdrawn}/handover")
        for field, text in (
            ("recipient", "Example Tribunal"),
            ("day", "2026-01-15"),
            ("what", "The whole statement."),
        ):
            page.fill(f"#{field}", text)
        press(page, FIRST)
        go(page, f"{self.withdrawn}/consent/withdraw")
        press(page, PREVIEW)
        press(page, "button[value=confirm]")
        go(page, f"{self.other}/consent")
        press(page, "form[action$='/receipt'] button")
        self.code = page.locator("code.receipt").inner_text()

    @property
    def certificate(self) -> str:
        return "/records/" + self.withdrawn.rsplit("/", 1)[-1] + "/certificate"


def cataloguer(page: Page, _who: Who, staged: Staged) -> Names:
    custody, record = staged.custody, staged.record
    go(page, "/")
    yield "01-your-work"
    hits(page, custody, "place:xj-hotan")
    yield "02-search"
    for name, address in (
        ("02-search-help", "/help/search"),
        ("02-room", custody),
        ("03-record", record),
        ("03-tags", f"{record}/tags"),
        ("03-passages", f"{staged.marked}/passages"),
        ("04-testimony", f"{custody}/new/testimony"),
        ("04-family-report", f"{custody}/new/family-report"),
    ):
        go(page, address)
        yield name
    press(page, STORE)
    yield "04-to-mend"
    for name, address in (
        ("05-account", "/account"),
        ("06-safety", "/safety"),
        ("07-nothing-here", "/nothing"),
    ):
        go(page, address)
        yield name


def consent(page: Page, _who: Who, staged: Staged) -> Names:
    """What a person agreed to, its changes, and what they are given."""
    at = f"{staged.other}/consent"
    for name, address in (
        ("10-consent", at),
        ("10-consent-aloud", f"{at}/aloud"),
        ("10-consent-renew", f"{at}/renew"),
    ):
        go(page, address)
        yield name
    go(page, f"{at}/limit")
    page.locator("input[name=ends]").first.check()
    yield "10-consent-limit"
    press(page, PREVIEW)
    yield "10-consent-foreseen"
    lang = str(page.get_attribute("html", "lang"))
    go(page, f"{staged.other}/report")
    yield "11-report"
    page.locator("#slip-lang").select_option(lang)
    page.locator("#slip-receipt").uncheck()
    press(page, "form[action$='/slip'] button")
    yield "11-slip"
    for name, address in (
        ("11-consent-form", "/consent-form"),
        ("11-certificate", staged.certificate),
        ("12-handover", f"{staged.other}/handover"),
        ("12-recalls", f"{staged.custody}/recalls"),
    ):
        go(page, address)
        yield name
    press(page, "a[href$='/notice']")
    yield "12-notice"


def desk(page: Page, _who: Who, staged: Staged) -> Names:
    go(page, "/desk")
    yield "13-desk"
    go(page, "/desk/records/" + staged.other.rsplit("/", 1)[-1])
    yield "13-desk-record"
    press(page, "form[action$='/withdraw'] button")
    yield "13-desk-foreseen"


def officer(page: Page, _who: Who, _staged: Staged) -> Names:
    go(page, "/log")
    yield "14-log"
    go(page, "/log/verify")
    press(page, FIRST)
    yield "14-log-verified"


def counsel(page: Page, who: Who, _staged: Staged) -> Names:
    """A shortlist of two records, the sheets made of it, and one of them on paper."""
    matter = room(who, "matter")
    hits(page, matter, "lang:ug-Arab")
    for _ in range(2):
        if page.locator("button[value^='remove ']").count() < 2:
            press(page, "button[value^='add ']")
    go(page, f"{matter}/shortlist")
    yield "08-shortlist"
    press(page, "button[formaction$='/exhibits']:not([name])")
    yield "08-exhibits"
    go(page, f"{page.url}/2/print")
    yield "08-exhibit"


def nobody(page: Page, _who: Who, staged: Staged) -> Names:
    go(page, "/sign-in")
    yield "00-sign-in"
    press(page, FIRST)
    yield "00-sign-in-to-mend"
    go(page, "/signed-out")
    yield "00-signed-out"
    go(page, "/withdraw")
    yield "15-take-back"
    page.fill("#code", staged.code)
    press(page, FIRST)
    yield "15-take-back-sure"


def pictures(browser: Browser, who: Who, shown: Callable[[Page, Who, Staged], Names], staged: Staged) -> None:
    """Somebody's pages in every look; who has no login is nobody."""
    context = browser.new_context(viewport=WIDE)
    if who:
        sign_in(context.new_page(), who)
    kept = context.storage_state()
    context.close()
    for look, lang, size, scheme in LOOKS:
        dressed = browser.new_context(
            viewport=size,
            color_scheme=scheme,
            reduced_motion="reduce",
            storage_state=kept,
        )
        page = dressed.new_page()
        go(page, "/")
        if page.get_attribute("html", "lang") != lang:
            press(page, f"footer [lang={lang}]")
        for name in shown(page, who, staged):
            take(page, f"{name}-{look}")
        dressed.close()


def take(page: Page, name: str) -> None:
    """The whole page from its top, as WebP, which Playwright itself does not write: half as large as JPEG."""
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST), "scale": 1}
    how = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True, "clip": clip}
    answer = page.context.new_cdp_session(page).send("Page.captureScreenshot", how)
    (SCREENS / f"{name}.webp").write_bytes(base64.b64decode(answer["data"]))
    print(name, flush=True)


def main() -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    for old in SCREENS.glob("*.*"):
        old.unlink()
    with (
        tempfile.TemporaryDirectory() as folder,
        demo(Path(folder) / "demo") as people,
        sync_playwright() as tool,
    ):
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=ARGUMENTS)
        by_login = {str(who["login"]): who for who in people}
        page = browser.new_context(viewport=WIDE).new_page()
        sign_in(page, by_login["custodian"])
        staged = Staged(page, by_login["custodian"])
        for login, shown in (
            ("cataloguer", cataloguer),
            ("counsel", counsel),
            ("custodian", consent),
            ("desk", desk),
            ("officer-one", officer),
        ):
            pictures(browser, by_login[login], shown, staged)
        pictures(browser, {}, nobody, staged)
        browser.close()


if __name__ == "__main__":
    main()
