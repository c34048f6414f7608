"""Imports on the command line: a file of records or facilities, how far it is, and what was refused.

Knows flags, the progress bar and how a report is laid out. Must not know how a row becomes a record.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from archive.cli import asking, choosing, refusals
from archive.cli.given import Command, Given, Member, as_member, pass_given
from archive.cli.refusals import Mistaken
from archive.cli.saying import Voice, table
from archive.domain.consent import Basis
from archive.domain.errors import Invalid
from archive.domain.rooms import RoomPurpose
from archive.services.imports import mapping, reports, running
from archive.services.imports.mapping import BatchBasis, Mapping
from archive.services.imports.reading import Row, Rows
from archive.services.imports.reports import Rejected
from archive.services.imports.running import Receipt

_BASES: Final = tuple(basis.value for basis in Basis if basis is not Basis.CONSENT)


@click.command("import", cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--room", "which", metavar="ROOM", help="The custody room. Default: the one you hold.")
@click.option(
    "--mapping", "called", metavar="M", help="A built-in mapping, or a TOML file. Default: what fits."
)
@click.option(
    "--basis", type=click.Choice(_BASES), help="Why these rows may be held; the words are asked for."
)
@click.option("--dry-run", is_flag=True, help="Store nothing; say what would be refused, and why.")
@as_member
@click.pass_context
def import_(
    ctx: click.Context,
    member: Member,
    file: Path,
    which: str | None,
    called: str | None,
    basis: str | None,
    *,
    dry_run: bool,
) -> None:
    """Import records, or entries of the facility register, from JSON Lines, a JSON list, or CSV.

    Rows that are in the archive already are passed over, so an import that was stopped goes on when it is run again.
    Refused rows stand in a report that only you can open: guwah rejects.
    """
    given = ctx.ensure_object(Given)
    with _opened(file) as source, given.acting(member) as (archive, acting):
        room = choosing.room(archive, acting, which, [RoomPurpose.CUSTODY])
        rows = Rows(source)
        how = mapping.load(called) if called else mapping.recognised(_fields(rows))
        with _progress(given.voice) as progress:
            if how.record == "facility":
                receipt = running.run_register(
                    archive, acting, room.id, rows, how, dry_run=dry_run, progress=progress
                )
            else:
                ground = _ground(how, basis)
                receipt = running.run(
                    archive, acting, room.id, rows, how, ground, dry_run=dry_run, progress=progress
                )
    _tell(given.voice, how, receipt, dry_run=dry_run)
    if receipt.refused:
        ctx.exit(refusals.IN_PART)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    try:
        source = file.open("rb")
    except OSError as cause:
        raise Mistaken(f"{file} cannot be read ({cause.strerror}). Check the name.") from None
    with source:
        yield source


def _fields(rows: Rows) -> Collection[str]:
    """The columns of the first row that can be taken. Raises Invalid: what is wrong with the first when none can."""
    bad: Row | None = None
    for row in rows:
        if not row.problems:
            return row.fields.keys()
        bad = bad or row
    raise Invalid([replace(one, where=f"line {bad.line}") for one in bad.problems] if bad else [])


def _ground(how: Mapping, basis: str | None) -> BatchBasis | None:
    """The legal basis of the batch: the mapping's own unless one was named, whose words are asked for."""
    if basis is None:
        if how.basis is None:
            raise Mistaken(
                f"Say on what basis the archive may hold these rows: --basis, one of {', '.join(_BASES)}."
            )
        return None
    public = basis == Basis.ALREADY_PUBLIC
    return BatchBasis(
        basis=Basis(basis),
        reason=asking.typed("reason, for the consent ledger"),
        source=asking.typed("source where it is public") if public else "",
        licence=asking.typed("licence of that source") if public else "",
    )


@contextmanager
def _progress(voice: Voice) -> Iterator[Callable[[int, int, int], None]]:
    """A bar with rows, rate and time left, for somebody who looks on; nothing for a program."""
    bar = Progress(
        SpinnerColumn(),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[rows]} rows"),
        TextColumn("{task.fields[rate]:.0f} rows/s"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=voice.as_json or not sys.stderr.isatty(),
    )
    task = bar.add_task("import", total=None, rows=0, rate=0.0)

    def advance(read: int, done: int, total: int) -> None:
        elapsed = bar.tasks[task].elapsed or 1.0
        bar.update(task, completed=done, total=total, rows=read, rate=read / elapsed)

    with bar:
        yield advance


def _tell(voice: Voice, how: Mapping, receipt: Receipt, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    said = (
        f"{receipt.read} rows read as {how.name} in {receipt.seconds:.1f} s: {receipt.stored} {would}stored, "
        f"{receipt.known} there already, {receipt.refused} refused."
    )
    lines = [said]
    if receipt.report:
        lines.append(f"What was refused, and why: guwah rejects {receipt.report} --as LOGIN")
    voice.answer(
        {
            "mapping": how.name,
            "read": receipt.read,
            "stored": receipt.stored,
            "known": receipt.known,
            "refused": receipt.refused,
            "seconds": round(receipt.seconds, 3),
            "dry_run": dry_run,
            "report": receipt.report,
            "rejected": [_plain(one) for one in receipt.rejected],
        },
        *lines,
        *([_listed(receipt.rejected)] if receipt.rejected else []),
    )


@click.command(cls=Command)
@click.argument("which", metavar="[REPORT]", required=False)
@as_member
@pass_given
def rejects(given: Given, member: Member, which: str | None) -> None:
    """Tell which rows of your imports were refused, and why; without REPORT, which reports there are."""
    with given.acting(member) as (archive, acting):
        if which is None:
            kept = reports.reports(archive, acting)
            rows = [(str(one.id), one.day.isoformat()) for one in kept]
            given.voice.answer({"reports": kept}, table(("id", "day"), rows))
            return
        report = reports.report(archive, acting, _id(which))
    said = {
        "mapping": report.mapping,
        "rejected": [_plain(one) for one in report.rejected],
        "more": report.more,
    }
    more = [f"… and {report.more} rows more."] if report.more else []
    given.voice.answer(said, _listed(report.rejected), *more)


def _id(which: str) -> UUID:
    try:
        return UUID(which)
    except ValueError:
        raise Mistaken("A report is named by its id, as `guwah rejects` without one lists it.") from None


def _plain(one: Rejected) -> dict[str, object]:
    return {
        "line": one.line,
        "problems": [{"where": problem.where, "text": str(problem)} for problem in one.problems],
    }


def _listed(rejected: Iterable[Rejected]) -> Table:
    rows = [(str(one.line), str(problem)) for one in rejected for problem in one.problems]
    return table(("line", "what to mend"), rows)
