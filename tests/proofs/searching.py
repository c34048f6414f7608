"""Searches the demo in a browser as people type, in six languages and, for Uyghur, on two keyboards.

Says what was found how, one JSON object a line, and keeps a picture of each answer.
"""

import json
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.proofs import screenshots
from tests.proofs.screenshots import ARGUMENTS, WIDE, demo, go, press, room, sign_in, take

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs/proofs/searching"
TYPED = {
    "uyghur-arabic": "مەكتەپ",
    "uyghur-arabic-inflected": "مەكتەپلەردىن",
    "uyghur-latin": "mektep",
    "place-uyghur": "قەشقەر",
    "kazakh": "мұғалім",
    "kazakh-arabic": "مۇعالىم",
    "chinese": "学校",
    "chinese-place": "喀什",
    "russian": "медсестры",
    "turkish": "okullar",
    "english": "schools",
    "english-question": "who taught at the school before the passports were collected?",
    "mistyped": "scholo",
}
"""What is typed, by what it shows."""


def asked(page: Page, custody: str, name: str, typed: str) -> None:
    """Type a query key by key, and keep what the page answers."""
    go(page, custody)
    page.focus("main [name=text]")
    page.keyboard.type(typed)
    press(page, ".box button")
    hits = page.locator("article.hit")
    marks = page.locator("article.hit mark").all_inner_texts()
    ways = page.locator("p.quiet", has_text="Found:")
    meant = page.locator("button[name=meant]")
    line = {
        "bench": "searching",
        "case": name,
        "typed": typed,
        "found": page.locator("h2#found").inner_text(),
        "shown": hits.count(),
        "ways": " ".join(ways.first.inner_text().split()) if ways.count() else "Found: as typed",
        "marked": sorted(set(marks))[:12],
        "meant": meant.first.inner_text() if meant.count() else None,
    }
    assert typed not in page.url
    print(json.dumps(line, ensure_ascii=False), flush=True)
    take(page, name)


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    screenshots.SCREENS = PICTURES
    with (
        tempfile.TemporaryDirectory() as folder,
        demo(Path(folder) / "demo") as people,
        sync_playwright() as tool,
    ):
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=ARGUMENTS)
        who = {str(one["login"]): one for one in people}["cataloguer"]
        page = browser.new_context(viewport=WIDE).new_page()
        sign_in(page, who)
        for name, typed in TYPED.items():
            asked(page, room(who, "custody"), name, typed)
        browser.close()


if __name__ == "__main__":
    main()
