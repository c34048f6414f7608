"""Knows the log's notes: checkpoints, proofs that an entry stands in the log, proofs that the log only grew (C2SP).
Must not know the archive: whoever holds the log's verifier key and this module can check them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archive.crypto import merkle
from archive.crypto.errors import CannotOpen
from archive.crypto.notes import LONGEST, NoteKey, Verifier, from_base64, to_base64

PROOF: Final = "c2sp.org/tlog-proof@v1"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_LINES: Final = 3
_MOST_HASHES: Final = 64
_LONGEST_EXTRA: Final = 4096


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its name, how many entries it has, the root of their tree."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A checked proof: the entry ``said`` (the bytes that its leaf hashes) is number ``index`` of that log."""

    index: int
    said: bytes
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Growth:
    """A proof that a tree of ``size`` entries grew into that of the checkpoint; checked against the smaller's root."""

    size: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint


def sign(key: NoteKey, size: int, root: bytes) -> str:
    """Return a checkpoint as a signed note (C2SP tlog-checkpoint); the origin is the key's name."""
    return key.sign(f"{key.name}\n{size}\n{to_base64(root)}\n")


def read(verifier: Verifier, note: str) -> Checkpoint:
    """Return what a checkpoint says once both signatures hold. Raises CannotOpen, the same for everything wrong."""
    return _said(verifier.open(note), verifier.name)


def claimed(note: str) -> Checkpoint:
    """Return what a checkpoint says, whoever signed it: nothing to believe. Raises CannotOpen."""
    text = note.partition("\n\n")[0] + "\n"
    return _said(text, text.partition("\n")[0])


def inclusion(index: int, said: bytes, path: Sequence[bytes], checkpoint: str) -> str:
    """Return the proof of one entry (C2SP tlog-proof), which carries the entry and the checkpoint with it."""
    return _proof([PROOF, f"extra {to_base64(said)}", f"index {index}"], path, checkpoint)


def read_inclusion(verifier: Verifier, proof: str) -> Inclusion:
    """Return what a proof shows, after checking signatures and path. Raises CannotOpen."""
    lines, note = _parts(proof)
    if len(lines) < _LINES or lines[0] != PROOF or len(lines[1]) > _LONGEST_EXTRA:
        raise CannotOpen
    said, index = from_base64(_after("extra ", lines[1])), _number(_after("index ", lines[2]))
    checkpoint = read(verifier, note)
    root = merkle.root_from_path(merkle.leaf_hash(said), index, checkpoint.size, _hashes(lines[3:]))
    if root != checkpoint.root:
        raise CannotOpen
    return Inclusion(index, said, checkpoint)


def growth(size: int, hashes: Sequence[bytes], checkpoint: str) -> str:
    """Return the proof that the log of ``size`` entries grew into that of the checkpoint.

    Its form is that in which C2SP tlog-witness is told of a new checkpoint, so a witness can take it as it is.
    """
    return _proof([f"old {size}"], hashes, checkpoint)


def read_growth(verifier: Verifier, proof: str, before: Checkpoint) -> Growth:
    """Return what a proof shows of an earlier checkpoint (already read): the log only grew since. Raises CannotOpen."""
    lines, note = _parts(proof)
    size, hashes = _number(_after("old ", lines[0])), _hashes(lines[1:])
    found = Growth(size, hashes, read(verifier, note))
    if size != before.size or found.checkpoint.origin != before.origin:
        raise CannotOpen
    merkle.check_consistency(size, before.root, found.checkpoint.size, found.checkpoint.root, hashes)
    return found


def is_inclusion(text: str) -> bool:
    """Whether a file calls itself the proof of an entry."""
    return text.startswith(PROOF + "\n")


def _said(text: str, origin: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != _LINES + 1 or lines[0] != origin or lines.pop():
        raise CannotOpen  # extension lines too: no log of ours writes any
    root = from_base64(lines[2])
    if not origin or len(root) != merkle.HASH:
        raise CannotOpen
    return Checkpoint(origin, _number(lines[1]), root)


def _proof(head: Sequence[str], hashes: Sequence[bytes], checkpoint: str) -> str:
    return "\n".join([*head, *map(to_base64, hashes), "", checkpoint])


def _parts(proof: str) -> tuple[list[str], str]:
    """The lines above the first empty one, and the note below it."""
    head, empty, note = proof.partition("\n\n")
    lines = head.split("\n")
    if not empty or len(proof) > 2 * LONGEST or len(lines) > _MOST_HASHES + _LINES:
        raise CannotOpen
    return lines, note


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    hashes = tuple(from_base64(line) for line in lines)
    if any(len(found) != merkle.HASH for found in hashes):
        raise CannotOpen
    return hashes


def _after(word: str, line: str) -> str:
    if not line.startswith(word):
        raise CannotOpen
    return line.removeprefix(word)


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise CannotOpen
    return int(text)
