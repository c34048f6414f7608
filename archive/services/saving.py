"""Saving: bodies are sealed under shares that are already durable, signed together, and written in one transaction.

Knows the order that loses nothing and leaves nothing half-written. Must not know what is saved or why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from archive.crypto.errors import CannotOpen
from archive.domain.errors import Damaged, message
from archive.domain.identifiers import new_id
from archive.domain.keeping import CommitRow, SealedBody
from archive.domain.rooms import Capability
from archive.sealing import bodies, commits
from archive.sealing.bodies import Unsealed
from archive.sealing.commits import Standing
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import trust
from archive.services.ports import UnitOfWork


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
        size = unit.log.head().size
    return commits.sign(acting.keys, new_id(), sealed, standings, size)


def unseal(
    archive: Archive, acting: Acting, unit: UnitOfWork, body: SealedBody, room: UUID, custody: UUID
) -> dict[str, bytes]:
    """Return the parts of a body, after its signature has been checked.

    The signer must be certified and must have held the place capability in custody when the commit was made. Raises
    Damaged for whatever was changed, swapped, lost or signed by somebody else.
    """
    checks = trust(archive, acting, unit)
    try:
        if body.commit is None:
            raise CannotOpen
        commit = unit.records.commits([body.commit])[body.commit]
        commits.verify(archive.row.id, body, commit, checks)
        if not checks.could(commit.signer, custody, Capability.PLACE, commit.log_size):
            raise CannotOpen
        return bodies.unseal(archive.row.id, body, room, acting.keys, archive.shares.find(body.id))
    except (CannotOpen, KeyError):
        raise Damaged(
            message(
                "What is stored here is not what was stored: it was changed, moved or lost. Run guwah fsck."
            )
        ) from None


def unseal_many(
    archive: Archive,
    acting: Acting,
    unit: UnitOfWork,
    wanted: Iterable[SealedBody],
    room: UUID,
    custody: UUID,
) -> dict[UUID, dict[str, bytes]]:
    """Return record → parts of many bodies of one room, as `unseal`. Cost: 0.3 ms a body."""
    return {body.record: unseal(archive, acting, unit, body, room, custody) for body in wanted}


def forget(archive: Archive, gone: Iterable[UUID]) -> None:
    """Destroy the shares of bodies whose rows are gone (after the commit that removed them)."""
    archive.shares.destroy(gone)
