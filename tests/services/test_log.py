"""The log's words: a closed list, each of them used, and no other gets in."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from archive.services import transparency
from tests.archives import Standing

SERVICES = Path(transparency.__file__).parent


def test_every_word_of_the_log_is_used() -> None:
    said = Counter(
        node.value
        for path in SERVICES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    assert [word for word in sorted(transparency.ACTIONS) if said[word] < 2] == []


def test_a_word_that_is_not_of_the_list_is_refused_and_nothing_stored(standing: Standing) -> None:
    with standing.archive.work() as unit, pytest.raises(ValueError, match="not a word of the log"):
        transparency.append(standing.archive, unit, None, "opened", {})
    with standing.archive.read() as unit:
        size = unit.log.head().size
    assert transparency.entries(standing.archive, standing.acting("keeper"))[size - 1].action != "opened"


def test_entries_are_read_a_page_at_a_time_and_the_reading_is_one(standing: Standing) -> None:
    keeper = standing.acting("keeper")
    first = transparency.entries(standing.archive, keeper, 0, 3)
    assert [entry.number for entry in first] == [0, 1, 2]
    assert first[0].action == "init"
    with standing.archive.read() as unit:
        size = unit.log.head().size
    [last] = transparency.entries(standing.archive, keeper, size, 5)
    assert (last.action, last.actor) == ("log-read", keeper.member)
    assert last.detail is not None
    assert last.detail["start"] == size
    assert transparency.entries(standing.archive, keeper, 10_000, 5) == ()
