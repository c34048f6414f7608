"""Takes the pictures in docs/proofs/screens of the demo's pages: `make screenshots`.

Everything in them is invented. Each page stands in English and Uyghur, wide and at 320 pixels, light and dark.
"""

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

import pyotp
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "docs" / "proofs" / "screens"
PORT = 8137
SITE = f"http://localhost:{PORT}"
WIDE: ViewportSize = {"width": 1100, "height": 800}
NARROW: ViewportSize = {"width": 320, "height": 640}
LOOKS = (
    ("en-wide", "en", WIDE, "light"),
    ("ug-wide", "ug", WIDE, "light"),
    ("en-narrow-dark", "en", NARROW, "dark"),
    ("ug-narrow", "ug", NARROW, "light"),
    ("ug-wide-dark", "ug", WIDE, "dark"),
)
TALLEST = 2600
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 120
Places = Callable[[Page, dict[str, object]], dict[str, str]]


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


def links(page: Page, part: str) -> list[str]:
    return [str(link.get_attribute("href")) for link in page.query_selector_all(f"main a[href*='{part}']")]


def hits(page: Page, room: str, query: str) -> list[str]:
    """Search a room; the records that were found."""
    page.goto(SITE + room)
    page.fill("main [name=text]", query)
    page.keyboard.press("Enter")
    page.wait_for_url("**/found/**")
    return links(page, "/records/")


def addresses(page: Page, who: dict[str, object]) -> dict[str, str]:
    rooms = who["rooms"]
    assert isinstance(rooms, list)
    custody = f"/rooms/{next(room['id'] for room in rooms if room['purpose'] == 'custody')}"
    [marked, *_] = hits(page, custody, "abuse:forced-examination")
    page.goto(SITE + custody)
    records = links(page, "/records/")
    hits(page, custody, "place:xj-hotan")
    found = page.url.removeprefix(SITE)
    forms = links(page, "/new")
    return {
        "1-your-work": "/",
        "2-search": found,
        "3-record": records[1],
        "3-passages": f"{marked}/passages",
        **{f"4-{address.rsplit('/', 1)[-1]}": address for address in forms},
        "5-account": "/account",
        "6-safety": "/safety",
    }


def exhibits(page: Page, who: dict[str, object]) -> dict[str, str]:
    """Counsel's pages: a shortlist of two records, and the first of its sheets on paper."""
    rooms = who["rooms"]
    assert isinstance(rooms, list)
    matter = f"{SITE}/rooms/{rooms[0]['id']}"
    page.goto(matter)
    page.fill("main [name=text]", "lang:ug-Arab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/found/**")
    for _ in range(2):
        with page.expect_navigation():
            page.locator("button[value^='add ']").first.click()
    page.goto(f"{matter}/shortlist")
    page.locator("button[formaction$='/exhibits']:not([name])").click()
    page.wait_for_url("**/exhibits/*")
    made = page.url.removeprefix(SITE)
    return {"7-shortlist": f"{matter.removeprefix(SITE)}/shortlist", "8-exhibit": f"{made}/2/print"}


def pictures(browser: Browser, who: dict[str, object], places: Places) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    sign_in(page, who)
    shown = places(page, who)
    kept = context.storage_state()
    for look, lang, size, scheme in LOOKS:
        light = "light" if scheme == "light" else "dark"
        dressed = browser.new_context(viewport=size, color_scheme=light, storage_state=kept)  # type: ignore[arg-type]
        page = dressed.new_page()
        page.goto(f"{SITE}/")
        if page.get_attribute("html", "lang") != lang:
            page.click(f"footer [lang={lang}]")
        for name, address in shown.items():
            page.goto(SITE + address)
            take(page, f"{name}-{look}")
        dressed.close()


def doorstep(browser: Browser) -> None:
    nobody = browser.new_context(viewport=WIDE).new_page()
    nobody.goto(f"{SITE}/sign-in")
    take(nobody, "0-sign-in-en-wide")


def take(page: Page, name: str) -> None:
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST)
    width = page.viewport_size["width"] if page.viewport_size else WIDE["width"]
    page.screenshot(
        path=SCREENS / f"{name}.jpg",
        type="jpeg",
        quality=55,
        full_page=True,
        clip={"x": 0, "y": 0, "width": width, "height": height},
    )
    print(name, flush=True)


def main() -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    for old in SCREENS.glob("*.jpg"):
        old.unlink()
    with (
        tempfile.TemporaryDirectory() as folder,
        demo(Path(folder) / "demo") as people,
        sync_playwright() as tool,
    ):
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=ARGUMENTS)
        by_login = {str(who["login"]): who for who in people}
        pictures(browser, by_login["cataloguer"], addresses)
        pictures(browser, by_login["counsel"], exhibits)
        doorstep(browser)
        browser.close()


if __name__ == "__main__":
    main()
