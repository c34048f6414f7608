"""The `guwah` command: which words there are.

Knows every command. Must not know what one does.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper

import click

from archive.cli import hygiene, refusals
from archive.cli.backups import backup, newepoch, restore, shredlist
from archive.cli.demonstrating import demo
from archive.cli.exhibits import exhibit
from archive.cli.given import Root
from archive.cli.holds import hold
from archive.cli.importing import import_, rejects
from archive.cli.keeping import fsck, reindex, upgrade
from archive.cli.log import log
from archive.cli.members import member
from archive.cli.quality import quality
from archive.cli.reading import search, show
from archive.cli.recalls import recall
from archive.cli.rooms import grant, room
from archive.cli.serving import serve
from archive.cli.starting import init
from archive.cli.subjects import subject
from archive.cli.tagging import tag
from archive.cli.withdrawals import consent

_EXITS = "\b\nExit codes:\n" + "\n".join(
    f"  {code:<4} {meaning}" for code, meaning in refusals.MEANINGS.items()
)


@click.group(cls=Root, epilog=_EXITS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="guwah", message="guwah %(version)s")
def guwah() -> None:
    """A sealed archive for survivor testimony.

    Secrets and query words are asked for, or read from standard input or a file that only you can read: never from the
    command line, which the shell keeps (demo archives excepted).
    """


for command in (
    init, demo, serve, member, room, grant, import_, rejects, search, show, tag, reindex, fsck, log, upgrade, exhibit,
    backup, restore, shredlist, newepoch, consent, hold, recall, subject, quality,
):  # fmt: skip
    guwah.add_command(command)


def main() -> None:
    """Run the command of this process."""
    hygiene.harden()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal of few letters shows the others by number.
            stream.reconfigure(errors="backslashreplace")
    guwah()
