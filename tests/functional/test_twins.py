"""Two archives that differ only in what a member may not see answer that member alike, byte for byte, on every route.

A usual run makes a few hundred requests to each; `make twins` 10,000.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.domain.searching import SearchQuery
from archive.services import searching
from tests.functional.asking import LAST, asked, routes
from tests.functional.twins import HIDDEN, ROLES, Twins, difference, twins

REQUESTS = int(os.environ.get("GUWAH_TEST_REQUESTS", "360"))
SEED = 3

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cheap_kdf")]


@pytest.fixture
def pair(tmp_path: Path, cheap_kdf: None) -> Iterator[Twins]:
    with twins(tmp_path) as made:
        yield made


def test_what_is_hidden_changes_no_reply(pair: Twins) -> None:
    keeper = pair.hidden.standing.acting("keeper")
    found = searching.search(
        pair.hidden.standing.archive, keeper, pair.hidden.standing.custody, SearchQuery(HIDDEN)
    )
    assert found.result.total == 3, "there is nothing hidden to be found"
    statuses, differing = Counter[str](), list[str]()
    reached = set[tuple[str, str]]()
    for request in asked(pair, REQUESTS, SEED):
        replies = pair.both(request.role, request.method, request.path, api=request.api, **request.sent)
        statuses[f"{request.role} {replies[0].status}"] += 1
        reached.add((request.where, request.method))
        if differs := difference(replies):
            differing.append(f"{request} {differs}")
        assert replies[0].status < 500, request
        assert HIDDEN not in replies[1].body or HIDDEN in replies[0].body, request
    assert not differing, "\n".join(differing[:20])
    every = {(where, method) for where, method, _rule in routes(pair.hidden.app)}
    if len(every) * len(ROLES) <= REQUESTS:
        assert every == reached
    figures = {
        "requests to each": statuses.total(),
        "replies that differ": 0,
        "routes": len(every),
        "of which asked": len(reached),
        "ends of sessions": len(LAST),
        "seed": SEED,
        "statuses": dict(sorted(statuses.items())),
    }
    print(json.dumps(figures))
