"""Small, from one place, without anything inline: what the policy demands, the pages keep."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from archive.app import templates
from tests.web.browsing import Browser
from tests.web.conftest import World

STATIC = Path(__file__).parents[2] / "archive" / "web" / "static"
INLINE = re.compile(
    r"""<style|\sstyle=|\son[a-z]+=|["'(]\s*javascript:|<script(?![^>]*\ssrc=)""", re.IGNORECASE
)
OUTSIDE = re.compile(r"""(?:src|href|action|url)\s*[=(]\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
PHYSICAL = re.compile(
    r"(?:margin|padding|border|inset)-(?:left|right|top|bottom)|(?<![-\w])(?:left|right|top|bottom|width|height):"
    r"|text-align:\s*(?:left|right)|float:"
)
KILOBYTE = 1024


def test_vendored_files_are_those_that_were_fetched() -> None:
    vendor = STATIC / "vendor"
    lock = json.loads((vendor / "VENDOR.lock").read_text())
    named = {name: entry["sha256"] for package in lock for name, entry in package["files"].items()}
    present = {
        path.relative_to(vendor).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in vendor.rglob("*")
        if path.is_file() and path.name != "VENDOR.lock"
    }
    assert present == named
    assert all(package["licence"] and package["version"] for package in lock)


def test_scripts_fit_in_ten_kilobytes() -> None:
    assert sum(path.stat().st_size for path in STATIC.glob("*.js")) <= 10 * KILOBYTE


def test_one_sheet_serves_both_directions() -> None:
    assert PHYSICAL.findall((STATIC / "guwah.css").read_text()) == []


@pytest.mark.parametrize("path", sorted(templates().rglob("*.html")), ids=lambda path: path.name)
def test_a_template_has_nothing_inline_and_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert INLINE.findall(text) == []
    assert OUTSIDE.findall(text) == []


@pytest.mark.parametrize(
    "text", ['<a style="x">', "<p onclick=x>", "<script>x</script>", "<a href='javascript:x'>"]
)
def test_what_is_inline_is_found(text: str) -> None:
    assert INLINE.search(text)


def test_a_page_weighs_little(world: World, keeper: Browser) -> None:
    paths = [
        "/",
        world.custody,
        f"{world.custody}/records/{world.records['both']}",
        f"{world.custody}/new/testimony",
    ]
    for path in paths:
        page = keeper.client.get(path).data
        rest = b"".join(file.read_bytes() for file in (*STATIC.glob("*.js"), STATIC / "guwah.css"))
        assert len(gzip.compress(page + rest)) <= 60 * KILOBYTE, path
