"""Knows how a backup's manifest and the shred list are written, signed by the archive's host as notes, and read back.
Must not know where they are kept, nor decide whether a list is new enough."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.crypto.notes import read_verifier
from archive.domain.backups import Manifest
from archive.domain.shredding import Shredded, ShredList
from archive.sealing.codec import decode, encode
from archive.sealing.host import Host

# Signed with the key of the log, whose checkpoints begin with its name: none of these can be taken for another.
_MANIFEST: Final = "guwah backup 1\n"
_LIST: Final = "guwah shred list 1\n"
_BACK: Final = "back"
_PARTS: Final = 3


def write_manifest(host: Host, manifest: Manifest) -> bytes:
    """Return the manifest as a signed note: what this is, and one line of JSON. Cost: 1 ms."""
    return host.log_key().sign(f"{_MANIFEST}{encode(Manifest, manifest).decode()}\n").encode()


def claimed(raw: bytes) -> Manifest:
    """Return what a manifest claims, whoever signed it: nothing to believe. Raises CannotOpen."""
    text, empty, _signatures = _decoded(raw).partition("\n\n")
    if not empty or not text.startswith(_MANIFEST):
        raise CannotOpen
    return decode(Manifest, text.removeprefix(_MANIFEST).encode())


def read_manifest(host: Host, raw: bytes) -> Manifest:
    """Return the manifest of `write_manifest`. Raises CannotOpen unless this archive's host signed it."""
    read_verifier(host.log_key().verifier).open(_decoded(raw))
    return claimed(raw)


def write_list(host: Host, shredded: ShredList) -> bytes:
    """Return the list as text: a signed note with its number and head, then a line an entry: day, owner, what then.

    44 bytes an entry.
    """
    return f"{host.log_key().sign(_summary(shredded))}\n{_lines(shredded)}".encode()


def read_list(host: Host, raw: bytes) -> ShredList:
    """Return the list of `write_list`. Raises CannotOpen for another archive's, a cut or an edited one."""
    parts = _decoded(raw).split("\n\n", _PARTS - 1)
    if len(parts) != _PARTS:
        raise CannotOpen
    text, signatures, lines = parts
    try:
        found = ShredList(tuple(_entry(*line.split(" ")) for line in lines.splitlines()))
    except (ValueError, TypeError):
        raise CannotOpen from None
    said = read_verifier(host.log_key().verifier).open(f"{text}\n\n{signatures}\n")
    if said != _summary(found) or lines != _lines(found):
        raise CannotOpen
    return found


def _summary(shredded: ShredList) -> str:
    return f"{_LIST}{shredded.number}\n{shredded.head.hex() or '-'}\n"


def _lines(shredded: ShredList) -> str:
    return "".join(f"{entry.day.isoformat()} {entry.owner.hex}{_then(entry)}\n" for entry in shredded.entries)


def _then(entry: Shredded) -> str:
    return f" {_BACK}" if entry.back else f" {entry.by.hex}" if entry.by else ""


def _entry(day: str, owner: str, then: str = "") -> Shredded:
    by = UUID(hex=then) if then not in {"", _BACK} else None
    return Shredded(UUID(hex=owner), date.fromisoformat(day), back=then == _BACK, by=by)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise CannotOpen from None
