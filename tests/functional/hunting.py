"""Looks for what was destroyed: bytes in every file below a folder, words in a process's memory, keys that still open.

Knows how to search. Must not know why something should be gone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.keeping import SealedBody
from archive.sealing import bodies
from archive.sealing.keyring import Keyring
from archive.services.archive import Archive

_LENGTH: Final = 32
_EVERY: Final = 1000
"""A database cuts what is long into pages: one needle from each stretch, so that one at least lies in one piece."""
_PIECE: Final = 1 << 22


def needles(
    instance: Path, archive: Archive, record: UUID
) -> tuple[dict[str, list[bytes]], list[SealedBody]]:
    """What only this record's bodies are made of, entries of the log about it among them: shares and ciphertexts.

    A share lies in the shred store sealed under the host's secret: what is searched for is that, as it lies there.
    """
    with archive.read() as unit:
        owners = [*unit.records.bodies_about([record]).get(record, ())]
        logged = [row.id for row in unit.log.entries(0, unit.log.head().size) if row.about == record]
        owners += [body for entry in logged if (body := unit.records.body(entry))]
    with closing(sqlite3.connect(instance / "shares" / "shares.db")) as database:
        shares = dict(database.execute("SELECT owner, sealed FROM shares").fetchall())
    found: dict[str, list[bytes]] = {}
    for body in owners:
        found[f"share {body.kind} {body.id}"] = [shares[body.id.hex][:_LENGTH]]
        for name, sealed in body.parts.items():
            starts = range(0, max(1, len(sealed) - _LENGTH), _EVERY)
            found[f"ciphertext {body.kind} {name} {body.id}"] = [sealed[at : at + _LENGTH] for at in starts]
    return found, owners


def in_files(folder: Path, wanted: Mapping[str, list[bytes]]) -> set[str]:
    """Which of them lie in any file below a folder."""
    found = set[str]()
    for path in folder.rglob("*"):
        if path.is_file():
            with suppress(FileNotFoundError):  # removed meanwhile
                raw = path.read_bytes()
                found |= {name for name, each in wanted.items() if any(needle in raw for needle in each)}
    return found


def in_memory(pids: Iterable[int], words: Iterable[str]) -> set[str] | None:
    """Which of these words lie in the memory of these processes, as Python keeps them; None: nobody may look."""
    wanted = {word: _forms(word) for word in words}
    found = set[str]()
    for pid in pids:
        try:
            for piece in _pieces(pid):
                found |= {word for word, forms in wanted.items() if any(form in piece for form in forms)}
        except PermissionError:
            return None
    return found


def _forms(word: str) -> tuple[bytes, ...]:
    return word.encode(), word.encode("utf-16-le"), word.encode("utf-32-le")


def _pieces(pid: int) -> Iterator[bytes]:
    """The writable memory of a process, in pieces that overlap."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            where, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            start, end = (int(each, 16) for each in where.split("-"))
            for at in range(start, end, _PIECE):
                with suppress(OSError, ValueError):
                    memory.seek(at)
                    yield memory.read(min(_PIECE + 256, end - at))


def opened(archive: Archive, keys: Iterable[Keyring], sealed: Iterable[SealedBody]) -> list[UUID]:
    """The bodies that any of these keyrings still opens, with what the shred store holds, by any of their wraps."""
    found = []
    rings = list(keys)
    for body in sealed:
        for wrap in body.wraps:
            for ring in rings:
                with suppress(CannotOpen):
                    bodies.unseal(archive.row.id, body, wrap.room, ring, archive.shares.find(body.id))
                    found.append(body.id)
    return found
