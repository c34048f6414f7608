"""Knows how secrets and query words come in: from a prompt, from standard input, from a file only its owner reads.
Must not know what is done with them, nor take one from the command line."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Final

import click

from archive.cli.refusals import Mistaken

STDIN: Final = "-"
_LONGEST: Final = 4096
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def secret(what: str, file: str | None = None) -> str:
    """Return a secret: the first line of ``file`` (``-``: of standard input), else of what is typed, unseen.

    Raises Mistaken.
    """
    if file and file != STDIN:
        return _line(_private(Path(file)).decode(errors="replace"), what, file)
    if file == STDIN or not sys.stdin.isatty():
        return line(what)
    return str(click.prompt(what.capitalize(), hide_input=True, err=True))


def typed(what: str, *, empty: bool = False) -> str:
    """Return a line from the prompt or from standard input; ``empty``: it may say nothing. Raises Mistaken."""
    if not sys.stdin.isatty():
        return line(what, empty=empty)
    default = "" if empty else None
    return str(click.prompt(what.capitalize(), default=default, show_default=False, err=True)).strip()


def somebody() -> bool:
    """Whether somebody sits at a terminal and can be asked something they have just read."""
    return sys.stdin.isatty()


def lines(what: str) -> list[str]:
    """Return lines from the prompt or standard input, until an empty one or the end. Raises Mistaken when none came."""
    found = []
    while (
        said := typed(what, empty=True) if sys.stdin.isatty() else sys.stdin.readline(_LONGEST).strip()
    ) != "":
        found.append(said)
    if not found:
        raise Mistaken(f"No {what} was given.")
    return found


def line(what: str, *, empty: bool = False) -> str:
    """Return the next line of standard input. Raises Mistaken at its end, and for an empty one unless ``empty``."""
    return _line(sys.stdin.readline(_LONGEST), what, "standard input", empty=empty)


def _line(text: str, what: str, where: str, *, empty: bool = False) -> str:
    first = text.partition("\n")[0].rstrip("\r")
    if not text or not (first or empty):
        raise Mistaken(f"No {what} was given: {where} is empty or at its end. Give the {what} as one line.")
    return first


def _private(path: Path) -> bytes:
    """Read a short file that nobody else can read. Raises Mistaken, naming the remedy."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as cause:
        raise Mistaken(
            f"{path} cannot be read ({cause.strerror}). Check the name and whose file it is."
        ) from None
    try:
        _only_mine(path, os.fstat(descriptor))
        return os.read(descriptor, _LONGEST)
    finally:
        os.close(descriptor)


def _only_mine(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Mistaken(
            f"{path} is not a file. Name a file that holds the passphrase, or - for standard input."
        )
    if status.st_uid != os.geteuid():
        raise Mistaken(f"{path} belongs to another account. Make it your own: chown {os.geteuid()} {path}")
    if status.st_mode & _OTHERS:
        raise Mistaken(f"{path} can be read by other accounts. Close it first: chmod 600 {path}")
