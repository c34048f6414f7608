"""Knows every file that this process opens for writing or takes away, by Python's own audit events.
Must not know what is written; what is taken away it keeps, to be searched like the rest."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_NAME: Final = (str, bytes, os.PathLike)
_CODE: Final = "__pycache__"


class Watch:
    """While it is on: ``outside`` lists what was written elsewhere than in ``root``, ``nameless`` files without a name.

    ``given`` is where the test itself writes. A file of ``root`` that is removed stays as a link in ``kept``.
    """

    def __init__(self, root: Path, given: Path, kept: Path) -> None:
        self.outside: set[str] = set()
        self.nameless: set[str] = set()
        self.written = 0
        self.removed = 0
        self._root = f"{root}{os.sep}"
        self._given = f"{given}{os.sep}"
        self._kept = kept

    def opened(self, path: object, flags: object) -> None:
        if not isinstance(path, _NAME) or not isinstance(flags, int) or not flags & _WRITING:
            return
        where = os.path.realpath(os.fsdecode(path))
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            self.nameless.add(where)
        elif where.startswith(self._root):
            self.written += 1
        elif not (where.startswith(self._given) or _CODE in where or where == os.devnull):
            self.outside.add(where)

    def removing(self, path: object, folder: object) -> None:
        assert isinstance(path, _NAME)
        below = isinstance(folder, int) and folder >= 0
        base = Path(f"/proc/self/fd/{folder}").readlink() if below else Path.cwd()
        where = base / os.fsdecode(path)
        if str(where).startswith(self._root):
            self.removed += 1
            with suppress(FileNotFoundError):
                os.link(where, self._kept / f"{self.removed}-{where.name}", follow_symlinks=False)


_on: list[Watch] = []
_hooked: list[bool] = []


def _hear(event: str, said: tuple[object, ...]) -> None:
    if not _on:
        return
    if event == "open":
        _on[-1].opened(said[0], said[2])
    elif event == "os.remove":
        _on[-1].removing(said[0], said[1])


@contextmanager
def watching(root: Path, given: Path, kept: Path) -> Iterator[Watch]:
    """Watch this process for the length of the block."""
    if not _hooked:  # a hook can never be taken off again: one for all, silent while nobody watches
        sys.addaudithook(_hear)
        _hooked.append(True)
    _on.append(Watch(root, given, kept))
    try:
        yield _on[-1]
    finally:
        _on.pop()
