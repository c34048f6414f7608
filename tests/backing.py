"""Backups of a test's archive, made and put back as the command does it, without its questions."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from archive import bootstrap
from archive.config import Config
from archive.domain.backups import Manifest
from archive.services import backing_up
from archive.services.archive import Archive
from archive.services.backing_up import Renewed
from tests.archives import Standing


def nothing(_done: int, _total: int) -> None:
    """Nobody looks on."""


@contextmanager
def copied(founded: Standing, instance: Path) -> Iterator[Standing]:
    """A copy of a founded archive, open until the block ends."""
    shutil.copytree(founded.instance, instance)
    with bootstrap.opened(Config(instance=instance)) as archive:
        yield replace(founded, instance=instance, archive=archive, _unlocked={})


def back_up(archive: Archive, instance: Path, to: Path, shares_to: Path | None = None) -> Manifest:
    with bootstrap.backing_up(archive, Config(instance=instance), to, shares_to or to) as copies:
        return backing_up.back_up(archive, copies, "0.0.0", nothing)


def fresh(instance: Path, host_from: Path) -> Path:
    """A folder for a new machine: nothing in it but the host's secrets, from their own copy."""
    instance.mkdir()
    shutil.copytree(host_from / "host", instance / "host")
    return instance


def restore(
    instance: Path,
    source: Path,
    lists: Sequence[bytes] = (),
    *,
    aside: bool = False,
    advance: Callable[[int, int], None] = nothing,
) -> Renewed:
    config = Config(instance=instance)
    with bootstrap.restoring(config, source, source, replace=aside, advance=advance) as staged:
        known = [backing_up.read_list(staged.archive, raw) for raw in lists]
        return backing_up.renew(staged, backing_up.newest(staged, known))


@contextmanager
def restored(instance: Path, source: Path, shred_list: bytes, host_from: Path) -> Iterator[Archive]:
    """The archive that a backup makes in a new folder, with the newest list."""
    restore(fresh(instance, host_from), source, [shred_list])
    with bootstrap.opened(Config(instance=instance)) as archive:
        yield archive
