"""Strings that break programs: our own invented list, and (where it is) the one that many projects test with."""

import json
from pathlib import Path

import pytest

TWIN = (
    "", " ", "\t\r\n", "\x00", "\x1b[2J", "\ufeff", "\ufffe", "\u202eevil", "a\u0308" * 60, "𝕴𝖑𝖑", "ﷺ",
    "👩\u200d👩\u200d👧", "İıſß", "٣٤٥", "<script>alert(1)</script>", '"><svg/onload=x>', "{{ 7*7 }}",
    "{% raw %}", "%(max)d", "%s%n", "${7*7}", "#{x}", "'; DROP TABLE records;--", "../../etc/passwd", "file:///x",
    "javascript:x", "=cmd|' /C calc'!A0", "-1", "1e999", "NaN", "null", "None", "undefined", "true", "9" * 400,
    "x" * 5000, "(" * 200, '"' * 99, "a OR OR b", "NOT", "*", "place:", "place:*", "year:0000-9999", "code:",
    'title:"', '-"', "aa* " * 80, "گۇۋاھ" * 300, "证" * 2000, "\r\nSet-Cookie: x=y",
)  # fmt: skip


@pytest.fixture(params=[pytest.param("twin"), pytest.param("shared", marks=pytest.mark.shared)])
def naughty(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Ours, and the shared ones: each test that asks for them runs on both."""
    if request.param == "twin":
        return TWIN
    folder: Path = request.getfixturevalue("shared")
    return tuple(json.loads((folder / "fuzz" / "blns" / "blns.json").read_text()))


def sampled(strings: tuple[str, ...], most: int) -> tuple[str, ...]:
    """At most so many of them, from all over the list."""
    return strings[:: -(-len(strings) // most)]
