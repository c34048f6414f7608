from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.policy.dates import FIRST, LAST, by_quarter, overlaps, span

SAID = {
    "not a date: write 2018, 2018-03, 2018-03-04, 2018-03~ (about), 2017/2018 or 2017/..",
    "there is no such day in that month",
    "a date ends before it begins",
}
"""The refusals, word for word: none repeats what was entered."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018", ("2018-01-01", "2018-12-31")),
        ("2018-02", ("2018-02-01", "2018-02-28")),
        ("2020-02", ("2020-02-01", "2020-02-29")),
        ("2018-03-04", ("2018-03-04", "2018-03-04")),
        ("0001", ("0001-01-01", "0001-12-31")),
        ("9999-12", ("9999-12-01", "9999-12-31")),
        ("2018~", ("2018-01-01", "2018-12-31")),
        ("2018-03?", ("2018-03-01", "2018-03-31")),
        ("2018-03-04%", ("2018-03-04", "2018-03-04")),
        ("2018-?03", ("2018-03-01", "2018-03-31")),
        ("2018-XX", ("2018-01-01", "2018-12-31")),
        ("2018-06-XX", ("2018-06-01", "2018-06-30")),
        ("201X", ("2010-01-01", "2019-12-31")),
        ("201X-02-XX", ("2010-02-01", "2019-02-28")),
        ("19XX-02-29", ("1900-02-28", "1999-02-28")),
        ("XXXX-12", (FIRST[:4] + "-12-01", LAST)),
        ("2018-21", ("2018-03-01", "2018-05-31")),
        ("2018-34", ("2018-04-01", "2018-06-30")),
        ("2018-33~", ("2018-01-01", "2018-03-31")),
        ("2018-24", ("2018-12-01", "2018-12-31")),
        ("2018-33/2018-36?", ("2018-01-01", "2018-12-31")),
        ("2018-36/2019", ("2018-10-01", "2019-12-31")),
        ("2018-34/..", ("2018-04-01", LAST)),
        ("/2018-34", (FIRST, "2018-06-30")),
        ("2017/2018", ("2017-01-01", "2018-12-31")),
        ("2017-05~/2018-02-03", ("2017-05-01", "2018-02-03")),
        ("2017/..", ("2017-01-01", LAST)),
        ("../2017", (FIRST, "2017-12-31")),
        ("2017/", ("2017-01-01", LAST)),
        ("/2017", (FIRST, "2017-12-31")),
        ("[2017,2019]", ("2017-01-01", "2019-12-31")),
        ("{2017..2019}", ("2017-01-01", "2019-12-31")),
        ("[..2017]", (FIRST, "2017-12-31")),
        ("", None),
        ("XXXX", None),
        ("../..", None),
        ("/", None),
    ],
)
def test_what_a_date_may_mean(text: str, expected: tuple[str, str] | None) -> None:
    assert span(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2018-02-30", "no such day"),
        ("2023-02-29", "no such day"),
        ("2018-02-29~", "no such day"),
        ("2018-04-00", "no such day"),
        ("0000", "no such day"),
        ("2019/2018", "ends before it begins"),
        ("2018-13", "not a date"),
        ("2018-00", "not a date"),
        ("2018-1X", "not a date"),
        ("last spring", "not a date"),
        ("03/04/2018", "not a date"),
        ("2018 ", "not a date"),
        ("２０１８", "not a date"),
        ("٢٠١٨", "not a date"),
        ("-0044", "not a date"),
        ("Y17E7", "not a date"),
        ("1950S2", "not a date"),
        ("2018-03-04T10:00:00Z", "not a date"),
        ("2016/2017/2018", "not a date"),
        ("..", "not a date"),
        ("2018\x00", "not a date"),
        ("2018\n", "not a date"),
        ("\ud800", "not a date"),
        ("[" * 10_000, "not a date"),
        ("2018/" * 1_000, "not a date"),
    ],
)
def test_what_is_no_date_is_refused(text: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=said) as refusal:
        span(text)
    assert str(refusal.value) in SAID
    assert capsys.readouterr() == ("", "")


QUARTERS = [
    ("2018-03-04", "2018-33"),
    ("2018-04", "2018-34"),
    ("2018-09~", "2018-35~"),
    ("2018-12-31?", "2018-36?"),
    ("2018", "2018"),
    ("2018%", "2018%"),
    ("2018-XX", "2018"),
    ("2018-06-XX", "2018-34"),
    ("201X", "201X"),
    ("201X-02-XX", "2010-33/2019-33"),
    ("2018-21", "2018-21"),
    ("2018-33~", "2018-33~"),
    ("2018-12-24/2019-02", "2018-36/2019-33"),
    ("2018-04-01/2018-06-30", "2018-34"),
    ("2018-04/2018-05?", "2018-34/2018-34?"),
    ("2017-08~/2018", "2017-35~/2018"),
    ("2018-05/..", "2018-34/.."),
    ("../2018-05", "../2018-34"),
    ("2018-05/", "2018-34/"),
    ("2018-?03", "2018-33"),
    ("[2017-03-01,2019]", "2017-33/2019-36"),
    ("[2017,2019]", "[2017,2019]"),
    ("2018-13", ""),
    ("2018-00", ""),
    ("2016/2017/2018", ""),
    ("in spring", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "quarters"), QUARTERS)
def test_days_and_months_become_quarters(text: str, quarters: str) -> None:
    assert by_quarter(text) == quarters


DAYS = st.dates().map(date.isoformat)
DATES = st.builds(
    lambda day, long, mark: day[:long] + mark, DAYS, st.sampled_from([4, 7, 10]), st.sampled_from("~?%")
)
PARTS = st.builds("{:04}-{}{}".format, st.integers(1, 9999), st.integers(21, 41), st.sampled_from(["", "~"]))
ENDS = st.one_of(DAYS, DATES, PARTS, st.sampled_from(["", "..", "201X", "2018-XX", "201X-02-XX"]))


@settings(deadline=None, max_examples=60)
@given(
    st.one_of(ENDS, st.builds("{}/{}".format, ENDS, ENDS), st.sampled_from([text for text, _ in QUARTERS]))
)
def test_a_quarter_holds_what_it_stands_for_and_no_day(text: str) -> None:
    wide = by_quarter(text)
    assert by_quarter(wide) == wide
    assert not re.search(r"\d{4}-(0|1|\d\d-)", wide), "neither month nor day"
    try:
        found = span(text)
    except ValueError:
        return
    around = span(wide)
    assert (found is None) == (around is None)
    if found and around:
        assert around[0] <= found[0] <= found[1] <= around[1]
        if "XX" not in text:
            assert around[0][:4] == found[0][:4]
            assert around[1][:4] == found[1][:4], "years are as before"


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet="0123456789X?~%/.-[]{},TZYSE: ", max_size=24) | st.text(max_size=70))
def test_anything_else_is_refused_or_is_two_days_in_order(text: str) -> None:
    try:
        found = span(text)
    except ValueError as refusal:
        found, said = None, str(refusal)
    else:
        said = ""
    assert said in SAID | {""}
    if found is not None:
        assert date.fromisoformat(found[0]) <= date.fromisoformat(found[1])


def test_the_parser_prints_nothing_it_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("2018-1X", "2018-0X-11", "Y2018-1X", "2018-XX-1X/2019", "1XXX-1X"):
        with pytest.raises(ValueError, match="not a date"):
            span(text)
    assert capsys.readouterr() == ("", "")


@given(st.dates(), st.sampled_from([4, 7, 10]))
def test_a_plain_date_spans_the_day_it_was_cut_from(day: date, length: int) -> None:
    found = span(day.isoformat()[:length])
    assert found is not None
    assert found[0] <= day.isoformat() <= found[1]


@given(st.dates(), st.dates(), st.dates(), st.dates())
def test_dates_overlap_when_a_day_lies_in_both(one: date, two: date, since: date, until: date) -> None:
    earliest, latest = sorted((one.isoformat(), two.isoformat()))
    common = max(earliest, since.isoformat()) <= min(latest, until.isoformat())
    if since <= until:
        assert overlaps((earliest, latest), since.isoformat(), until.isoformat()) is common
    assert overlaps((earliest, latest), "", "")
    assert overlaps((earliest, latest), since.isoformat(), "") is (latest >= since.isoformat())
    assert overlaps((earliest, latest), "", until.isoformat()) is (earliest <= until.isoformat())
