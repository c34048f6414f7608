"""Backup and restore on the command line, and the shred list that a restore needs.

Knows flags, questions and what an operator must be told. Must not know how anything is copied or kept back.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from archive import bootstrap
from archive.cli import asking, filing, refusals
from archive.cli.given import Command, Given, pass_given
from archive.cli.saying import Voice, table
from archive.domain.backups import Advance, Manifest
from archive.domain.shredding import ShredList
from archive.services import backing_up, signing_in
from archive.services.acting import Acting
from archive.services.backing_up import ListNeeded, Renewed, Staged

SHARES_LAST: Final = 30
_LARGEST: Final = 256 * 1024 * 1024
"""Days after which every copy of the shares is to be destroyed: until then what was shredded can still be read."""
_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command(cls=Command)
@click.argument("to", metavar="DIR", type=_FOLDER)
@click.option(
    "--shares", "shares_to", metavar="OTHER", type=_FOLDER, help="Where the shares go. Default: DIR too."
)
@pass_given
def backup(given: Given, to: Path, shares_to: Path | None) -> None:
    """Copy the archive, sealed as it is, while others go on working. No key is needed, and none is copied.

    Makes DIR/main and OTHER/shares. DIR must be new or empty. Sessions and indexes are not copied.
    """
    config, apart = given.config(), shares_to or to
    with (
        _progress(given.voice, "backup") as advance,
        given.archive() as archive,
        bootstrap.backing_up(archive, config, to, apart) as copies,
    ):
        manifest = backing_up.back_up(archive, copies, version("guwah"), advance)
    given.voice.answer(
        {"backup": manifest, "main": to / "main", "shares": apart / "shares"}, _copied(manifest)
    )
    given.voice.aside(*_advice(to / "main", apart / "shares", together=shares_to is None))


def _copied(manifest: Manifest) -> str:
    size = sum(file.size for file in manifest.files)
    return (
        f"Backed up: {size / 1e6:.1f} MB, the log up to entry {manifest.log_size}, the shred list up to "
        f"{manifest.shredded}."
    )


def _advice(main: Path, shares: Path, *, together: bool) -> Iterator[str]:
    yield (
        f"Both halves together, with the key of a room, read what that room held: keep {main} and {shares} apart."
    )
    if together:
        yield "They lie in one folder now: move one of them to another place and other hands, or use --shares."
    yield (
        f"Destroy every copy of {shares} after {SHARES_LAST} days at most: until the last one is gone, what was "
        "shredded meanwhile can still be read from it."
    )
    yield "The host's secrets (host/) are in no backup: keep one copy of them apart from both, in a safe."
    yield "A restore needs the newest shred list: take it elsewhere with guwah shredlist, as often as you can."


@click.command(cls=Command)
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Default: standard output."
)
@pass_given
def shredlist(given: Given, out: Path | None) -> None:
    """Write the list of what was shredded: opaque ids and days. A restore needs the newest; keep it elsewhere."""
    with given.archive() as archive:
        shredded, written = archive.shares.shredded(), backing_up.shred_list(archive)
    said = {"shredded": shredded.number, "head": shredded.head.hex(), "file": out}
    if out is None and not given.voice.as_json:
        sys.stdout.write(written.decode())
        return
    if out is not None:
        filing.write(out, written, anew=True)
    given.voice.answer(said, f"{shredded.number} entries, written to {out}.")


@click.command(cls=Command)
@pass_given
def newepoch(given: Given) -> None:
    """Seal every share under a new key of this machine, and destroy the old one. Stop guwah serve first.

    Do it after a disk or a copy of the shred store went astray. Backups of the shares made before need the copy of
    host/ from their time; make a backup, and copy host/ anew, right after it.
    """
    with bootstrap.alone(given.config()) as archive:
        count, epoch = backing_up.new_epoch(archive), archive.host.epoch
    given.voice.answer(
        {"epoch": epoch, "shares": count}, f"{count} shares are sealed under host/shares-{epoch}.key."
    )
    given.voice.aside(
        "The key before it is gone from this machine. Now make a backup, and copy host/ to its safe place: "
        "shares backed up until now open only with the copy of host/ from their time."
    )


@click.command(cls=Command)
@click.argument("source", metavar="DIR", type=_FOLDER)
@click.option(
    "--shares", "shares_from", metavar="OTHER", type=_FOLDER, help="Where the shares are. Default: DIR."
)
@click.option("--shred-list", "lists", metavar="FILE", type=_FILE, multiple=True, help="The newest there is.")
@click.option("--replace", is_flag=True, help="Move the archive that is there aside, and keep it.")
@click.option(
    "--without-list",
    is_flag=True,
    help="Restore without the newest list: two officers sign in; it is logged.",
)
@click.pass_context
def restore(
    ctx: click.Context,
    source: Path,
    shares_from: Path | None,
    lists: Sequence[Path],
    *,
    replace: bool,
    without_list: bool,
) -> None:
    """Put a backup in place: checked, brought up to date with the newest shred list, wholly or not at all.

    The host's secrets must be in the instance's folder already. Nobody may use the archive meanwhile.
    """
    given = ctx.ensure_object(Given)
    config = given.config()
    given_lists = [filing.read(path, _LARGEST) for path in lists]
    before = set(bootstrap.replaced(config))
    with (
        _progress(given.voice, "restore") as advance,
        bootstrap.restoring(
            config, source, shares_from or source, replace=replace, advance=advance
        ) as staged,
    ):
        known = [backing_up.read_list(staged.archive, raw) for raw in given_lists]
        with _list_to_follow(staged, known, without_list=without_list) as (shredded, officers):
            renewed = backing_up.renew(staged, shredded, officers)
    with given.archive() as archive:
        findings = backing_up.settle(archive)
    aside = sorted(set(bootstrap.replaced(config)) - before)
    given.voice.answer(
        {"backup": staged.manifest, "renewed": renewed, "aside": aside, "findings": findings},
        *_restored(staged.manifest, renewed, aside),
        *(
            [table(("what", "which", "finding"), [(f.what, f.id, f.text) for f in findings])]
            if findings
            else []
        ),
        f"guwah fsck: {len(findings)} findings." if findings else "guwah fsck: all is well.",
    )
    if findings:
        ctx.exit(refusals.DAMAGED)


@contextmanager
def _list_to_follow(
    staged: Staged, known: Sequence[ShredList], *, without_list: bool
) -> Iterator[tuple[ShredList, Sequence[Acting]]]:
    """The newest list; or, where officers override, whatever is known, and those officers."""
    officers: list[Acting] = []
    try:
        try:
            shredded = backing_up.newest(staged, known)
        except ListNeeded:
            if not without_list:
                raise
            officers += _officers(staged)
            shredded = backing_up.whatever_is_known(staged, known, officers)
        yield shredded, officers
    finally:
        for officer in officers:
            signing_in.lock(staged.archive, officer)


def _officers(staged: Staged) -> Iterator[Acting]:
    for number in range(1, staged.archive.row.quorum + 1):
        login = asking.typed(f"login of officer {number}")
        words = asking.secret(f"passphrase of officer {number}")
        yield signing_in.unlock(staged.archive, login, words)


def _restored(manifest: Manifest, renewed: Renewed, aside: Sequence[Path]) -> Iterator[str]:
    yield (
        f"Restored: the backup of {manifest.at:%Y-%m-%d %H:%M} UTC, the log up to entry {manifest.log_size}. What was "
        "saved after it is not in it."
    )
    yield (
        f"Shredded again: {renewed.shares} shares, with {renewed.bodies} renditions and identities; "
        f"{len(renewed.withdrawn)} records are withdrawn again, {len(renewed.limited)} stay out of rooms that they "
        "were taken out of."
    )
    if aside:
        yield (
            f"What was here before lies in {', '.join(map(str, aside))}. Destroy its shares within {SHARES_LAST} days."
        )
    yield "Everybody signs in again; indexes are rebuilt as rooms are opened."


@contextmanager
def _progress(voice: Voice, what: str) -> Iterator[Advance]:
    """A bar for somebody who looks on; nothing for a program. It goes before anything is asked."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=voice.as_json or not sys.stderr.isatty(),
        transient=True,
    )
    task = bar.add_task(what, total=None)

    def advance(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)
        if done < total:
            bar.start()
        else:
            bar.stop()

    try:
        yield advance
    finally:
        bar.stop()
