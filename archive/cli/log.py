"""The transparency log on the command line: reading it, and what is kept elsewhere so that nobody can rewrite it.

Knows flags, files and plain words. Must not know how the log is sealed, hashed or signed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, TypedDict, Unpack
from uuid import UUID

import click

from archive.cli import choosing, filing
from archive.cli.given import Given, Group, Member, as_member, pass_given
from archive.cli.refusals import Mistaken
from archive.cli.saying import Voice, table
from archive.domain.log import LogFilter
from archive.services import admitting, checkpoints, transparency
from archive.services.archive import Archive
from archive.services.checkpoints import Proven

_LARGEST: Final = 128 * 1024
_FILE: Final = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
_DAY: Final = click.DateTime(["%Y-%m-%d"])
_KEEP: Final = (
    "Keep this where nobody who runs this archive can change it: it shows later if the log was rolled back."
)
_KEEP_KEY: Final = (
    "Give these lines to whoever is to check this archive, by a way they trust. To compare by telephone:"
)
_ALONE: Final = "This says what the log was then. Whether it still begins so, guwah fsck --since FILE tells."
_OWN_KEY: Final = (
    "It was checked with this archive's own key. With --key it is checked with one that you kept elsewhere."
)


class _Asked(TypedDict):
    """Which entries somebody wants, as the flags say it."""

    done_by: str | None
    about: str | None
    action: str | None
    since: datetime | None
    until: datetime | None


@click.group(cls=Group)
def log() -> None:
    """The transparency log: read it, have the host sign how far it came, prove what stands in it."""


@log.command("show")
@click.option("--start", type=click.IntRange(0), help="The number of the first entry to show.")
@click.option("--count", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--newest", is_flag=True, help="From the newest back, or from --start back.")
@click.option("--member", "done_by", metavar="ID", help="Only what this member did: an id, or a login.")
@click.option("--record", "about", metavar="ID", help="Only what speaks of this one record.")
@click.option("--action", type=click.Choice(sorted(transparency.ACTIONS)), metavar="WORD", help="Only this.")
@click.option("--since", type=_DAY, metavar="DAY", help="From this day on, as 2026-03-21.")
@click.option("--until", type=_DAY, metavar="DAY", help="Up to and with this day.")
@as_member
@pass_given
def show(
    given: Given, /, member: Member, start: int | None, count: int, *, newest: bool, **asked: Unpack[_Asked]
) -> None:
    """Read the log, as an auditor or an officer; the reading is logged.

    Who holds the audit room sees details too. What somebody searched for is shown to nobody.
    """
    with given.acting(member) as (archive, acting):
        only = _only(archive, asked)
        entries = transparency.entries(archive, acting, start, count, only=only, newest=newest)
    rows = [
        (
            str(entry.number),
            entry.day.isoformat(),
            entry.actor.hex[:8] if entry.actor else "",
            entry.action,
            entry.about.hex if entry.about else "",
            json.dumps(entry.detail, ensure_ascii=False) if entry.detail else "",
        )
        for entry in entries
    ]
    given.voice.answer({"entries": entries}, table(("no.", "day", "who", "what", "record", "detail"), rows))


@log.command("key")
@pass_given
def key(given: Given) -> None:
    """Print the log's verifier key. No key of a member is needed."""
    with given.archive() as archive:
        found = checkpoints.key(archive)
    given.voice.verbatim({"key": found.lines, "fingerprint": found.fingerprint}, found.lines)
    given.voice.aside(_KEEP_KEY, found.fingerprint)


@log.command("checkpoint")
@click.option("--out", type=_FILE, metavar="FILE", help="Write it there instead; nothing is overwritten.")
@click.option("--anew", is_flag=True, help="After an older backup was restored: begin anew from there.")
@pass_given
def checkpoint(given: Given, out: Path | None, *, anew: bool) -> None:
    """Have the host sign how far the log came. No key of a member is needed."""
    with given.archive() as archive:
        note = checkpoints.checkpoint(archive, anew=anew)
    _give(given.voice, "checkpoint", note, out)
    given.voice.aside(_KEEP)


@log.command("proof")
@click.argument("number", type=click.IntRange(0), required=False)
@click.option("--since", type=_FILE, metavar="CHECKPOINT", help="Prove instead that the log only grew since.")
@click.option("--out", type=_FILE, metavar="FILE", help="Write it there instead; nothing is overwritten.")
@pass_given
def proof(given: Given, number: int | None, since: Path | None, out: Path | None) -> None:
    """Prove that entry NUMBER stands in the log, or that the log only grew since a checkpoint.

    The proof of an entry shows what stands in the clear: its day, member, action and record.
    """
    if (number is None) == (since is None):
        raise Mistaken("Name the number of an entry, or a checkpoint with --since; not both.")
    with given.archive() as archive:
        made = (
            checkpoints.growth(archive, read(since)) if since else checkpoints.inclusion(archive, number or 0)
        )
    _give(given.voice, "proof", made, out)


@log.command("verify")
@click.argument("file", metavar="FILE", type=_FILE)
@click.option("--proof", "with_proof", type=_FILE, metavar="FILE", help="Of an entry, or that the log grew.")
@click.option("--key", "key_file", type=_FILE, metavar="FILE", help="The log's verifier key, kept elsewhere.")
@pass_given
def verify(given: Given, file: Path, with_proof: Path | None, key_file: Path | None) -> None:
    """Check a checkpoint or the proof of an entry. With --key no archive is needed."""
    note, proof = read(file), read(with_proof) if with_proof else ""
    if key_file:
        lines = read(key_file)
    else:
        with given.archive() as archive:
            lines = checkpoints.key(archive).lines
    proven = checkpoints.verify(lines, note, proof)
    fingerprint = checkpoints.fingerprint(lines)
    given.voice.answer({"proven": proven, "fingerprint": fingerprint}, *_words(proven))
    given.voice.aside(f"The key's fingerprint: {fingerprint}", *([] if key_file else [_OWN_KEY]))


def _words(proven: Proven) -> Iterator[str]:
    if proven.since is not None:
        yield (
            f"The log only grew: the {proven.since} entries of the checkpoint stand unchanged at the beginning of the "
            f"{proven.size} that it has now."
        )
    else:
        yield f"The host of {proven.origin} signed it: its log then had {proven.size} entries."
    if proven.entry is not None:
        said = proven.entry
        about = f", about record {said['about']}" if said.get("about") else ""
        yield (
            f"Entry {proven.index} stands in it: on {said.get('day')}, {said.get('action')}, by "
            f"{said.get('actor') or 'the archive itself or somebody not signed in'}{about}."
        )
    elif proven.since is None:
        yield _ALONE


def read(path: Path) -> str:
    """The text of a file of a checkpoint, a proof or a key. Raises Mistaken."""
    return filing.read(path, _LARGEST).decode(errors="replace").replace("\r\n", "\n")


def _give(voice: Voice, what: str, text: str, out: Path | None) -> None:
    if out is None:
        voice.verbatim({what: text}, text)
        return
    filing.write(out, text.encode())
    voice.answer({what: text, "file": out}, f"Written to {out}.")


def _only(archive: Archive, asked: _Asked) -> LogFilter:
    done_by, about, since, until = asked["done_by"], asked["about"], asked["since"], asked["until"]
    return LogFilter(
        actor=_member(archive, done_by) if done_by else None,
        about=choosing.record(about) if about else None,
        action=asked["action"],
        since=since.date() if since else None,
        until=until.date() if until else None,
    )


def _member(archive: Archive, said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        return admitting.find(archive, said)
