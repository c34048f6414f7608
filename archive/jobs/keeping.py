"""Keeps up an archive while it is served: does what is due, again and again, in a thread of its own.
Must not know keys, and cannot reach any: of the services it knows `upkeep` alone."""

from __future__ import annotations

import logging
import threading
from typing import Final

from archive.services.upkeep import Upkeep

EVERY: Final = 60.0
"""Seconds between two runs."""
_log = logging.getLogger("archive.jobs")


def keep(upkeep: Upkeep, stop: threading.Event) -> None:
    """Run upkeep at once and then every minute until told to stop. A failure is logged by its class and tried again."""
    while True:
        try:
            upkeep.run()
        except Exception as error:  # noqa: BLE001 - one failure must not end the keeping
            _log.error("upkeep failed: %s", type(error).__name__)
        if stop.wait(EVERY):
            return
