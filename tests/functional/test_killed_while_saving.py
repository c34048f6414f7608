"""Law 5 under kill -9: what was acknowledged is there, nothing is half-written, the index heals by itself.

`make crash` kills 200 times; a usual run fewer.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from archive import bootstrap
from archive.config import Config
from archive.domain.searching import SearchQuery
from archive.domain.tags import Facet
from archive.services import accessioning, checking, disclosing, indexing, searching, signing_in
from archive.services.acting import Acting
from archive.services.archive import Archive
from tests.archives import found

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("GUWAH_TEST_KILLS", "8"))
LONGEST = 1.5
"""Seconds until the kill: long enough for some 50 saves, short enough to fall into every step of one."""

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cheap_kdf")]


@dataclass
class Acknowledged:
    """What the killed processes said they had stored: record → source key, and which were given other tags."""

    stored: dict[UUID, str] = field(default_factory=dict)
    retagged: set[UUID] = field(default_factory=set)

    def read(self, said: str) -> None:
        whole = said if said.endswith("\n") else said[: said.rfind("\n") + 1]
        for line in whole.splitlines():
            match line.split():
                case ["stored", record, key]:
                    self.stored[UUID(record)] = key
                case ["retagged", record]:
                    self.retagged.add(UUID(record))


def killed(instance: Path, passphrase: str, seed: str, after: float) -> str:
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.functional.saving_worker", str(instance), passphrase, seed],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    time.sleep(after)
    worker.send_signal(signal.SIGKILL)
    said = worker.stdout.read()
    assert worker.wait() == -signal.SIGKILL
    worker.stdout.close()
    return said


def lost(archive: Archive, keeper: Acting, custody: UUID, said: Acknowledged) -> list[str]:
    """What is not as it was acknowledged."""
    known = accessioning.known(archive, keeper, custody, list(said.stored.values()))
    found = [f"{key} is another record" for record, key in said.stored.items() if known.get(key) != record]
    for record in said.stored:
        shown = disclosing.show(archive, keeper, custody, record).record
        places = [tag.term for tag in shown.tags if tag.facet is Facet.PLACE]
        if said.stored[record] not in shown.texts[0].body:
            found.append(f"{record} has another text")
        if record in said.retagged and places != ["xj-urumqi"]:
            found.append(f"{record} has lost its tags")
    return found


def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path) -> None:
    instance, chance, said = tmp_path / "instance", random.Random(5), Acknowledged()
    with found(instance) as made:
        custody, passphrase = made.custody, made.people["keeper"].passphrase
    for kill in range(KILLS):
        said.read(killed(instance, passphrase, f"run{kill}", chance.uniform(0.0, LONGEST)))
    assert said.stored, "nothing was ever acknowledged: the kills came too early to prove anything"
    with bootstrap.opened(Config(instance=instance)) as archive:
        keeper = signing_in.unlock(archive, "keeper", passphrase)
        assert checking.fsck(archive, keeper) == ()
        assert lost(archive, keeper, custody, said) == []
        with archive.read() as unit:
            held = unit.records.count(custody, datetime.now(UTC).date())
            assert unit.records.of_collection(custody) != ()
        assert held >= len(said.stored)
        answer = searching.search(archive, keeper, custody, SearchQuery("counted"))
        assert (answer.result.total, answer.waiting) == (held, 0)
        assert len(indexing.opened(archive, keeper, custody).records()) == held
    print(
        f"{KILLS} kills, {len(said.stored)} acknowledged of {held} stored, {len(said.retagged)} revised, 0 lost"
    )
