"""One JSON list is read as its objects on lines would be, wherever its bytes are cut; what is wrong is named."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.domain.errors import Invalid, Problem
from archive.services.imports import json_list, reading
from archive.services.imports.reading import Form, Row, Rows
from tests.unit.services.imports import spoilt, twins


def read(raw: bytes, form: Form | None = None) -> list[Row]:
    return list(Rows(io.BytesIO(raw), form))


def said(row: Row) -> str:
    assert not row.fields
    return "; ".join(map(str, row.problems))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(alphabet='a"\\[]{},\n證ى\u2028', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('ab"]},', max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.lists(st.dictionaries(st.text('ab"]},', max_size=3), VALUES, max_size=3), min_size=1, max_size=6),
    st.data(),
)
def test_a_list_reads_as_lines_do(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    indent = data.draw(st.sampled_from([None, 0, 2]))
    raw = json.dumps(rows, ensure_ascii=data.draw(st.booleans()), indent=indent).encode()
    assert [row.fields for row in read(raw)] == rows
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=9)))
    pieces = [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    found = [element for _line, element in json_list.elements(pieces, 10**6)]
    assert [json.loads(element) for element in found if not isinstance(element, Problem)] == rows


def test_a_row_is_named_by_the_line_it_begins_on() -> None:
    rows = read(b'\xef\xbb\xbf\n[\n  {"a": 1},\n\n  {"a":\n 2}, {"a": 3}\n]\n')
    assert [(row.line, row.fields) for row in rows] == [(3, {"a": 1}), (5, {"a": 2}), (6, {"a": 3})]


def test_real_rows_come_alike_from_a_list_and_from_lines() -> None:
    rows = twins.facilities(40)
    assert [one.fields for one in read(json.dumps(rows, indent=1).encode())] == rows
    assert [one.fields for one in read(twins.lines(rows))] == rows


@pytest.mark.parametrize(
    ("element", "problem"),
    [
        (b"", "not JSON"),
        (b"[1]", "not an object"),
        (b'"a, b"', "not an object"),
        (b'{"a": 1} {"a": 2}', "not JSON"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"a": ]}', "not JSON"),
        (b"}", "not JSON"),
        (b"\\", "not JSON"),
        (b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}", "nested too deeply"),
    ],
)
def test_a_bad_element_is_named_and_the_next_one_read(element: bytes, problem: str) -> None:
    first, bad, last = read(b'[{"a": 1},\n' + element + b',\n{"a": 3}]')
    assert problem in said(bad)
    assert (first.fields, last.fields) == ({"a": 1}, {"a": 3})


@pytest.mark.parametrize(
    "raw", [b'[{"a": 1}, {"a": 2}', b'[{"a": 1}, {"a": "2', b'[{"a": 1},', b'[{"a": 1}, {"a": [}]']
)
def test_a_list_that_does_not_end_is_said_to(raw: bytes) -> None:
    first, last = read(raw)
    assert first.fields == {"a": 1}
    assert "does not end" in said(last)


def test_what_follows_the_list_is_no_row() -> None:
    first, last = read(b'[{"a": 1}]\n{"a": 2}\n')
    assert first.fields == {"a": 1}
    assert "after the end of the list" in said(last)
    assert "not JSON" in said(read(b'[{"a": 1},]')[1])


def test_an_element_that_is_too_long_ends_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST", 64)
    first, bad = read(b'[{"a": 1}, {"a": "' + b"x" * 9000 + b'"}, {"a": 3}]')
    assert first.fields == {"a": 1}
    assert "longer than 64 bytes" in said(bad)


def test_a_problem_never_repeats_the_element() -> None:
    canary = "canary-word"
    for element in (
        f'{{"{canary}": 1, "{canary}": 2}}',
        f'["{canary}"]',
        f'{{"a": "{canary}',
        f'"{canary}" ][',
    ):
        for row in read(f"[{element}".encode()):
            assert canary not in said(row)
            assert all(canary not in value for problem in row.problems for value in problem.values.values())


def test_whatever_is_listed_gives_rows_or_a_refusal() -> None:
    for name, raw in spoilt.json_suite(200):
        rows = read(b'[{"a": 1}, ' + raw + b"]")
        assert rows[0].fields == {"a": 1}, name
        if name.startswith("n_"):
            assert any(row.problems for row in rows[1:]), name
    with pytest.raises(Invalid):
        read(b"[]", Form.CSV)
