"""Knows how every byte of files, and every name of a file or folder, is searched for all canaries at once.
Must not know what a canary is, or why it should not be there."""

from __future__ import annotations

import os
import re
import stat
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from tests.functional.canary import forms
from tests.functional.canary.planting import WHOLE, Canary

WINDOW: Final = 8
"""Bytes by which a needle is looked up. Shorter needles are left out: chance alone would find them in sealed bytes."""
_DIGITS: Final = 2 * WINDOW
"""The same in hexadecimal digits, as which random ids are kept: eight of them stand there by chance now and then."""
_COMPRESSED: Final = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")


class Found(NamedTuple):
    """Where a canary was found, and as what."""

    where: str
    kind: str
    script: str
    encoding: str
    needle: bytes


@dataclass
class Sweep:
    """Searches for canaries in all their forms."""

    canaries: Iterable[Canary]
    needles: dict[bytes, tuple[Canary, str]] = field(default_factory=dict)
    searched: int = 0

    def __post_init__(self) -> None:
        for canary in self.canaries:
            said: dict[str, tuple[Canary, str]] = {}
            for encoding, needle in _forms(canary):
                if len(needle) >= (_DIGITS if encoding.lower() == "hex" else WINDOW):
                    self.needles.setdefault(needle, said.setdefault(encoding, (canary, encoding)))
        self._windows = frozenset(map(_window, self.needles))

    @cached_property
    def _begin(self) -> dict[int, list[bytes]]:
        """Needles by the bytes they begin with; made when something is found, which should be never."""
        begin: dict[int, list[bytes]] = defaultdict(list)
        for needle in self.needles:
            begin[_window(needle)].append(needle)
        return begin

    def encodings(self) -> Counter[str]:
        return Counter(encoding for _canary, encoding in self.needles.values())

    def content(self, where: str, data: bytes) -> Iterator[Found]:
        """Every needle in some bytes. Cost: 0.1 µs a byte while there is none."""
        self.searched += len(data)
        with memoryview(data) as view:
            for offset in range(min(WINDOW, len(data))):
                end = len(data) - (len(data) - offset) % WINDOW
                with view[offset:end] as aligned, aligned.cast("Q") as windows:
                    if self._windows.isdisjoint(windows):
                        continue
                    starts = [
                        offset + WINDOW * at for at, word in enumerate(windows) if word in self._windows
                    ]
                for start in starts:
                    yield from self._at(where, view, start)

    def inflated(self, where: str, data: bytes) -> Iterator[Found]:
        """Every needle in what was compressed by zlib or gzip, wherever it begins."""
        for header in _COMPRESSED.finditer(data):
            with suppress(zlib.error):
                tool = zlib.decompressobj(zlib.MAX_WBITS | 32)
                yield from self.content(f"{where}, inflated", tool.decompress(data[header.start() :]))

    def folder(self, root: Path) -> Iterator[Found]:
        """Every needle in the files of a folder and in all names below it."""
        known: set[int] = set()
        for path in sorted(root.rglob("*")):
            where = str(path.relative_to(root.parent))
            yield from self.content(f"name {where}", os.fsencode(path.name))
            with suppress(FileNotFoundError):  # what goes in this moment is searched where it was kept
                status = path.lstat()
                if stat.S_ISREG(status.st_mode) and status.st_ino not in known:
                    known.add(status.st_ino)
                    data = path.read_bytes()
                    yield from self.content(where, data)
                    yield from self.inflated(where, data)

    def _at(self, where: str, view: memoryview, start: int) -> Iterator[Found]:
        for needle in self._begin[_window(view[start : start + WINDOW])]:
            if view[start : start + len(needle)] == needle:
                canary, encoding = self.needles[needle]
                yield Found(where, canary.kind, canary.script, encoding, needle)


def _window(needle: bytes | memoryview) -> int:
    return int.from_bytes(needle[:WINDOW], sys.byteorder)


def _forms(canary: Canary) -> Iterator[tuple[str, bytes]]:
    if canary.script == WHOLE:
        return forms.digests(canary.text)
    texts = (forms.of_text(part, words=canary.words) for part in canary.parts())
    return chain(*texts, forms.of_bytes(canary.raw))
