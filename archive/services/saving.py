"""Saving and opening: bodies are sealed under shares that are already durable, signed together, and read back checked.

Knows the order that loses nothing, and what must hold before a body is believed. Must not know what is saved or why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.errors import Damaged, message
from archive.domain.identifiers import new_id
from archive.domain.keeping import CommitRow, ConsentRow, RecordRow, SealedBody
from archive.sealing import bodies, commits
from archive.sealing.bodies import Unsealed
from archive.sealing.commits import Standing
from archive.sealing.trust import Trust
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import today, trust
from archive.services.ports import UnitOfWork

Parts = dict[str, bytes]
_CHANGED: Final = message(
    "What is stored here is not what was stored: it was changed, moved or lost. Run guwah fsck."
)
_ROLLED_BACK: Final = message(
    "This record is not in the state that was signed last: something newer was taken away. Run guwah fsck."
)


def draw(archive: Archive, owners: Sequence[UUID]) -> Mapping[UUID, bytes]:
    """Draw shares B for bodies that are about to be sealed; durable before they are used.

    What is drawn and never saved owns nothing: upkeep destroys it.
    """
    return archive.shares.draw_many(owners)


def seal(archive: Archive, unsealed: Iterable[Unsealed], shares: Mapping[UUID, bytes]) -> list[SealedBody]:
    """Seal bodies under their shares. Cost: 0.2 ms a room and body, then 1 GB a second."""
    return [bodies.seal(archive.row.id, body, shares[body.id]) for body in unsealed]


def sign(
    archive: Archive, acting: Acting, sealed: Sequence[SealedBody], standings: Mapping[UUID, Standing]
) -> tuple[CommitRow, tuple[SealedBody, ...]]:
    """Sign everything that one commit adds, once."""
    with archive.read() as unit:
        size, day = unit.log.head().size, today(archive, unit)
    return commits.sign(acting.keys, new_id(), sealed, standings, size, day)


def vouch(
    archive: Archive, acting: Acting, unit: UnitOfWork, wanted: Sequence[SealedBody], custody: UUID
) -> None:
    """Return when each body is just what a commit added, signed by a member who then could place from ``custody``.

    Raises Damaged for whatever was changed, swapped, moved, or signed by somebody else. Cost: 20 µs a body, then as
    hashing; 0.4 ms for each commit that this process has not met.
    """
    checks = trust(archive, acting, unit)
    known = unit.records.commits({body.commit for body in wanted if body.commit})
    try:
        for body in wanted:
            if body.commit is None:
                raise CannotOpen
            commits.verify(archive.row.id, custody, body, known[body.commit], checks)
    except (CannotOpen, KeyError):
        raise Damaged(_CHANGED) from None


def standing(archive: Archive, acting: Acting, unit: UnitOfWork, row: RecordRow) -> Standing:
    """Return where a record stands by the newest signed commit that speaks of it, which the row must agree with.

    Raises Damaged when the row names another master or revision, or is closed or open against what was signed: somebody
    brought back an earlier state. Cost: one query, then as `vouch`.
    """
    found = latest(archive, trust(archive, acting, unit), unit, row)
    if found is None or (found.master, found.revision, found.closed) != (
        row.master,
        row.revision,
        row.closed,
    ):
        raise Damaged(_ROLLED_BACK)
    return found


def latest(archive: Archive, checks: Trust, unit: UnitOfWork, row: RecordRow) -> Standing | None:
    """Return where the newest commit that speaks of a record, and that somebody entitled signed, says it stands.

    Newest in the log: what a commit says of the log's size is its signer's word. Which master it is, and from which
    ledger it was placed, the newest commit of somebody who could place says; whoever only closes can neither change
    that nor open again what was closed since.
    """
    newest, closed = None, False
    for commit in reversed(unit.records.commits_of(row.id)):
        try:
            said, placer = commits.standings(archive.row.id, row.collection, commit, checks)
        except CannotOpen:
            continue
        if row.id not in said:
            continue
        stand = said[row.id]
        newest, closed = newest or stand, closed or stand.closed
        if placer:
            return replace(stand, ledger=newest.ledger, placed=stand.ledger, closed=closed)
    return None


def same_ledger(stands: Standing, ledger: Sequence[ConsentRow]) -> None:
    """Return when a ledger ends where it was signed last, and holds the entry that the record was placed from.

    Raises Damaged when entries were taken away or added.
    """
    heads = [entry.hash for entry in ledger]
    if stands.ledger != (heads[-1] if heads else b"") or stands.placed not in heads:
        raise Damaged(_ROLLED_BACK)


def opened(
    archive: Archive, acting: Acting, wanted: Sequence[tuple[SealedBody, UUID]]
) -> Mapping[UUID, Parts]:
    """Return body → parts of bodies that `vouch` has checked, each through the wrap to the room beside it.

    Raises Damaged for whatever does not open. Cost: one query, 0.2 ms a body, then 1 GB a second.
    """
    try:
        shares = archive.shares.find_many(body.id for body, _room in wanted)
        return {
            body.id: bodies.unseal(archive.row.id, body, room, acting.keys, shares[body.id])
            for body, room in wanted
        }
    except (CannotOpen, KeyError):
        raise Damaged(_CHANGED) from None


def unseal(
    archive: Archive, acting: Acting, unit: UnitOfWork, body: SealedBody, room: UUID, custody: UUID
) -> Parts:
    """Return the parts of a body, after `vouch`. Raises Damaged."""
    [parts] = unseal_many(archive, acting, unit, [body], room, custody)
    return parts


def unseal_many(
    archive: Archive,
    acting: Acting,
    unit: UnitOfWork,
    wanted: Sequence[SealedBody],
    room: UUID,
    custody: UUID,
) -> list[Parts]:
    """Return the parts of many bodies of one room, in their order, as `unseal`. Cost: 0.3 ms a body."""
    vouch(archive, acting, unit, wanted, custody)
    parts = opened(archive, acting, [(body, room) for body in wanted])
    return [parts[body.id] for body in wanted]


def forget(archive: Archive, gone: Iterable[UUID], by: Mapping[UUID, UUID]) -> None:
    """Destroy the shares of bodies whose rows are gone (after the commit that removed them).

    by: what says the same in the place of some of them.
    """
    archive.shares.destroy(gone, by)


def settle(archive: Archive) -> None:
    """Forget what was replaced where a kill came before `forget`: listed with what replaced it, or a backup would
    take a record for withdrawn. Needs no key.
    """
    with archive.read() as unit:
        by, owners = unit.outbox.replaced(), unit.records.owners()
    if by:
        archive.shares.destroy(by.keys() - owners, by)
        with archive.work() as unit:
            unit.outbox.settled(by)
            unit.commit()
