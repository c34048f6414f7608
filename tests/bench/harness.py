"""Measures ours beside a peer, in turns in one run, and says the medians as one JSON object a line.

In turns, so that whatever else the machine does falls on both alike.
"""

import json
import statistics
import time
from collections.abc import Callable
from typing import Literal

ROUNDS = 5


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(
    bench: str,
    case: str,
    *,
    peer: str,
    ours: Callable[[], float],
    theirs: Callable[[], float],
    unit: str,
    goal: float | None,
    better: Literal["lower", "higher"],
    rounds: int = ROUNDS,
) -> str:
    """Run both sides in turns, print the result as one line of JSON and return it.

    ours, theirs: each returns one measured figure in `unit`. ratio: ours to theirs, of the medians. goal: what the
    ratio should reach (at most for "lower", at least for "higher"), None for a figure that is only reported.
    """
    if rounds < ROUNDS:
        raise ValueError(f"a median needs at least {ROUNDS} rounds, not {rounds}")
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    mine, yours = (statistics.median(side) for side in zip(*pairs, strict=True))
    line = json.dumps(
        {
            "bench": bench,
            "case": case,
            "unit": unit,
            "ours": float(f"{mine:.4g}"),
            "peer": peer,
            "theirs": float(f"{yours:.4g}"),
            "ratio": round(mine / yours, 3),
            "goal": goal,
            "better": better,
        },
        ensure_ascii=False,
    )
    print(line, flush=True)
    return line
