"""Whatever a file holds, its rows come out, or it is said which line is wrong and how to mend it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.domain.errors import Invalid
from archive.services.imports import reading
from archive.services.imports.reading import Form, Row, Rows
from tests.unit.services.imports import spoilt, twins


def read(raw: bytes, form: Form | None = None) -> list[Row]:
    return list(Rows(io.BytesIO(raw), form))


def said(row: Row) -> str:
    assert not row.fields
    return "; ".join(map(str, row.problems))


GOOD = b'{"a": 1}\n'


def test_json_lines_come_as_they_were_written() -> None:
    rows: list[dict[str, Any]] = [
        {"a": "ئۇيغۇر", "b": [1, {"c": None}], "d": 1.5, "e": True, "f": "\u2028 \U0001f4a5"},
        {"a": ""},
    ]
    assert [row.fields for row in read(twins.lines(rows))] == rows


def test_csv_comes_as_it_was_written() -> None:
    rows = [{"a": "ئۇيغۇر", "b": 'He said "no",\r\nthen left'}, {"a": "", "b": "=1+1"}]
    found = read(twins.table(rows))
    assert [row.fields for row in found] == rows
    assert [row.line for row in found] == [2, 4]


@pytest.mark.parametrize(
    "raw", [GOOD, b"\xef\xbb\xbf" + GOOD, b"\r\n" + GOOD.replace(b"\n", b"\r\n"), GOOD[:-1]]
)
def test_marks_and_line_ends_do_not_matter(raw: bytes) -> None:
    assert [row.fields for row in read(raw)] == [{"a": 1}]


def test_a_csv_with_a_byte_order_mark_keeps_its_first_column() -> None:
    assert [row.fields for row in read(b"\xef\xbb\xbfid,text\r\n1,one\r\n")] == [{"id": "1", "text": "one"}]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"a": "\xff"}', "not UTF-8 text (byte 8"),
        (b'{"a": 1,}', "not JSON (character 9)"),
        (b'{"a": "open}', "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 1} {"b": 2}', "not JSON"),
        (b'{"a": "\x00"}', "not JSON"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b'{"a": {"b": 1, "b": 1}}', "stands twice"),
        (b'{"a": NaN}', "NaN or Infinity"),
        (b'{"a": -Infinity}', "NaN or Infinity"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too large"),
        (b'{"a": ' + b"[" * 20 + b"]" * 20 + b"}", "nested too deeply"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"a": ' + b"[" * 100_000, "nested too deeply"),
        (rb'{"a": "\ud800"}', "half a character"),
        (rb'{"\udc00": 1}', "half a character"),
        (rb'{"a": ["\u0000"]}', "zero byte"),
        (b"[1, 2]", "not an object"),
        (b'"text"', "not an object"),
        (b"null", "not an object"),
    ],
)
def test_a_bad_line_is_named_and_the_next_one_read(line: bytes, problem: str) -> None:
    first, bad, last = read(GOOD + line + b"\n" + GOOD)
    assert problem in said(bad)
    assert bad.line == 2
    assert (first.fields, last.fields, last.line) == ({"a": 1}, {"a": 1}, 3)


def test_a_problem_never_repeats_the_line() -> None:
    canary = "canary-word"
    for line in (
        f'{{"a": "{canary}"',
        f'{{"{canary}": 1, "{canary}": 2}}',
        f'["{canary}"]',
        f'{{"a": "{canary}\\ud800"}}',
    ):
        [bad] = (
            read(line.encode() + b"\n", Form.JSON_LINES)
            if not line.startswith("[")
            else read(GOOD + line.encode())[1:]
        )
        assert canary not in said(bad)
        assert all(canary not in value for problem in bad.problems for value in problem.values.values())


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"1", "1 columns, the first line 2. Fill in"),
        (b"1,2,3", "3 columns, the first line 2. Quote"),
        (b"\xff,2", "a: This is not UTF-8"),
        (b"1,\x00", "b: This holds a zero byte"),
        (b'1,"a"b', "quotation marks"),
        (b"1,a\rb,c", "line ends"),
    ],
)
def test_a_bad_csv_row_is_named_and_the_next_one_read(line: bytes, problem: str) -> None:
    first, bad, last = read(b"a,b\n1,2\n" + line + b"\n3,4\n")
    assert problem in said(bad)
    assert bad.line == 3
    assert (first.fields, last.fields, last.line) == ({"a": "1", "b": "2"}, {"a": "3", "b": "4"}, 4)


def test_a_quotation_mark_that_is_never_closed_takes_no_text_for_rows() -> None:
    first, bad = read(b'a,b\n1,2\n3,"open\n5,6\n7,8\n')
    assert (first.fields, bad.line) == ({"a": "1", "b": "2"}, 3)
    assert "quotation marks" in said(bad)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"[]", "no rows"),
        (b"[ \n ]\n", "no rows"),
        (b"a,b\n", "no rows"),
        (b"a;b\n1;2\n", "divided by semicolons"),
        (b"a\tb\n1\t2\n", "divided by tabs"),
        (b"a,a\n1,2\n", "same name"),
        (b"a,\n1,2\n", "no name"),
        (b"a,\xff\n1,2\n", "UTF-8"),
        (b'a,"b\n1,2\n', "quotation marks"),
        (b",".join(b"c%d" % n for n in range(501)) + b"\n", "at most 500"),
        ("a,b\n1,2\n".encode("utf-16"), "not UTF-8"),
        ("a,b\n1,2\n".encode("utf-16-be"), "not UTF-8"),
    ],
)
def test_a_file_without_rows_is_refused_whole(raw: bytes, problem: str) -> None:
    with pytest.raises(Invalid, match=problem):
        read(raw)


class Counted(io.BytesIO):
    """Remembers how much was asked for at once."""

    most = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size > 0
        self.most = max(self.most, len(found := super().readline(size)))
        return found

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 < size <= 4096
        return super().read(size)


def test_what_is_too_long_is_passed_over_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST", 64)
    file = Counted(GOOD + b'{"a": "' + b"x" * 1000 + b'"}\n' + GOOD)
    first, bad, last = Rows(file)
    assert "longer than 64 bytes" in said(bad)
    assert (first.fields, last.fields, last.line, file.most) == ({"a": 1}, {"a": 1}, 3, 65)


def test_a_csv_row_that_is_too_long_ends_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST", 64)
    file = Counted(b'a,b\n1,2\n3,"' + b"line\n" * 100 + b'"\n5,6\n')
    first, bad = Rows(file)
    assert (first.fields, bad.line) == ({"a": "1", "b": "2"}, 3)
    assert "Nothing after this row was read" in said(bad)


def test_rows_are_read_anew_and_bytes_counted() -> None:
    raw = twins.lines(twins.accounts(12))
    rows = Rows(io.BytesIO(raw))
    first = [row.fields for row in rows]
    assert (rows.read, rows.total) == (len(raw), len(raw))
    assert [row.fields for row in rows] == first


def test_a_pipe_is_refused() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(Invalid, match="pipe"):
        Rows(Pipe(GOOD))


HOSTILE = st.lists(
    st.sampled_from(
        [
            b'{"a":',
            b"1",
            b"}",
            b"[",
            b'"',
            b",",
            b"\n",
            b"\r",
            b"\x00",
            b"\xff",
            b"\xef\xbb\xbf",
            b"a",
            b"NaN",
        ]
    )
    | st.binary(max_size=4),
    max_size=30,
).map(b"".join)


@given(HOSTILE, st.sampled_from([None, *Form]))
def test_nothing_but_rows_and_invalid_comes_out(raw: bytes, form: Form | None) -> None:
    try:
        rows = read(raw, form)
    except Invalid:
        return
    for row in rows:
        assert not (row.fields and row.problems)
        json.dumps(row.fields, allow_nan=False).encode()


@given(
    st.lists(
        st.fixed_dictionaries({"a": st.text(max_size=8), "b": st.integers(-9, 9) | st.none() | st.booleans()})
    )
)
def test_what_json_writes_is_read(rows: list[dict[str, Any]]) -> None:
    fit = [row for row in rows if "\0" not in row["a"]]
    assert not fit or [row.fields for row in read(twins.lines(fit))] == fit


BOTH = [pytest.param("twin"), pytest.param("shared", marks=pytest.mark.shared)]


@pytest.fixture(params=BOTH)
def suite(request: pytest.FixtureRequest) -> list[tuple[str, bytes]]:
    """Files by name: y_ is JSON, n_ is none, i_ may be either."""
    if request.param == "twin":
        return spoilt.json_suite(318)
    folder: Path = request.getfixturevalue("shared")
    return [(file.name, file.read_bytes()) for file in sorted((folder / "fuzz" / "json").glob("*.json"))]


@pytest.fixture(params=BOTH)
def files(request: pytest.FixtureRequest) -> list[bytes]:
    if request.param == "twin":
        return list(spoilt.files(420))
    folder: Path = request.getfixturevalue("shared")
    found = sorted(path for path in (folder / "fuzz").rglob("*") if path.is_file())
    return [path.read_bytes() for path in found if path.stat().st_size < 500_000]


def test_the_json_suite_is_survived(suite: list[tuple[str, bytes]]) -> None:
    """Each as a value on a line of a file: what the suite calls invalid is refused, if it fits on a line at all."""
    assert len(suite) == 318
    for name, raw in suite:
        line = b'{"a": ' + raw.replace(b"\n", b" ") + b"}\n"
        rows = read(GOOD + line + GOOD, Form.JSON_LINES)
        if name.startswith("n_") and b"\n" not in raw.strip():
            assert rows[1].problems, name
        if name.startswith("y_twin"):
            assert rows[1].fields == json.loads(line), name
        assert (rows[0].fields, rows[-1].fields) == ({"a": 1}, {"a": 1}), name


@pytest.mark.parametrize("form", [None, Form.JSON_LINES, Form.CSV])
def test_every_hostile_file_gives_rows_or_a_refusal(files: list[bytes], form: Form | None) -> None:
    assert len(files) > 400
    nothing = 0
    for raw in files:
        try:
            nothing += all(row.problems for row in read(raw, form))
        except Invalid:
            nothing += 1
    assert nothing > 100


def test_naughty_strings_survive_both_forms(naughty: tuple[str, ...]) -> None:
    rows = [{"a": text, "b": "x"} for text in naughty if "\0" not in text]
    assert len(rows) > 40
    assert [row.fields for row in read(twins.lines(rows))] == rows
    assert [row.fields for row in read(twins.table(rows), Form.CSV)] == rows


FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@x",
    "=cmd|' /C none'!A0",
    '=HYPERLINK("http://example.org","x")',
    "\t=1",
    "%0A=1",
)


@pytest.mark.parametrize("which", BOTH)
def test_formulas_of_spreadsheets_stay_text(request: pytest.FixtureRequest, which: str) -> None:
    formulas: tuple[str, ...] = FORMULAS
    if which == "shared":
        folder: Path = request.getfixturevalue("shared")
        formulas = tuple((folder / "fuzz" / "csv_injection" / "payloads.txt").read_text().splitlines())
    rows = [{"a": text, "b": "x"} for text in formulas]
    assert [row.fields for row in read(twins.table(rows), Form.CSV)] == rows
    assert [row.fields for row in read(twins.lines(rows))] == rows
