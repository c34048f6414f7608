"""A signed exhibit is checked without an archive: whatever is changed in it is found, and the finding has a name."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.crypto.notes import NoteKey
from archive.services import exhibiting, verifying
from archive.services.verifying import verify

ROOT = Path(__file__).parents[3]
VECTOR = json.loads((ROOT / "tests" / "vectors" / "exhibit.json").read_text())
EXHIBIT, FINGERPRINT, LOG_KEY = VECTOR["exhibit"], VECTOR["fingerprint"], VECTOR["log key"]
RECIPE = re.search(r"```python\n(.*?)```", (ROOT / "docs/formats/exhibit.md").read_text(), re.DOTALL)
Way = tuple[str | int, ...]


def leaves(value: Any, way: Way = ()) -> Iterator[Way]:
    """The way to every plain value."""
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inner:
        if isinstance(one, dict | list):
            yield from leaves(one, (*way, key))
        else:
            yield (*way, key)


def flipped(way: Way) -> dict[str, Any]:
    """The exhibit with another value there."""
    changed: dict[str, Any] = copy.deepcopy(EXHIBIT)
    here: Any = changed
    for step in way[:-1]:
        here = here[step]
    old = here[way[-1]]
    if isinstance(old, bool):
        here[way[-1]] = not old
    elif isinstance(old, int):
        here[way[-1]] = old + 1
    elif old and set(old) <= set("0123456789abcdef"):
        here[way[-1]] = ("1" if old[0] == "0" else "0") + old[1:]
    else:
        here[way[-1]] = old + "x"
    return changed


def named(way: Way) -> set[str]:
    """The checks that a change there must fail, at the least."""
    match way:
        case ("sheet", "format"):
            return {"form"}
        case ("sheet", "texts", _, "text" | "sha256"):
            return {"digests", "signature"}
        case ("sheet", "log", "checkpoint"):
            return {"signature", "checkpoint"}
        case ("sheet", "log", *_):
            return {"signature", "log"}
        case ("sheet", "made", "by") | ("sheet", "archive"):
            return {"certificate", "signature"}
        case ("sheet", *_) | ("signature",):
            return {"signature"}
        case ("vouchers", "certificates", _, "sign"):
            return {"certificate"}
        case ("vouchers", "certificates", *_):
            return {"certificate"}
    return {"roots"}


def failed(said: object, fingerprint: str | None = FINGERPRINT, log_key: str | None = LOG_KEY) -> set[str]:
    [found] = verify(json.dumps(said).encode(), fingerprint, log_key)
    names = {check.name for check in found.checks if check.holds is False}
    assert found.holds == (not names)
    return names


def test_the_vector_holds() -> None:
    for raw in (json.dumps(EXHIBIT), json.dumps(EXHIBIT, indent=4, ensure_ascii=False)):
        [found] = verify(raw.encode(), FINGERPRINT, LOG_KEY)
        assert [check.name for check in found.checks if check.holds] == list(verifying._TOLD)
        assert found.holds
        assert (found.code, found.fingerprint) == ("7K2MP-4XQ9T", FINGERPRINT)
    spaced = " ".join(re.findall(".{8}", FINGERPRINT.upper()))
    assert failed(EXHIBIT, spaced) == set()


def test_without_a_fingerprint_nobody_vouches_for_the_officers() -> None:
    [found] = verify(json.dumps(EXHIBIT).encode())
    assert {check.name: check.holds for check in found.checks}["roots"] is None
    assert failed(EXHIBIT, "00" * 32) == {"roots"}
    assert failed(EXHIBIT, "none") == {"roots"}


def test_without_its_key_nobody_vouches_for_the_log() -> None:
    [found] = verify(json.dumps(EXHIBIT).encode(), FINGERPRINT)
    assert {check.name: check.holds for check in found.checks}["checkpoint"] is None
    assert failed(EXHIBIT, log_key="none") == {"checkpoint"}
    other = NoteKey("guwah.invalid/0", b"k" * 32).verifier
    assert failed(EXHIBIT, log_key=other) == {"checkpoint"}


@pytest.mark.parametrize("way", list(leaves(EXHIBIT)), ids=lambda way: ".".join(map(str, way)))
def test_every_field_that_is_flipped_is_found_and_named(way: Way) -> None:
    assert named(way) <= failed(flipped(way))


def test_a_field_that_is_added_dropped_or_written_otherwise_is_found() -> None:
    for change in (
        lambda said: said["sheet"].update(tags=["torture"]),
        lambda said: said["sheet"].pop("source"),
        lambda said: said["sheet"]["version"].update(revision="2"),
        lambda said: said["vouchers"]["certificates"][0].update(note=""),
        lambda said: said.update(sheet=[said["sheet"]]),
    ):
        said = copy.deepcopy(EXHIBIT)
        change(said)
        assert failed(said) == {"form"}
    said = copy.deepcopy(EXHIBIT)
    said["signature"] = said["signature"].upper()
    assert failed(said) == {"signature"}
    said = copy.deepcopy(EXHIBIT)
    said["sheet"]["texts"].reverse()
    assert failed(said) == {"signature"}


def test_a_certificate_that_is_dropped_or_has_too_few_signatures_is_found() -> None:
    for change in (
        lambda who: who["certificates"].pop(0),
        lambda who: who["certificates"].pop(1),
        lambda who: who["certificates"][0]["signed"].pop(),
        lambda who: who["certificates"][0].update(epoch=1 << 32),
        lambda who: who["certificates"][1].update(signed=who["certificates"][0]["signed"]),
    ):
        said = copy.deepcopy(EXHIBIT)
        change(said["vouchers"])
        assert "certificate" in failed(said)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b"null", b"7", b"{}", b"\xff", b"[" * 100_000, b'{"format": "guwah-exhibits/1", "exhibits": 1}',
        b'{"format": "guwah-exhibits/1", "exhibits": [null]}', b'{"sheet": NaN}', b'"\\ud800"',
    ],
)  # fmt: skip
def test_what_is_no_exhibit_is_said(raw: bytes) -> None:
    [found] = verify(raw, FINGERPRINT)
    assert [(check.name, check.holds) for check in found.checks] == [("form", False)]


def test_a_doubled_field_is_no_exhibit() -> None:
    raw = json.dumps(EXHIBIT).replace('"code": "7K2MP', '"code": "AAAAA-AAAAA", "code": "7K2MP')
    assert [found.holds for found in verify(raw.encode(), FINGERPRINT)] == [False]


def test_several_in_one_file_are_checked_each_for_itself() -> None:
    wrong = flipped(("sheet", "code"))
    raw = json.dumps({"format": exhibiting.SEVERAL, "exhibits": [EXHIBIT, wrong]}).encode()
    assert [found.holds for found in verify(raw, FINGERPRINT)] == [True, False]


def recipe(tmp_path: Path, said: object, fingerprint: str) -> subprocess.CompletedProcess[str]:
    assert RECIPE is not None
    (tmp_path / "recipe.py").write_text(RECIPE[1])
    (tmp_path / "exhibit.json").write_text(json.dumps(said, ensure_ascii=False))
    return subprocess.run(
        [sys.executable, "-I", "recipe.py", "exhibit.json", fingerprint],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_documented_recipe_needs_nothing_of_ours(tmp_path: Path) -> None:
    done = recipe(tmp_path, EXHIBIT, FINGERPRINT)
    assert done.returncode == 0, done.stderr
    assert VECTOR["sha256"] in done.stdout
    ways = {".".join(str(step) for step in way[:2] if isinstance(step, str)): way for way in leaves(EXHIBIT)}
    for way in ways.values():
        if way != ("sheet", "format"):  # covered by the signature alone
            assert recipe(tmp_path, flipped(way), FINGERPRINT).returncode != 0, way
    assert recipe(tmp_path, EXHIBIT, "00" * 32).returncode != 0
