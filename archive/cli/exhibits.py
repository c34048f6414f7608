"""Exhibit sheets on the command line: made from a matter room into files, and checked without an archive.

Knows flags and files. Must not know how a sheet is signed, or what makes one hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from archive.cli import choosing, filing, papers, refusals
from archive.cli.given import Given, Group, Member, as_member, pass_given
from archive.cli.refusals import Mistaken
from archive.cli.saying import table
from archive.domain.errors import NotFound
from archive.domain.identifiers import code_of
from archive.domain.rooms import RoomPurpose
from archive.services import exhibiting, rooms, verifying
from archive.services.exhibiting import Exhibit, Made

_LARGEST: Final = 64 * 1024 * 1024
_PLAIN: Final = (
    "These files are plain text now: whoever has them can read them, and no withdrawal reaches them. Keep them on an "
    "encrypted disk, hand them to nobody who must not read them, and delete them when they are not needed."
)
_NOT_AVAILABLE: Final = "not available"


@click.group(cls=Group)
def exhibit() -> None:
    """Exhibit sheets of a matter room's records; check one without an archive."""


@exhibit.command("sheet")
@click.argument("which_records", metavar="RECORD...", nargs=-1, required=True)
@click.option("--room", "which", metavar="ROOM", help="Its matter room. Default: the only one you hold.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    required=True,
    help="The folder for the files; made if it is not there. Nothing in it is overwritten.",
)
@as_member
@pass_given
def sheet(given: Given, member: Member, which_records: Sequence[str], which: str | None, out: Path) -> None:
    """Make an exhibit sheet of each record: a page to print, and the signed JSON beside it.

    The opening and the sheet are logged first. The files are plain text, for you alone to read (chmod 600).
    """
    records = [choosing.record(said) for said in which_records]
    if len(records) > exhibiting.MOST:
        raise Mistaken(f"At most {exhibiting.MOST} records at once.")
    _folder(out)
    with given.acting(member) as (archive, acting):
        room = choosing.room(archive, acting, which, [RoomPurpose.MATTER])
        name = rooms.account(archive, acting).profile.name
        fingerprint = exhibiting.fingerprint(archive)
        made = exhibiting.make(archive, acting, room.id, records)
        written = [_written(out, one, name, fingerprint) for one in made]
    if not any(written):
        raise NotFound
    rows = [
        (code_of(one.record), *(names or (_NOT_AVAILABLE, "")))
        for one, names in zip(made, written, strict=True)
    ]
    given.voice.answer(
        {"folder": out, "fingerprint": fingerprint, "exhibits": [_told(one) for one in made]},
        table(("code", "sheet", "signed"), rows),
    )
    given.voice.aside(_PLAIN)
    if not all(written):
        raise SystemExit(refusals.IN_PART)


@exhibit.command("verify")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--fingerprint", metavar="HEX", help="Of the archive's officers, as the archive told you in another way."
)
@click.option(
    "--log-key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The log's verifier key, kept elsewhere (guwah log key).",
)
@pass_given
@click.pass_context
def verify(
    ctx: click.Context, given: Given, file: Path, fingerprint: str | None, log_key: Path | None
) -> None:
    """Check signed exhibits. No archive and no key is needed."""
    key = filing.read(log_key, _LARGEST).decode(errors="replace") if log_key else None
    found = verifying.verify(filing.read(file, _LARGEST), fingerprint, key)
    lines = [
        table(
            ("exhibit", "check", "holds", "finding"),
            [(one.code, c.name, _holds(c.holds), c.text) for c in one.checks],
        )
        for one in found
    ]
    verdict = (
        "Everything that was checked holds."
        if all(one.holds for one in found)
        else "Do not rely on this file."
    )
    given.voice.answer(
        {
            "holds": all(one.holds for one in found),
            "exhibits": [
                {"code": one.code, "holds": one.holds, "fingerprint": one.fingerprint, "checks": one.checks}
                for one in found
            ],
            "not_proven": verifying.NOT_PROVEN,
        },
        *lines,
        verdict,
        "Not proven, whatever holds:",
        *(f"  {line}" for line in verifying.NOT_PROVEN),
    )
    if not all(one.holds for one in found):
        ctx.exit(refusals.DAMAGED)


@exhibit.command("fingerprint")
@pass_given
def fingerprint(given: Given) -> None:
    """Tell the fingerprint of this archive's officers, for those who will check an exhibit. No key is needed."""
    with given.archive() as archive:
        told = exhibiting.fingerprint(archive)
    given.voice.answer({"fingerprint": told}, told)


def _folder(out: Path) -> None:
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise Mistaken(f"No folder can be made at {out}. Choose another --out.") from None


def _written(out: Path, made: Made, name: str, fingerprint: str) -> tuple[str, str] | None:
    """The names of the two files of a sheet; they say nothing of the record."""
    if (found := made.exhibit) is None:
        return None
    page = papers.page(found.sheet, name, fingerprint, found.digest)
    names = (f"{_called(found)}.html", f"{_called(found)}.json")
    for file, content in zip(names, (page.encode(), found.raw), strict=True):
        filing.write(out / file, content)
    return names


def _called(found: Exhibit) -> str:
    return f"exhibit-{found.sheet.exhibit[:8]}"


def _told(made: Made) -> dict[str, object]:
    if (found := made.exhibit) is None:
        return {"record": made.record, "code": code_of(made.record), "available": False}
    called = _called(found)
    return {
        "record": made.record,
        "code": found.sheet.code,
        "available": True,
        "exhibit": found.sheet.exhibit,
        "sha256": found.digest,
        "sheet": f"{called}.html",
        "signed": f"{called}.json",
    }


def _holds(holds: bool | None) -> str:  # noqa: FBT001  # the outcome is what it is about
    return {True: "yes", False: "NO", None: "not checked"}[holds]
