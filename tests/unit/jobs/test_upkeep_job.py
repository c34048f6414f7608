"""Upkeep comes round, and a failed run is told and does not end it."""

import threading
from typing import cast

from archive.jobs import upkeep
from archive.services.upkeep import Upkeep


class _Failing:
    def __init__(self) -> None:
        self.runs = 0
        self.enough = threading.Event()

    def run(self) -> int:
        self.runs += 1
        if self.runs >= 3:
            self.enough.set()
        raise OSError("planted")


def test_it_is_run_again_and_again_whatever_happens() -> None:
    failing = _Failing()
    told: list[Exception] = []
    thread = upkeep.begin(cast("Upkeep", failing), told.append, every=0.001)
    assert failing.enough.wait(10)
    assert thread.daemon
    assert [type(error) for error in told[:2]] == [OSError, OSError]
