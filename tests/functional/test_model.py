"""Ledger, rooms, clock and readers under random operations: nobody reads what no live grant opens, on any path.

The archive is a real one on disk. What may be read is said a second time, simply, by `consent_model`. A usual run takes
2,000 steps; `make model` 100,000. A step is one operation, or one member's reading.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.archives import Standing
from tests.functional import consent_machine
from tests.functional.consent_deeds import ConsentMachine
from tests.functional.consent_machine import raised

STEPS = int(os.environ.get("GUWAH_TEST_STEPS", "2000"))
FIRST = int(os.environ.get("GUWAH_TEST_SEED", "1"))
PHASES = [Phase.generate, Phase.shrink] if "GUWAH_TEST_SHRINK" in os.environ else [Phase.generate]
EXAMPLES = 20
"""How many archives one round tries; each is a copy, and lives for at most LONG steps."""
LONG = 40

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cheap_kdf")]


@pytest.fixture
def template(tmp_path: Path, cheap_kdf: None) -> Iterator[Standing]:
    memory = Path("/dev/shm")  # kills are other tests' matter: here nothing need outlive the machine
    base = memory / f"guwah-model-{os.getpid()}" if memory.is_dir() else tmp_path
    try:
        yield raised(base / "instance")
    finally:
        shutil.rmtree(base, ignore_errors=base is not tmp_path)


def test_nobody_reads_without_a_live_grant(template: Standing) -> None:
    begun, number = time.monotonic(), FIRST
    consent_machine.TEMPLATE.append(template)
    done, read = consent_machine.DONE, consent_machine.READ
    checked = settings(
        max_examples=EXAMPLES,
        stateful_step_count=LONG,
        deadline=None,
        database=None,
        phases=PHASES,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    while done.total() + read.total() < STEPS:
        run_state_machine_as_test(seed(number)(ConsentMachine), settings=checked)
        number += 1
    assert {"show", "search", "suggest", "exhibit", "settle", "grant", "limit", "withdraw"} <= done.keys()
    figures = {
        "steps": done.total() + read.total(),
        "seeds": [FIRST, number - 1],
        "readings without a live grant": 0,
        "readings": dict(sorted(read.items())),
        "readings that showed something": consent_machine.SHOWN.total(),
        "seconds": round(time.monotonic() - begun),
        "operations": dict(sorted(done.items())),
    }
    assert consent_machine.SHOWN.total()
    print(json.dumps(figures))
