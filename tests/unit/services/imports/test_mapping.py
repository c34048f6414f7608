"""A mapping says what it means or is refused, with the place; built-in ones are recognised by their columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.domain.errors import Invalid
from archive.services.imports import mapping
from archive.services.imports.templates import Filling
from tests.unit.services.imports import twins

OWN = b"""
record = "testimony"
required = ["Nr", "Wort"]
key = "own/{Nr}"
title = "Account {Nr}"
kind = "interview"
texts = { role = "original", lang = "de", body = "{Wort}" }

[basis]
basis = "public-interest"
reason = "Kept for the families."
"""


def test_a_mapping_of_ones_own_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_bytes(OWN)
    own = mapping.load(str(tmp_path / "own.toml"))
    assert (own.name, sorted(own.fields()), own.texts[0].lang) == ("own", ["Nr", "Wort"], "de")


def test_every_built_in_mapping_loads() -> None:
    assert mapping.names() == ("ehri", "facilities", "facility", "family-report", "testimony", "wpa")
    assert [mapping.load(name).name for name in mapping.names()] == list(mapping.names())


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        (twins.told_in_camps(1)[0], "ehri"),
        (twins.accounts(1)[0], "wpa"),
        (twins.facilities(1)[0], "facilities"),
        (twins.ACCOUNT, "testimony"),
        (twins.REPORT, "family-report"),
        ({"source_key": "", "kind": "", "label_en": ""}, "facility"),
    ],
)
def test_files_are_recognised(fields: dict[str, object], name: str) -> None:
    assert mapping.recognised(fields).name == name


@pytest.mark.parametrize("fields", [{}, {"id": 1}, {**twins.accounts(1)[0], "unknown": 1}])
def test_others_are_asked_about(fields: dict[str, object]) -> None:
    with pytest.raises(Invalid, match=r"Choose one: ehri, .*wpa"):
        mapping.recognised(fields)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"\xff", "not UTF-8"),
        (b"record = ", "not TOML"),
        (b"a = " + b"[" * 100_000, "not TOML"),
        (b"", "record"),
        (b'record = "letter"', "record"),
        (OWN.replace(b"title", b"titel"), "mapping.titel"),
        (OWN.replace(b'role = "original"', b"role = 1"), "mapping.texts.0.role"),
        (OWN.replace(b"public-interest", b"curiosity"), "mapping.basis.basis"),
        (b'record = "facility"', "facility"),
        (OWN + b'[[tags]]\nfacet = "mood"\nname = "{Wort}"', "mapping.tags.0.facet"),
    ],
)
def test_a_mapping_that_cannot_be_read_is_refused_with_its_place(raw: bytes, problem: str) -> None:
    with pytest.raises(Invalid, match=problem):
        mapping.read(raw, "own")


def test_a_mapping_that_is_not_there_is_refused_with_the_names_of_others(tmp_path: Path) -> None:
    for name in ("wppa", str(tmp_path), "\0"):
        with pytest.raises(Invalid, match="ehri, facilities"):
            mapping.load(name)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_nothing_but_a_mapping_or_invalid_comes_out(raw: bytes) -> None:
    for before in (b"", OWN):
        try:
            mapping.read(before + raw, "own")
        except Invalid:
            continue


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{a}", "one"),
        ("vol. {a}, {n}", "vol. one, 7"),
        ("vol. {none}", ""),
        ("{a} {empty}", ""),
        ("{deep.er.still}", "here"),
        ("{deep.none}", ""),
        ("plain words", "plain words"),
        ("{word}", "their word for it"),
        ("{yes}", "true"),
    ],
)
def test_templates_are_filled_or_vanish(template: str, text: str) -> None:
    row = {
        "a": " one ",
        "n": 7,
        "none": None,
        "empty": "",
        "deep": {"er": {"still": "here"}},
        "word": "w",
        "yes": True,
    }
    assert Filling(row, {"word": {"w": "their word for it"}}).text(template) == text  # type: ignore[arg-type]


def test_an_entry_of_a_list_goes_before_the_row() -> None:
    filling = Filling({"name": "row", "more": [{"name": "entry"}, {}], "lang": "en"}, {})
    assert [filling.text("{name} {lang}", entry) for entry in filling.entries("more")] == [
        "entry en",
        "row en",
    ]


def test_what_is_no_text_is_a_problem() -> None:
    filling = Filling({"a": [1, "two"], "b": {}, "c": "x"}, {})
    assert filling.texts("{a}", "") == ("1", "two")
    assert (filling.text("{a}"), filling.text("{b}"), filling.entries("c")) == ("", "", [])
    assert [problem.where for problem in filling.problems] == ["a", "b", "c"]
