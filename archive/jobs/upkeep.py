"""Knows when upkeep is due: before anything is served, and then every minute for as long as the process lives.
Must not know a key, nor what upkeep does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from archive.services.upkeep import Upkeep

EVERY: Final = 60.0
"""Seconds between two runs."""


def begin(upkeep: Upkeep, failed: Callable[[Exception], None], every: float = EVERY) -> threading.Thread:
    """Run it from now on, in a thread that ends with the process; a failure is told to ``failed``, and it goes on."""
    thread = threading.Thread(target=_repeat, args=(upkeep, failed, every), daemon=True, name="upkeep")
    thread.start()
    return thread


def _repeat(upkeep: Upkeep, failed: Callable[[Exception], None], every: float) -> None:
    pause = threading.Event()
    while not pause.wait(every):
        try:
            upkeep.run()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next minute is another try
            failed(error)
