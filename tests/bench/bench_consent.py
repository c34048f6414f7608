"""What consent costs: folded and placed over 100,000 grants; ten thousand bodies that ran out, removed without a key.

The second is measured in a process of its own, which cannot make a keyring.
"""

import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from archive import bootstrap
from archive.config import Config
from archive.domain.consent import Audience, ConsentEntry, Event, Purpose
from archive.domain.drafts import Draft, Record
from archive.domain.identifiers import new_id
from archive.domain.rooms import RoomPurpose, RoomTerms, Scope
from archive.policy.consent import fold
from archive.policy.placement import place
from archive.sealing.keyring import Keyring
from archive.services import accessioning, expiring, rooms
from archive.services.archive import Archive
from tests import archives
from tests.bench import harness

GRANTS = 100_000
EXPIRIES = 10_000
ROOMS = 4
"""Reading rooms beside the first one."""
BATCH = 64
LIMIT = 10.0
"""Seconds that either may take."""
TERMS = tuple(
    RoomTerms(id=new_id(), collection=new_id(), purpose=purpose, name="", scope=scope)
    for purpose, scope in (
        (RoomPurpose.READING, Scope()),
        (RoomPurpose.READING, Scope(places=("xj-hotan",), not_abuses=("rape",))),
        (RoomPurpose.MATTER, Scope(since="2017-01-01", until="2020-12-31")),
    )
)


def run() -> None:
    folding()
    with tempfile.TemporaryDirectory() as folder:
        expiring_all(Path(folder))


def folding() -> None:
    """Some 2,200 ledgers, each with a limit and a further grant, placed in two reading rooms and a matter."""
    today, ledgers = datetime.now(UTC).date(), list[tuple[Record, list[ConsentEntry]]]()
    said = 0
    while said < GRANTS:
        record = archives.account("They counted us at night. " * 40, tags=(archives.place("xj-hotan-moyu"),))
        given = archives.consent(record.id, until=400)
        closes = tuple(item.id for item in given.items if item.purpose is Purpose.RESEARCH)
        again = archives.consent(record.id, ((Purpose.RESEARCH, Audience.VETTED_RESEARCHERS),))
        limit = replace(given, id=new_id(), event=Event.LIMIT, items=(), closes=closes)
        ledgers.append((record, [given, limit, again]))
        said += len(given.items) + len(again.items)

    def ours() -> float:
        def placed() -> None:
            for record, ledger in ledgers:
                state = fold(ledger, today)
                assert all(place(state, record, terms, today) for terms in TERMS)

        return harness.seconds(placed)

    harness.compare(
        "consent",
        f"fold {GRANTS} grants of {len(ledgers)} records, and place each in three rooms",
        peer="ten seconds",
        ours=ours,
        theirs=lambda: LIMIT,
        unit="s",
        goal=1.0,
        better="lower",
    )


def expiring_all(folder: Path) -> None:
    """Renditions of seven rooms, of which all ran out yesterday, in one run of the keyless upkeep."""
    whole = folder / "whole"
    with archives.found(whole) as made:
        fill(made)

    def ours() -> float:
        told = [sys.executable, "-m", "tests.bench.bench_consent", str(whole)]
        done = subprocess.run(told, capture_output=True, text=True, check=True)
        return float(done.stdout)

    harness.compare(
        "consent",
        f"remove {EXPIRIES} bodies that ran out, in one run without a key",
        peer="ten seconds",
        ours=ours,
        theirs=lambda: LIMIT,
        unit="s",
        goal=1.0,
        better="lower",
    )


def fill(made: archives.Standing) -> None:
    keeper, custody = made.acting("keeper"), made.custody
    for number in range(ROOMS):
        rooms.create(made.archive, keeper, custody, RoomPurpose.READING, f"Reading {number}", Scope())
    each = ROOMS + 3  # the first reading room, the matter and the identities
    drafts = [draft() for _ in range(-(-EXPIRIES // each))]
    for start in range(0, len(drafts), BATCH):
        accessioning.accession(made.archive, keeper, custody, drafts[start : start + BATCH], index=False)
    expiring.run(made.archive)


def draft() -> Draft:
    record = archives.account("They counted us.", tags=(archives.place("xj-hotan"),))
    return archives.draft(record, archives.consent(record.id, until=0))


def worker(instance: Path) -> None:
    """A day later, in a copy: how long the run took."""
    with tempfile.TemporaryDirectory(dir=instance.parent) as copy:
        subprocess.run(["cp", "-a", f"{instance}/.", copy], check=True)
        Keyring.__init__ = no_keyring  # type: ignore[method-assign]
        with bootstrap.opened(Config(instance=Path(copy))) as archive:
            tomorrow = replace(archive, clock=lambda: archive.clock() + timedelta(days=1))
            before = ended(archive, tomorrow)
            if before < EXPIRIES:
                raise RuntimeError(f"only {before} ran out")
            print(harness.seconds(lambda: expiring.run(tomorrow)))
            if ended(archive, tomorrow):
                raise RuntimeError("not everything that ran out is gone")


def ended(archive: Archive, tomorrow: Archive) -> int:
    with archive.read() as unit:
        found: tuple[tuple[UUID, UUID, UUID], ...] = unit.records.ended(tomorrow.clock().date())
    return len(found)


def no_keyring(*_: object, **_named: object) -> None:
    raise RuntimeError("this process holds no keys")


if __name__ == "__main__":
    worker(Path(sys.argv[1]))
