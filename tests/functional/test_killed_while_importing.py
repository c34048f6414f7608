"""An import killed again and again ends with every row stored once: nothing lost, nothing doubled, all of it found."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive import bootstrap
from archive.config import Config
from archive.domain.searching import SearchQuery
from archive.services import accessioning, registering, searching, signing_in
from archive.services.checking import fsck
from tests.archives import found
from tests.unit.services.imports import twins

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("GUWAH_TEST_KILLS", "8"))
ROWS = 60
LONGEST = 2.0
"""Seconds until the kill: some tens of rows."""

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cheap_kdf")]


def run(instance: Path, passphrase: str, file: Path, after: float | None) -> list[str]:
    """Import in a process of its own, killed after so many seconds; return the whole lines that it said."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.functional.importing_worker", str(instance), passphrase, str(file)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    if after is not None:
        time.sleep(after)
        worker.send_signal(signal.SIGKILL)
    said = worker.stdout.read()
    worker.wait()
    worker.stdout.close()
    return said[: said.rfind("\n") + 1].splitlines()


def test_every_row_is_stored_once(tmp_path: Path) -> None:
    instance, file, chance = tmp_path / "instance", tmp_path / "twins.jsonl", random.Random(7)
    rows = twins.told_in_camps(ROWS)
    keys = [f"ehri/{row['id']}" for row in rows]
    file.write_bytes(twins.lines(rows))
    with found(instance) as made:
        passphrase, custody = made.people["keeper"].passphrase, made.custody
    acknowledged = [0]
    for _ in range(KILLS):
        said = run(instance, passphrase, file, chance.uniform(0, LONGEST))
        acknowledged += [int(line) for line in said if line != "done"]
        with bootstrap.opened(Config(instance=instance)) as archive:
            keeper = signing_in.unlock(archive, "keeper", passphrase)
            held = accessioning.known(archive, keeper, custody, keys)
            assert held.keys() >= set(keys[: max(acknowledged)])
    assert max(acknowledged), "no row was ever acknowledged: the kills came too early to prove anything"
    assert run(instance, passphrase, file, None)[-1] == "done"
    with bootstrap.opened(Config(instance=instance)) as archive:
        keeper = signing_in.unlock(archive, "keeper", passphrase)
        known = accessioning.known(archive, keeper, custody, keys)
        assert len(set(known.values())) == ROWS
        with archive.read() as unit:
            assert set(unit.records.of_collection(custody)) == set(known.values())
        assert searching.search(archive, keeper, custody, SearchQuery()).result.total == ROWS
        assert len(registering.facilities(archive, keeper, custody)) == 1
        assert fsck(archive, keeper) == ()
    print(
        f"{KILLS} kills, {max(acknowledged)} of {ROWS} rows acknowledged before the last run, 0 lost, 0 doubled"
    )
