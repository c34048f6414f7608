"""Backup and restore beside other processes: while one saves, on a full disk, killed at any moment."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest

from archive import bootstrap
from archive.config import Config
from archive.domain.errors import Damaged
from archive.services import accessioning, backing_up, checking, signing_in, upkeep
from tests.archives import found
from tests.backing import back_up, restore, restored

ROOT = Path(__file__).parents[2]
LONGEST = 1.5
"""Seconds until a kill: long enough for a few backups or restores, short enough to fall into every step of one."""
KILLS = int(os.environ.get("GUWAH_TEST_KILLS", "6"))
PLAIN = dict(os.environ, PYTHONPATH=str(ROOT))
GUWAH = [sys.executable, "-c", "from archive.cli.main import main; main()"]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cheap_kdf")]


def command(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GUWAH, *map(str, words)], cwd=ROOT, env=PLAIN, capture_output=True, text=True, check=False
    )


def test_a_backup_while_another_process_saves(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    with found(instance) as made:
        passphrase, custody = made.people["keeper"].passphrase, made.custody
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.functional.saving_worker", str(instance), passphrase, "run"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout
    said = [worker.stdout.readline() for _ in range(20)]  # so much is acknowledged before the backup begins
    with bootstrap.opened(Config(instance=instance)) as archive:
        for number in range(3):
            back_up(archive, instance, tmp_path / f"backup{number}")
        newest = backing_up.shred_list(archive)
    assert worker.poll() is None, "it saved all the while"
    worker.send_signal(signal.SIGKILL)
    worker.stdout.close()
    worker.wait()
    stored = {UUID(line.split()[1]) for line in said if line.startswith("stored")}
    assert stored
    for number in range(3):
        source, new = tmp_path / f"backup{number}", tmp_path / f"new{number}"
        with restored(new, source, newest, instance) as archive:
            keeper = signing_in.unlock(archive, "keeper", passphrase)
            assert checking.fsck(archive, keeper) == ()
            with archive.read() as unit:
                assert stored <= set(unit.records.of_collection(custody))
            known = [line.split()[2] for line in said if line.startswith("stored")]
            assert set(accessioning.known(archive, keeper, custody, known).values()) == stored


def test_a_full_disk_leaves_nothing_half(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    with found(instance):
        pass
    limited = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000)); "
        "from archive.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "backup", str(tmp_path / "b"), "--instance", str(instance)],
        cwd=ROOT, env=PLAIN, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "disk takes no more" in done.stderr
    assert not (tmp_path / "b").exists()
    assert command("fsck", "--instance", instance).returncode == 0


def killed(after: float, *words: object) -> int:
    """Let it work for a moment, kill it, and return how often it said that something was done."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.functional.backing_worker", *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout
    assert worker.stdout.readline() == "ready\n"
    time.sleep(after)
    worker.send_signal(signal.SIGKILL)
    said = worker.stdout.read()
    worker.stdout.close()
    assert worker.wait() == -signal.SIGKILL
    return said.count("done")


def whole(instance: Path, backup: Path, newest: bytes) -> bool:
    """Whether a backup comes back in a new folder, in which all is then well; a half one is refused as such."""
    new = backup.with_name(f"{backup.name}-restored")
    shutil.copytree(instance / "host", new / "host")
    try:
        restore(new, backup, [newest])
    except Damaged as refused:
        return not str(refused).startswith("This is no whole backup")
    with bootstrap.opened(Config(instance=new)) as archive:
        return checking.fsck(archive) == ()


def test_killed_while_backing_up(tmp_path: Path) -> None:
    instance, chance = tmp_path / "instance", random.Random(7)
    with found(instance) as made:
        newest = backing_up.shred_list(made.archive)
    cut = 0
    for kill in range(KILLS):
        to = tmp_path / f"backups{kill}"
        done = killed(chance.uniform(0.0, LONGEST), "backup", instance, to)
        begun = [path for path in to.iterdir() if path.name.isdigit()] if to.exists() else []
        good = {path.name for path in begun if whole(instance, path, newest)}
        assert good >= {str(number) for number in range(done)}, "what was said to be done is whole"
        cut += len(begun) - len(good)
    with bootstrap.opened(Config(instance=instance)) as archive:
        assert checking.fsck(archive) == ()
    print(f"{KILLS} kills, {cut} of them within a backup")


def test_killed_while_restoring(tmp_path: Path) -> None:
    instance, chance = tmp_path / "instance", random.Random(9)
    with found(instance) as made:
        back_up(made.archive, instance, tmp_path / "backup")
    for _kill in range(KILLS):
        killed(chance.uniform(0.0, LONGEST), "restore", instance, tmp_path / "backup")
        with bootstrap.opened(Config(instance=instance)) as archive:
            assert checking.fsck(archive) == ()
            upkeep.compare(archive.read, archive.shares)
    restore(instance, tmp_path / "backup", aside=True)
    assert not list(instance.rglob(".restor*"))
    print(f"{KILLS} kills, {len(bootstrap.replaced(Config(instance=instance)))} files moved aside")
