"""Checkpoints of the log, signed by the host, and proofs against them: for whoever keeps them outside.

Knows how a rollback of everything shows: only against a checkpoint that lies elsewhere. Must not know what entries say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from archive.crypto import kdf, merkle
from archive.crypto.errors import CannotOpen
from archive.crypto.notes import Verifier, read_verifier
from archive.domain.errors import Damaged, GuwahError, NotFound, message
from archive.domain.log import LogPlace
from archive.sealing import bodies, notes
from archive.sealing.notes import Checkpoint
from archive.services import transparency
from archive.services.archive import Archive
from archive.services.ports import UnitOfWork

_GROUP: Final = 4
_SHORTER: Final = message(
    "The log is shorter than when this checkpoint was signed: its end was cut off, or an older database was put back."
)
_OTHER: Final = message(
    "The log does not begin with what this checkpoint was signed over: entries were changed, taken out or put in, "
    "and the log was hashed anew."
)


class Unproven(GuwahError):
    """A checkpoint or a proof shows nothing; one error for whatever is wrong with it."""

    def __init__(self) -> None:
        super().__init__(
            message(
                "This proves nothing: it was changed, is of another log or another checkpoint, or this key did not "
                "sign it."
            )
        )


@dataclass(frozen=True, slots=True)
class LogKey:
    """What verifies an archive's checkpoints: two lines to keep elsewhere, and a short form to compare by eye."""

    lines: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """What was verified: a log of ``size`` entries with this root.

    ``entry`` stands in it as number ``index``, if an entry was proven; ``since`` is the size from which it only grew,
    if growth was.
    """

    origin: str
    size: int
    root: str
    index: int | None = None
    entry: Mapping[str, object] | None = None
    since: int | None = None


def key(archive: Archive) -> LogKey:
    """Return the log's verifier key. Whoever is to check this archive keeps it, from a hand they trust."""
    lines = archive.host.log_key().verifier
    return LogKey(lines, fingerprint(lines))


def fingerprint(lines: str) -> str:
    """Return the SHA-256 of a verifier key in groups of four, for paper and telephone."""
    digest = kdf.digest(lines.encode()).hex()
    return " ".join(digest[at : at + _GROUP] for at in range(0, len(digest), _GROUP))


def checkpoint(archive: Archive, *, anew: bool = False) -> str:
    """Return the log's present head as a checkpoint that the host signs, and remember that it did.

    Raises Damaged when the log's end does not follow from its entries, or when the log is not what the host signed last
    grew into: two checkpoints that contradict each other are never signed. ``anew`` signs nevertheless, after an older
    backup was restored; whoever keeps an older checkpoint will see it. Cost: two hashes an entry.
    """
    with archive.work() as unit:
        return _signed(archive, unit, anew=anew)[0]


def inclusion(archive: Archive, number: int) -> str:
    """Return the proof that one entry stands in the log, with a checkpoint of now (C2SP tlog-proof).

    It says in the clear what the entry's row does: day, member, action, record; not what is sealed. Raises NotFound
    when there is no such entry, Damaged as `checkpoint`.
    """
    with archive.work() as unit:
        note, leaves = _signed(archive, unit)
        if not 0 <= number < len(leaves):
            raise NotFound
        said = _statement(unit, number)
        if merkle.leaf_hash(said) != leaves[number]:
            raise Damaged(message("This entry of the log was changed. Run guwah fsck."))
        return notes.inclusion(number, said, merkle.path(leaves, number), note)


def places(archive: Archive, numbers: Iterable[int]) -> Mapping[int, LogPlace]:
    """Return where entries stand in the log, all in the tree of one checkpoint of now.

    Raises Damaged as `checkpoint`. Cost: as `checkpoint`, and some hashes each.
    """
    with archive.work() as unit:
        note, leaves = _signed(archive, unit)
    tree = merkle.Tree(leaves)
    return {
        number: LogPlace(
            number=number,
            leaf=leaves[number],
            size=len(leaves),
            root=tree.root,
            path=tree.path(number),
            checkpoint=note,
        )
        for number in numbers
    }


def growth(archive: Archive, earlier: str) -> str:
    """Return the proof that the log only grew since an earlier checkpoint of this host, with a checkpoint of now.

    Raises Unproven when that is none of this host's, Damaged when the log is not what it grew into.
    """
    before = _read(_verifier(archive), earlier)
    with archive.work() as unit:
        note, leaves = _signed(archive, unit)
        if wrong := _disagreement(leaves, before):
            raise Damaged(wrong)
        return notes.growth(before.size, merkle.consistency(leaves, before.size), note)


def compare(archive: Archive, unit: UnitOfWork, earlier: str) -> None:
    """Return when the log begins with what a checkpoint of this host says.

    Raises Unproven when that is none of this host's, Damaged when the log was cut, rolled back or made anew since.
    """
    before = _read(_verifier(archive), earlier)
    if wrong := _disagreement(unit.log.leaves(before.size), before):
        raise Damaged(wrong)


def compare_last(archive: Archive, unit: UnitOfWork) -> Checkpoint | None:
    """Return the checkpoint that the host signed last, if any, when the log begins with it. Raises Damaged."""
    note = archive.host.last_checkpoint()
    if not note:
        return None
    try:
        last = notes.read(_verifier(archive), note)
    except CannotOpen:
        raise Damaged(message("The checkpoint that the host keeps beside its secrets was changed.")) from None
    if wrong := _disagreement(unit.log.leaves(last.size), last):
        raise Damaged(wrong)
    return last


def verify(verifier: str, note: str, proof: str = "") -> Proven:
    """Return what a checkpoint, or the proof of an entry, shows to whoever holds the verifier key; no archive is asked.

    ``proof``: of an entry, in the very tree of the checkpoint; or of growth, from the checkpoint on. Raises Unproven.
    """
    try:
        keys = read_verifier(verifier)
        if notes.is_inclusion(note):
            return _entry(notes.read_inclusion(keys, note))
        before = notes.read(keys, note)
        if not proof:
            return Proven(origin=before.origin, size=before.size, root=before.root.hex())
        if notes.is_inclusion(proof):
            found = notes.read_inclusion(keys, proof)
            if found.checkpoint != before:
                raise Unproven
            return _entry(found)
        now = notes.read_growth(keys, proof, before).checkpoint
    except (CannotOpen, ValueError):
        raise Unproven from None
    return Proven(origin=now.origin, size=now.size, root=now.root.hex(), since=before.size)


def _signed(archive: Archive, unit: UnitOfWork, *, anew: bool = False) -> tuple[str, Sequence[bytes]]:
    """A checkpoint of now, remembered, and the leaves under it. The unit's write lock lets one sign at a time."""
    head = unit.log.head()
    leaves = unit.log.leaves(head.size)
    frontier = merkle.Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    if (frontier.size, frontier.peaks) != (head.size, head.peaks):
        raise Damaged(
            message("The log does not lead to its recorded head. Nothing was signed. Run guwah fsck.")
        )
    if not anew:
        try:
            compare_last(archive, unit)
        except Damaged:
            raise Damaged(
                message(
                    "The log is not what the host signed last grew into: it was cut, rolled back or made anew. Nothing "
                    "was signed. If an older backup was restored, sign with --anew."
                )
            ) from None
    note = notes.sign(archive.host.log_key(), head.size, frontier.root)
    archive.host.keep_checkpoint(note)
    return note, leaves


def _statement(unit: UnitOfWork, number: int) -> bytes:
    [row] = unit.log.entries(number, 1)
    digest = row.digest
    if not digest and (body := unit.records.body(row.id)):
        digest = bodies.leaf(body)
    commit = unit.records.commits([row.commit]).get(row.commit) if row.commit else None
    return transparency.statement(row, digest, commit)


def _entry(found: notes.Inclusion) -> Proven:
    entry = json.loads(found.said)
    if not isinstance(entry, dict) or entry.get("number") != found.index:
        raise Unproven
    return Proven(
        origin=found.checkpoint.origin,
        size=found.checkpoint.size,
        root=found.checkpoint.root.hex(),
        index=found.index,
        entry=entry,
    )


def _verifier(archive: Archive) -> Verifier:
    return read_verifier(archive.host.log_key().verifier)


def _read(verifier: Verifier, note: str) -> Checkpoint:
    try:
        return notes.read(verifier, note)
    except CannotOpen:
        raise Unproven from None


def _disagreement(leaves: Sequence[bytes], before: Checkpoint) -> str:
    """How a log that begins with these leaves contradicts a checkpoint; nothing when it does not."""
    if len(leaves) < before.size:
        return _SHORTER
    return "" if merkle.root(leaves[: before.size]) == before.root else _OTHER
