"""Backing up without a key, and bringing a backup up to date with what was shredded since, before anybody sees it.

Knows which half is copied first, and which shred list is new enough. Must not know how files are copied or moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from archive.crypto import merkle
from archive.crypto.errors import CannotOpen
from archive.domain.backups import Advance, CopiedFile, Manifest
from archive.domain.errors import Damaged, Refused, message
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind, LogHead, SealedBody
from archive.domain.shredding import ShredList
from archive.sealing import backups
from archive.services import checking, checkpoints, transparency, withdrawing
from archive.services.acting import Acting
from archive.services.admitting import quorum
from archive.services.archive import Archive
from archive.services.entitling import licence_of
from archive.services.findings import Finding
from archive.services.ports import UnitOfWork
from archive.services.withdrawing import PLACED

_REMOVED: Final = PLACED | {BodyKind.HANDOVER}
"""What goes from the database with its share; the rest of a record goes when it is shredded as a whole."""


class Copies(Protocol):
    """Where the two halves of a backup are written."""

    @property
    def schema(self) -> str: ...

    def main(self, advance: Advance) -> LogHead:
        """Copy the main database; return how far the copied log goes."""
        ...

    def shares(self, advance: Advance) -> ShredList:
        """Copy the shred store; return the copied shred list."""
        ...

    def files(self) -> tuple[CopiedFile, ...]: ...
    def describe(self, manifest: bytes) -> None: ...


def shred_list(archive: Archive) -> bytes:
    """Return the shred list as it is carried elsewhere, with every checkpoint. Raises Damaged when it was changed."""
    return backups.write_list(archive.host, archive.shares.shredded())


def read_list(archive: Archive, raw: bytes) -> ShredList:
    """Return a list that `shred_list` wrote. Raises Damaged for another archive's, a cut or an edited one."""
    try:
        return backups.read_list(archive.host, raw)
    except CannotOpen:
        raise Damaged(
            message("This is no shred list of this archive, or it was changed or cut short.")
        ) from None


class ListNeeded(Refused):
    """The newest shred list is not there: a restore could bring back what was withdrawn since the backup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A backup laid out as an archive that nobody uses yet; ``live`` is the list of the shred store in use, if any."""

    archive: Archive
    manifest: Manifest
    live: ShredList | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """What a restore did to a backup: how many shares and bodies went, which records it withdrew or limited again."""

    shares: int
    bodies: int
    withdrawn: tuple[UUID, ...]
    limited: tuple[UUID, ...]


def back_up(archive: Archive, copies: Copies, program: str, advance: Advance) -> Manifest:
    """Copy main first, shares second, while others go on working; return what the backup says of itself.

    So every body in the main copy has its share in the other, or was shredded meanwhile. Nothing is opened and no key
    is needed. Raises DiskFull, Damaged. Cost: as copying the files twice and hashing them once.
    """
    id = new_id()
    with archive.work() as unit:
        transparency.append(archive, unit, None, "backup", {"backup": id.hex})
        unit.commit()
    head = copies.main(advance)
    shredded = copies.shares(advance)
    manifest = Manifest(
        id=id,
        instance=archive.row.id,
        at=archive.clock(),
        files=copies.files(),
        log_size=head.size,
        log_root=merkle.Frontier(head.size, head.peaks).root.hex(),
        shredded=shredded.number,
        shred_head=shredded.head.hex(),
        program=program,
        schema=copies.schema,
    )
    copies.describe(backups.write_manifest(archive.host, manifest))
    return manifest


def newest(staged: Staged, given: Iterable[ShredList]) -> ShredList:
    """Return the newest shred list that is known, which every other one must lead to.

    The list inside the backup does not count: what was shredded since is not on it. Raises ListNeeded when there is no
    other, when the newest is older than the backup, or when two contradict each other.
    """
    known = [*given, *([staged.live] if staged.live is not None else [])]
    inside = staged.archive.shares.shredded()
    if not known:
        raise ListNeeded(
            message(
                "There is no shred list but the one inside the backup, which does not know what was shredded since. "
                "Name the newest with --shred-list."
            )
        )
    found = max(known, key=lambda each: each.number)
    if found.number < inside.number and inside.extends(found):
        raise ListNeeded(
            message(
                "The newest shred list given (%(given)s entries) is older than the backup (%(inside)s entries): what "
                "was shredded since would come back. Name the newest with --shred-list."
            ),
            given=str(found.number),
            inside=str(inside.number),
        )
    if not all(found.extends(other) for other in (*known, inside)):
        raise ListNeeded(
            message(
                "The shred lists contradict each other: one was changed, or somebody restored without the newest. "
                "Find the right one, and name it with --shred-list."
            )
        )
    return found


def whatever_is_known(staged: Staged, given: Iterable[ShredList], officers: Sequence[Acting]) -> ShredList:
    """Return all that any list says, for officers who restore although `newest` refuses.

    As many as the archive's quorum, each from their own sign-in. Raises Refused.
    """
    with staged.archive.read() as unit:
        quorum(staged.archive, officers, unit)
    known = [*given, *([staged.live] if staged.live is not None else [])]
    found = staged.archive.shares.shredded()
    for other in sorted(known, key=lambda each: each.number, reverse=True):
        found = found.joined(other)
    return found


def renew(staged: Staged, shredded: ShredList, officers: Sequence[Acting] = ()) -> Renewed:
    """Bring a laid-out backup up to date: destroy again what the list says is gone, before anybody can open it.

    A record whose present master is gone is withdrawn again, for good. Of any other, what rooms hold goes when it is on
    the list: if it was only replaced, the record waits to be placed anew; else the grant items that it rested on are
    closed, for the entry that closed them is newer than the backup. A master or an identity that was only replaced
    stays: the backup has no other. Shares that own nothing go unlisted. All of it is logged, with the officers who
    overrode the list; then the shred store knows this log as the one to compare with. Cost: 1 ms a body that goes; for
    each record that is closed again, as `withdrawing.withdraw`.
    """
    archive, shares = staged.archive, staged.archive.shares
    held = shares.owners()
    shares.follow(shredded)
    with archive.work() as unit:
        lost = _lost(unit, shredded)
        unit.records.remove_bodies([body.id for body in lost.bodies])
        _await_placing(unit, {body.record for body in lost.bodies} - lost.withdrawn)
        for room in unit.rooms.all():
            unit.outbox.set_head(room.id, None)
        detail = {
            "backup": staged.manifest.id.hex,
            "at": staged.manifest.at.isoformat(timespec="seconds"),
            "log": staged.manifest.log_size,
            "shredded": shredded.number,
            "removed": len(lost.bodies),
            "withdrawn": len(lost.withdrawn),
            "overridden by": [officer.member.hex for officer in officers],
        }
        transparency.append(archive, unit, None, "restore", detail)
        unit.commit()
    withdrawing.by_list(archive, lost.withdrawn, lost.closes)
    with archive.read() as unit:
        head, owners = unit.log.head(), unit.records.owners()
    kept = shares.owners() & owners
    shares.discard(shares.owners() - kept)
    shares.note_checkpoint(head.size, merkle.Frontier(head.size, head.peaks).root)
    return Renewed(
        shares=len(held & shredded.gone),
        bodies=len(lost.bodies),
        withdrawn=tuple(sorted(lost.withdrawn)),
        limited=tuple(sorted(lost.closes)),
    )


def new_epoch(archive: Archive) -> int:
    """Seal every share under a new key of the host's and destroy the old one; return how many shares there are.

    Whoever copied the shred store's file before, or finds what is left of it on a disk, opens none of it with what the
    host has from now on. Nobody else may have the archive open. Killed at any moment it can be done again: as long as a
    share needs it, the old key is there. Needs no key of a member. Cost: 30 µs a share, one log entry.
    """
    archive.host.begin_epoch()
    count = archive.shares.reseal()
    archive.host.end_epochs()
    with archive.work() as unit:
        transparency.append(archive, unit, None, "epoch", {"epoch": archive.host.epoch, "shares": count})
        unit.commit()
    return count


def settle(archive: Archive) -> tuple[Finding, ...]:
    """Check a restored archive without a key, once it is in its place; return what is wrong.

    Where the host had signed a checkpoint of the log, it signs anew first: the log goes on from the backup, and whoever
    keeps a newer checkpoint elsewhere will see it. Cost: as `checking.fsck`.
    """
    if archive.host.last_checkpoint():
        checkpoints.checkpoint(archive, anew=True)
    return checking.fsck(archive)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lost:
    """What a list takes from a backup: bodies that rooms hold, withdrawn records, record → grant items that closed."""

    bodies: tuple[SealedBody, ...]
    withdrawn: frozenset[UUID]
    closes: Mapping[UUID, frozenset[UUID]]


def _lost(unit: UnitOfWork, shredded: ShredList) -> _Lost:
    gone, replaced = shredded.gone, shredded.replaced
    found = [body for id in unit.records.owners() & (gone | replaced) if (body := unit.records.body(id))]
    masters = {body.id: body.record for body in found if body.kind is BodyKind.MASTER and body.id in gone}
    rows = unit.records.get_many(set(masters.values()))
    withdrawn = frozenset(row.id for row in rows.values() if row.master in masters)
    closes = defaultdict[UUID, set[UUID]](set)
    for body in found:
        if body.kind in PLACED and body.id in gone and body.record not in withdrawn:
            closes[body.record].update(licence.items if (licence := licence_of(body.licence)) else ())
    return _Lost(
        bodies=tuple(
            body
            for body in found
            if body.kind is BodyKind.RENDITION or (body.kind in _REMOVED and body.id in gone)
        ),
        withdrawn=withdrawn,
        closes={record: frozenset(items) for record, items in closes.items() if items},
    )


def _await_placing(unit: UnitOfWork, records: Iterable[UUID]) -> None:
    waiting = defaultdict[UUID, list[UUID]](list)
    for row in unit.records.get_many(records).values():
        if not row.closed:
            waiting[row.collection].append(row.id)
    for custody, ids in waiting.items():
        unit.outbox.await_placing(custody, ids)
