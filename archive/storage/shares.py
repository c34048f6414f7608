"""Knows the shred store: share B of every body and index file, sealed, in a database apart that forgets for good.
Must not know how a share is sealed, nor what it helps to open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import Column, Connection, MetaData, Table, Uuid, select

from archive.domain.errors import Conflict, ShredStoreMissing, message
from archive.storage.columns import Bytes, Whole
from archive.storage.rows import batches
from archive.storage.sqlite import PATIENCE, File, check_small_file, new_small_file

_FORMAT: Final = 1

_metadata = MetaData()
_shares = Table(
    "shares",
    _metadata,
    Column("owner", Uuid(), primary_key=True),
    Column("epoch", Whole(), nullable=False),
    Column("sealed", Bytes(), nullable=False),
)
_checkpoint = Table(
    "checkpoint",
    _metadata,
    Column("size", Whole(), nullable=False),
    Column("root", Bytes(), nullable=False),
)


class ShareCipher(Protocol):
    """What makes and seals shares (`sealing.host.Host`)."""

    @property
    def epoch(self) -> int: ...
    def draw(self) -> bytes: ...
    def seal(self, owner: UUID, epoch: int, share: bytes) -> bytes: ...
    def open(self, owner: UUID, epoch: int, sealed: bytes) -> bytes: ...
    def missing(self) -> Exception: ...


class ShareStore:
    """`services.ports.ShareStore`. What a verb does is durable, and what it destroys is gone, when it returns.

    Raises ShredStoreMissing when there is no file and ``create`` was not asked for, Conflict when it was and there
    is one, Damaged when it is faulty. Make it after a fork.
    """

    def __init__(
        self, path: Path, cipher: ShareCipher, *, create: bool = False, patience: float = PATIENCE
    ) -> None:
        if create:
            _create(path)
        if not path.is_file():
            raise ShredStoreMissing(
                message(
                    "The shred store is not at %(path)s. Without it nothing can be opened: put it back from its "
                    "own backup, or correct the path in guwah.toml."
                ),
                path=str(path),
            )
        self._cipher = cipher
        self._patience = patience
        self._file = File(path, patience=patience)
        check_small_file(self._file, _FORMAT)
        self._file.clear_log(0)  # what a killed process may have left

    def draw(self, owner: UUID) -> bytes:
        return self.draw_many([owner])[owner]

    def draw_many(self, owners: Sequence[UUID]) -> Mapping[UUID, bytes]:
        epoch = self._cipher.epoch
        drawn = {owner: self._cipher.draw() for owner in owners}
        rows = [
            {"owner": owner, "epoch": epoch, "sealed": self._cipher.seal(owner, epoch, share)}
            for owner, share in drawn.items()
        ]
        with self._file.writing() as opened:
            replaced = _forget(opened, drawn)
            for batch in batches(rows):
                opened.execute(_shares.insert(), batch)
        if replaced:
            self._clear_log()
        return drawn

    def find(self, owner: UUID) -> bytes:
        try:
            return self.find_many([owner])[owner]
        except KeyError:
            raise self._cipher.missing() from None

    def find_many(self, owners: Iterable[UUID]) -> Mapping[UUID, bytes]:
        with self._file.reading() as opened:
            rows = [
                row
                for batch in batches(owners)
                for row in opened.execute(select(_shares).where(_shares.c.owner.in_(batch)))
            ]
        return {row.owner: self._cipher.open(row.owner, row.epoch, row.sealed) for row in rows}

    def owners(self) -> frozenset[UUID]:
        with self._file.reading() as opened:
            return frozenset(opened.scalars(select(_shares.c.owner)))

    def destroy(self, owners: Iterable[UUID]) -> None:
        with self._file.writing() as opened:
            _forget(opened, owners)
        self._clear_log()

    def note_checkpoint(self, size: int, root: bytes) -> None:
        """Remember how far the main log had come: a main database rolled back alone is then found out."""
        with self._file.writing() as opened:
            opened.execute(_checkpoint.delete())
            opened.execute(_checkpoint.insert(), {"size": size, "root": root})

    def checkpoint(self) -> tuple[int, bytes] | None:
        with self._file.reading() as opened:
            found = opened.execute(select(_checkpoint)).one_or_none()
        return (found.size, found.root) if found else None

    def close(self) -> None:
        self._file.close()

    def _clear_log(self) -> None:
        if not self._file.clear_log(self._patience):
            raise Conflict(
                message(
                    "The shares are destroyed, but traces stay in the shred store's log while another process reads "
                    "it. Try again in a moment."
                )
            )


def _create(path: Path) -> None:
    try:
        new_small_file(path, _metadata, _FORMAT)
    except FileExistsError:
        raise Conflict(
            message("There is a shred store at %(path)s already. It was left as it is."), path=str(path)
        ) from None


def _forget(opened: Connection, owners: Iterable[UUID]) -> int:
    return sum(
        opened.execute(_shares.delete().where(_shares.c.owner.in_(batch))).rowcount
        for batch in batches(owners)
    )
