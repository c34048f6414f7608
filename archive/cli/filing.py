"""Files that a command reads and writes on somebody's own word: bounded, whole or not at all, the owner's alone.

Knows paths and what to say when they do not serve. Must not know what is in them.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from archive.cli.refusals import Mistaken


def read(path: Path, largest: int) -> bytes:
    """The bytes of a file, or of standard input for `-`. Raises Mistaken for one that cannot be read or is larger."""
    try:
        with click.open_file(str(path), "rb") as opened:
            raw = bytes(opened.read(largest + 1))
    except OSError as cause:
        raise Mistaken(
            f"{path} cannot be read ({cause.strerror}). Check the name and whose file it is."
        ) from None
    if len(raw) > largest:
        raise Mistaken(f"{path} is larger than any file of this kind. Name another.")
    return raw


def write(path: Path, content: bytes, *, anew: bool = False) -> None:
    """Put a file in its place, durable and whole, or not at all. ``anew``: in the place of one that is there.

    Raises Mistaken when there is one already, or the place cannot be written; OSError for a full disk.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            if anew:
                unfinished.replace(path)
            else:
                path.hardlink_to(unfinished)  # which never replaces
        finally:
            unfinished.unlink(missing_ok=True)
    except FileExistsError:
        raise Mistaken(f"{path} cannot be written: it is there already. Name another file.") from None
    except (PermissionError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as cause:
        raise Mistaken(f"{path} cannot be written ({cause.strerror}). Name another file.") from None
