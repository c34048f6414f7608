"""A hidden name cannot be recovered letter by letter, from any answer to anybody, nor from how long it took.

A usual run tries some channels; `make oracle` all of them, and the clock over 2,000 pairs on a quiet machine.
"""

from __future__ import annotations

import json
import os
import random
import string
from collections.abc import Iterator

import pytest

from archive.crypto import kdf
from archive.domain.searching import SearchQuery
from archive.services import searching
from tests.functional.oracle import accuracy, attack, channels, recovered, timed
from tests.functional.twins import HIDDEN, Twins, twins

CHANNELS = int(os.environ.get("GUWAH_TEST_CHANNELS", "24"))
PAIRS = int(os.environ.get("GUWAH_TEST_PAIRS", "60"))
ALL = 2_000
"""Pairs from which on the classifier is held to its limit."""
MOST = 0.55
LETTERS = "".join(sorted(set(HIDDEN)))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kdf, "FLOOR", kdf.Cost(32, 1, 4))
        with twins(tmp_path_factory.mktemp("oracle")) as made:
            yield made


def test_the_attack_works_where_somebody_may_see(pair: Twins) -> None:
    standing = pair.hidden.standing
    keeper = standing.acting("keeper")

    def ask(guess: str) -> tuple[int, int]:
        query = SearchQuery(f"{HIDDEN[:1]}{guess}*", filters={"abuse": ("rape",)})
        found = searching.search(standing.archive, keeper, standing.custody, query)
        return 200, found.result.total

    assert recovered(ask, LETTERS) == HIDDEN[1:]


def test_nobody_else_recovers_a_letter(pair: Twins) -> None:
    every = list(channels(pair))
    tried = every if len(every) <= CHANNELS else random.Random(11).sample(every, CHANNELS)
    letters = string.ascii_lowercase if tried == every else LETTERS
    for channel in tried:
        here, there = attack(pair, channel, letters)
        assert here == there
        assert not (here and HIDDEN.startswith(here)), f"{channel} gave away {here}"
    print(json.dumps({"channels": len(every), "tried": len(tried), "letters": len(letters), "recovered": 0}))


def test_the_clock_tells_nothing(pair: Twins) -> None:
    room = f"/api/v1/rooms/{pair.own('reader')}"
    found = timed(
        pair,
        PAIRS,
        "reader",
        (
            ("POST", f"{room}/search", {"json": {"q": HIDDEN}}),
            ("POST", f"{room}/search", {"json": {"q": "counted"}}),
            ("POST", f"{room}/suggest", {"json": {"typed": HIDDEN[:4]}}),
            ("GET", f"{room}/records/{pair.more[0]}", {}),
            ("GET", f"/api/v1/rooms/{pair.secret[0]}/records/{pair.more[0]}", {}),
        ),
    )
    right = accuracy(found)
    print(json.dumps({"pairs": len(found), "right": right, "most": MOST}))
    if len(found) >= ALL:
        assert max(right.values()) <= MOST
