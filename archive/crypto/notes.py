"""Knows signed notes (C2SP signed-note): a text, and lines in which a named key signs it, with Ed25519 and ML-DSA-65.

Must not know what a text says, nor whose keys are to be believed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey

from archive.crypto.errors import CannotOpen
from archive.crypto.kdf import KEY, expand

ED25519: Final = b"\x01"
"""The signature type that C2SP gives to Ed25519."""
ML_DSA_65: Final = b"\xffguwah/1 note ml-dsa-65\0"
"""C2SP gives ML-DSA-65 no type of its own; 0xff and a name unlikely to collide stand for it, as it says."""

LONGEST: Final = 64 * 1024
"""Bytes in the longest note that is read: 16 signatures of the size of ours fit, as C2SP asks."""

_SIZES: Final = {ED25519: 32, ML_DSA_65: 1952}
_MOST_LINES: Final = 32
_NAME: Final = re.compile(r"[!-*,-~]{1,200}", re.ASCII)  # C2SP allows more letters; no name of ours has any
_LINE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_ID: Final = 4


class NoteKey:
    """A log's signing key made from a 32-byte seed; both halves come from it under separate labels.

    Raises CannotOpen for a seed of another length. ValueError: a name that no note can bear. Cost: 0.2 ms.
    """

    __slots__ = ("_ed", "_mldsa", "name", "verifier")

    verifier: str
    """What verifies its notes: a line for each half, as C2SP writes a verifier key."""

    def __init__(self, name: str, seed: bytes) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError("a key's name is printable ASCII without spaces and plus signs")
        if len(seed) != KEY:
            raise CannotOpen
        self.name = name
        self._ed = Ed25519PrivateKey.from_private_bytes(expand(seed, b"guwah/1 note ed25519\0"))
        self._mldsa = MLDSA65PrivateKey.from_seed_bytes(expand(seed, b"guwah/1 note ml-dsa-65\0"))
        self.verifier = "".join(
            f"{name}+{_key_id(name, kind, public).hex()}+{to_base64(kind + public)}\n"
            for kind, public in self._publics()
        )

    def sign(self, text: str) -> str:
        """Return the note: the text, which must end a line, and two signature lines. Cost: 0.9 ms on average."""
        if not text.endswith("\n") or _CONTROL.search(text):
            raise ValueError("a note's text is whole lines without control characters")
        raw = text.encode()
        signatures = (self._ed.sign(raw), self._mldsa.sign(raw))
        lines = (
            f"— {self.name} {to_base64(_key_id(self.name, kind, public) + signature)}\n"
            for (kind, public), signature in zip(self._publics(), signatures, strict=True)
        )
        return f"{text}\n{''.join(lines)}"

    def _publics(self) -> tuple[tuple[bytes, bytes], ...]:
        return (
            (ED25519, self._ed.public_key().public_bytes_raw()),
            (ML_DSA_65, self._mldsa.public_key().public_bytes_raw()),
        )


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public halves of one log's key. Make it with `read_verifier`."""

    name: str
    ed25519: bytes
    ml_dsa_65: bytes

    def open(self, note: str) -> str:
        """Return a note's text, which both halves signed, each once. Lines of other keys count for nothing.

        Raises CannotOpen, the same for everything that is wrong. Cost: 0.3 ms.
        """
        text, lines = _parted(note)
        for kind, public, check in (
            (ED25519, self.ed25519, _check_ed25519),
            (ML_DSA_65, self.ml_dsa_65, _check_ml_dsa_65),
        ):
            key = (self.name, _key_id(self.name, kind, public))
            made = [signed[_ID:] for name, signed in lines if (name, signed[:_ID]) == key]
            if len(made) != 1:
                raise CannotOpen
            check(public, made[0], text.encode())
        return text


def read_verifier(lines: str) -> Verifier:
    """Return what verifies a log's notes from its two verifier lines, in either order. Raises CannotOpen."""
    found: dict[bytes, bytes] = {}
    names = set()
    for line in lines.removesuffix("\n").split("\n"):
        name, key_id, public = _key(line)
        kind = next((kind for kind in _SIZES if public.startswith(kind)), b"")
        public = public.removeprefix(kind)
        if not kind or kind in found or len(public) != _SIZES[kind] or _key_id(name, kind, public) != key_id:
            raise CannotOpen
        found[kind] = public
        names.add(name)
    if found.keys() != _SIZES.keys() or len(names) != 1:
        raise CannotOpen
    return Verifier(names.pop(), found[ED25519], found[ML_DSA_65])


def _key(line: str) -> tuple[str, bytes, bytes]:
    try:
        name, key_id, public = line.split("+", 2)
        if not _NAME.fullmatch(name) or not re.fullmatch("[0-9a-f]{8}", key_id):
            raise CannotOpen
        return name, bytes.fromhex(key_id), from_base64(public)
    except ValueError:
        raise CannotOpen from None


def _parted(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """A note's text, and (key name, key id ‖ signature) of each line below the last empty one."""
    if len(note) > LONGEST or len(note.encode(errors="replace")) > LONGEST or _CONTROL.search(note):
        raise CannotOpen
    text, empty, below = note.rpartition("\n\n")
    lines = below.split("\n")
    if not empty or not text or lines.pop() or not 0 < len(lines) <= _MOST_LINES:
        raise CannotOpen
    return text + "\n", [_signed(line) for line in lines]


def _signed(line: str) -> tuple[str, bytes]:
    found = _LINE.fullmatch(line)
    if not found:
        raise CannotOpen
    signed = from_base64(found[2])
    if len(signed) <= _ID:
        raise CannotOpen
    return found[1], signed


def from_base64(text: str) -> bytes:
    """Return the bytes that standard base64 says in its one canonical form. Raises CannotOpen for any other text."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise CannotOpen from None
    if to_base64(raw) != text:
        raise CannotOpen
    return raw


def to_base64(raw: bytes) -> str:
    """Return standard base64, padded, in one line."""
    return base64.b64encode(raw).decode()


def _key_id(name: str, kind: bytes, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:_ID]


def _check_ed25519(public: bytes, signature: bytes, text: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        raise CannotOpen from None


def _check_ml_dsa_65(public: bytes, signature: bytes, text: bytes) -> None:
    try:
        MLDSA65PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        raise CannotOpen from None
