from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search import querylang as q
from archive.search import tree
from archive.search.leaves import MOST_TERMS, normal_code
from archive.search.querylang import read
from archive.search.schema import TITLE, WORDS
from archive.search.tree import All, Beginning, Code, Either, Not, Phrase, Some, Sounding, Tagged, Word, Years


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", All()),
        ("   ", All()),
        ("camp", Word("camp")),
        ("two camps", Some((Word("two"), Word("camps")))),
        ("two AND camps", All((Word("two"), Word("camps")))),
        ("two OR camps", Either((Word("two"), Word("camps")))),
        ("or and not", Some((Word("or"), Word("and"), Word("not")))),
        ("a1 b OR c d", Either((Some((Word("a1"), Word("b"))), Some((Word("c"), Word("d")))))),
        ("(a OR b) c", All((Either((Word("a"), Word("b"))), Word("c")))),
        ('"two years"', Phrase(("two", "years"))),
        ("“two years”", Phrase(("two", "years"))),
        ("«two years»", Phrase(("two", "years"))),
        ('"camp"', Word("camp")),
        ("camp*", Beginning("camp")),
        ("camp NOT factory", All((Word("camp"), Not(Word("factory"))))),
        ("camp -factory", All((Word("camp"), Not(Word("factory"))))),
        ('camp -"the factory"', All((Word("camp"), Not(Phrase(("the", "factory")))))),
        ("camp -(a OR b)", All((Word("camp"), Not(Either((Word("a"), Word("b"))))))),
        ("-factory", Not(Word("factory"))),
        ("NOT NOT factory", Not(Not(Word("factory")))),
        ("()", Either()),
        ("place:Hotan", Tagged("place", "Hotan")),
        ("PLACE:Hotan", Tagged("place", "Hotan")),
        ("place：Hotan", Tagged("place", "Hotan")),
        ("place: Hotan", Tagged("place", "Hotan")),
        ('abuse:"forced labour"', Tagged("abuse", "forced labour")),
        ("-abuse:torture*", Not(Tagged("abuse", "torture", beginning=True))),
        ("lang:ug", Tagged("lang", "ug")),
        ("title:camp", Word("camp", (TITLE,))),
        ('title:"two years"', Phrase(("two", "years"), (TITLE,))),
        ("title:ca*", Beginning("ca", (TITLE,))),
        ("year:1943", Years("1943", "1943")),
        ("year:1945-1941", Years("1941", "1945")),
        ("year:1941..1945", Years("1941", "1945")),
        ("year:soon", Either()),
        ("date:1941-05..", Years("1941-05", "")),
        ("date:..1945", Years("", "1945")),
        ("year:1941-05-02", Years("1941-05-02", "1941-05-02")),
        ("~memet", Sounding("memet")),
        ("memet~", Sounding("memet")),
        ("code:7k2mp", Code("7k2mp", whole=False)),
        ("ex-foreman", Either((Phrase(("ex", "foreman")), Word("exforeman")))),
        ("don’t", Word("dont")),
        ("营", Word("营")),
        ("集中", Word("集中")),
        ("集中营", Phrase(("集中", "中营"))),
        ("集中*", Word("集中")),
        ('"集中营 1945"', Phrase(("集", "中", "营", "1945"))),
        ("http://example.org/a", Some((Word("http"), Word("example"), Word("org"), Word("a")))),
        ("unknown:field", Some((Word("unknown"), Word("field")))),
    ],
)
def test_what_is_meant(text: str, expected: tree.Node) -> None:
    reading = read(text)
    assert reading.node == expected
    assert not reading.cut


def test_a_code_is_also_found_as_plain_word() -> None:
    node = read("7K2MP-4XQ9T").node
    assert isinstance(node, Either)
    assert node.nodes[0] == Code("7k2mp4xq9t")
    assert normal_code("7KZMP-O1I9T") == "7kzmp0119t"


@pytest.mark.parametrize(
    ("text", "problem", "words"),
    [
        ('"two years', q.QUOTES, ["two", "years"]),
        ("(two years", q.BRACKETS, ["two", "years"]),
        ("two) years", q.BRACKETS, ["two", "years"]),
        ("two OR", q.OPERATORS, ["two"]),
        ("OR two", q.OPERATORS, ["two"]),
        ("two AND OR years", q.OPERATORS, ["two", "years"]),
        ("two NOT", q.OPERATORS, ["two"]),
        ("(" * 40 + "two" + ")" * 40, q.DEEP, ["two"]),
        ("NOT " * 40 + "two", q.DEEP, ["two"]),
    ],
)
def test_what_cannot_be_read_is_read_as_plain_words(text: str, problem: str, words: list[str]) -> None:
    reading = read(text)
    assert reading.problem == problem
    assert reading.node == (Word(words[0]) if len(words) == 1 else Some(tuple(map(Word, words))))


@pytest.mark.parametrize("text", ["!!!", "…", "🙂", '""', "\ud800", "***", "-", "title:!"])
def test_a_query_without_letters_finds_nothing_and_says_so(text: str) -> None:
    assert read(text).node == Either()
    assert read(text).problem == q.NOTHING


def test_limits_are_said() -> None:
    assert read("a " * 5000).cut
    assert read(" ".join(f"w{n}" for n in range(100))).cut
    assert read('"' + " ".join(f"w{n}" for n in range(100)) + '"').cut
    assert read("集" * 100).cut
    assert read("x*").cut
    assert read("x*").node == Word("x")


@pytest.mark.parametrize(
    "text",
    [
        "w " * 10_000,
        "(" * 100_000,
        "((((a OR " * 5_000,
        "NOT " * 20_000,
        "-" * 100_000,
        '"' * 50_001,
        "* " * 50_000,
        "a*" * 50_000,
        "place:" * 20_000,
        "\0" * 10_000,
        "\ud800" * 10_000,
        "a'" * 50_000,
        "a-" * 50_000,
        "۩" * 50_000,
        "e\u0301" * 50_000,
    ],
)
def test_hostile_queries_are_read_quickly(text: str) -> None:
    started = time.process_time()
    assert leaves(read(text).node) <= MOST_TERMS * 3
    assert time.process_time() - started < 0.5


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300))
def test_no_string_raises(text: str) -> None:
    assert leaves(read(text).node) <= MOST_TERMS * 3


@given(
    st.lists(
        st.sampled_from(
            ["a", '"', "(", ")", "OR", "AND", "NOT", "-", "*", ":", "place:", "year:", "-(", "集", " "]
        ),
        max_size=60,
    )
)
def test_no_mixture_of_operators_raises(parts: list[str]) -> None:
    assert leaves(read(" ".join(parts)).node) <= MOST_TERMS * 3
    assert leaves(read("".join(parts)).node) <= MOST_TERMS * 3


def leaves(node: tree.Node) -> int:
    if isinstance(node, All | Either | Some):
        return sum(map(leaves, node.nodes))
    return leaves(node.node) if isinstance(node, Not) else 1


def test_the_default_fields_are_all_of_a_records_words() -> None:
    assert Word("camp").fields == WORDS
