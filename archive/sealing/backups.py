"""Knows how a backup's manifest and the shred list are written, vouched for by the archive's host, and read back.
Must not know where they are kept, nor decide whether a list is new enough."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.backups import Manifest
from archive.domain.shredding import Shredded, ShredList
from archive.sealing.codec import decode, encode
from archive.sealing.host import Host

_MANIFEST: Final = b"guwah backup 1\n"
_LIST: Final = b"guwah shred list 1\n"


def write_manifest(host: Host, manifest: Manifest) -> bytes:
    """Return the manifest as three lines: what this is, JSON, the host's word for both."""
    return _vouched(host, _MANIFEST + encode(Manifest, manifest) + b"\n")


def claimed(raw: bytes) -> Manifest:
    """Return what a manifest claims, before anybody vouches for it. Raises CannotOpen."""
    said, _vouch = _halves(raw)
    if not said.startswith(_MANIFEST):
        raise CannotOpen
    return decode(Manifest, said.removeprefix(_MANIFEST))


def read_manifest(host: Host, raw: bytes) -> Manifest:
    """Return the manifest of `write_manifest`. Raises CannotOpen unless this archive's host vouched for it."""
    _check(host, raw)
    return claimed(raw)


def write_list(host: Host, shredded: ShredList) -> bytes:
    """Return the list as text: what this is, one line an entry (day, owner), the host's word. 44 bytes an entry."""
    lines = [f"{entry.day.isoformat()} {entry.owner.hex}\n" for entry in shredded.entries]
    return _vouched(host, _LIST + "".join(lines).encode())


def read_list(host: Host, raw: bytes) -> ShredList:
    """Return the list of `write_list`. Raises CannotOpen for another archive's, a cut or an edited one."""
    _check(host, raw)
    said, _vouch = _halves(raw)
    if not said.startswith(_LIST):
        raise CannotOpen
    try:
        lines = said.removeprefix(_LIST).decode("ascii").splitlines()
        return ShredList(tuple(_entry(*line.split(" ")) for line in lines))
    except (ValueError, TypeError):
        raise CannotOpen from None


def _entry(day: str, owner: str) -> Shredded:
    return Shredded(UUID(hex=owner), date.fromisoformat(day))


def _vouched(host: Host, said: bytes) -> bytes:
    return said + host.vouch(said).hex().encode() + b"\n"


def _check(host: Host, raw: bytes) -> None:
    said, vouch = _halves(raw)
    try:
        host.check_vouch(said, bytes.fromhex(vouch.decode("ascii")))
    except ValueError:
        raise CannotOpen from None


def _halves(raw: bytes) -> tuple[bytes, bytes]:
    """All lines but the last, and the last one. Raises CannotOpen when the end is cut off."""
    said, end, vouch = raw.removesuffix(b"\n").rpartition(b"\n")
    if not raw.endswith(b"\n"):
        raise CannotOpen
    return said + end, vouch
