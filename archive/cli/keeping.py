"""Keeping an archive sound on the command line: rebuild an index, check everything, upgrade.

Knows flags and tables. Must not know how any of it is done.
"""

from __future__ import annotations

from pathlib import Path

import click

from archive import bootstrap
from archive.cli import choosing, log, refusals
from archive.cli.given import Command, Given, Member, as_member, as_member_or_nobody, pass_given
from archive.cli.saying import table
from archive.services import checking, indexing
from archive.services.indexing import SEARCHED


@click.command(cls=Command)
@click.option(
    "--room", "which", metavar="ROOM", help="Room id, its beginning or its purpose. Default: the only one."
)
@as_member
@pass_given
def reindex(given: Given, member: Member, which: str | None) -> None:
    """Throw a room's search index away and make it anew."""
    with given.acting(member) as (archive, acting):
        room = choosing.room(archive, acting, which, SEARCHED)
        held = indexing.rebuild(archive, acting, room.id)
    given.voice.answer({"room": room.id, "records": held}, f"Rebuilt: {held} records are searchable.")


@click.command(cls=Command)
@click.option(
    "--since",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="CHECKPOINT",
    help="A checkpoint that was kept elsewhere: has everything been rolled back since?",
)
@as_member_or_nobody
@click.pass_context
def fsck(ctx: click.Context, member: Member | None, since: Path | None) -> None:
    """Check that what is stored is what was stored.

    Without --as no key is needed: log, signatures, consent ledgers, shares. With it, everything in the rooms that the
    member holds is opened too; nothing of it is shown. That everything was put back together to an earlier day shows
    only with --since.
    """
    given = ctx.ensure_object(Given)
    note = log.read(since) if since else ""
    if member is None:
        with given.archive() as archive:
            findings = checking.fsck(archive, since=note)
    else:
        with given.acting(member) as (archive, acting):
            findings = checking.fsck(archive, acting, note)
    said = (
        "All is well."
        if not findings
        else f"{len(findings)} findings. Stop serving, keep a copy, restore a backup."
    )
    rows = [(found.what, found.id, found.text) for found in findings]
    given.voice.answer(
        {"findings": findings}, *([table(("what", "which", "finding"), rows)] if rows else []), said
    )
    if findings:
        ctx.exit(refusals.DAMAGED)


@click.command(cls=Command)
@pass_given
def upgrade(given: Given) -> None:
    """Bring the database of an older version up to this one. Stop serving and back up first."""
    bootstrap.upgrade(given.config())
    given.voice.answer({"upgraded": True}, "The database is of this version now.")
    given.voice.aside("Where custody shows fewer records than before, a custodian runs guwah consent place.")
