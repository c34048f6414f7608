"""Knows the shred store: share B of every body and index file, sealed, in a database apart that forgets for
good and lists what it forgot. Must not know how a share is sealed, nor what it helps to open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import Boolean, Column, Connection, Date, Integer, MetaData, Table, Uuid, select

from archive.domain.errors import Conflict, Damaged, ShredStoreMissing, message
from archive.domain.shredding import Shredded, ShredList, link
from archive.storage.columns import Bytes, Whole
from archive.storage.rows import batches
from archive.storage.sqlite import PATIENCE, File, check_small_file, new_small_file, upgrade_small_file
from archive.storage.tables import append_only

_FORMAT: Final = 4
_FIRST: Final = 1

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
_shredded = Table(
    "shredded_owners",
    _metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("owner", Uuid(), nullable=False, index=True),
    Column("day", Date, nullable=False),
    Column("back", Boolean, nullable=False),
    Column("by", Uuid()),
    Column("hash", Bytes(), nullable=False),
)
_aside = Table(
    "aside",
    _metadata,
    Column("owner", Uuid(), primary_key=True),
    Column("until", Whole(), nullable=False),
    Column("sealed", Bytes(), nullable=False),
)
_upkeep = Table("upkeep", _metadata, Column("at", Whole(), nullable=False))
_doubted = Table("doubted", _metadata, Column("day", Date, nullable=False))
append_only(_shredded, "number = NEW.number")


class ShareCipher(Protocol):
    """What makes and seals shares (`sealing.host.Host`)."""

    @property
    def epoch(self) -> int: ...
    def draw(self) -> bytes: ...
    def seal(self, owner: UUID, epoch: int, share: bytes) -> bytes: ...
    def open(self, owner: UUID, epoch: int, sealed: bytes) -> bytes: ...
    def missing(self) -> Exception: ...
    def keyless(self, epochs: Iterable[int]) -> Exception | None: ...


class ShareStore:
    """`services.ports.ShareStore`. What a verb does is durable, and what it destroys is gone, when it returns.

    Raises ShredStoreMissing when there is no file and ``create`` was not asked for, Conflict when it was and there
    is one, Damaged when it is faulty or its shares have no key (`keyless`). Make it after a fork.
    """

    def __init__(
        self, path: Path, cipher: ShareCipher, *, create: bool = False, patience: float = PATIENCE
    ) -> None:
        if create:
            _create(path)
        if not path.is_file():
            raise ShredStoreMissing(
                message(
                    "The shred store is not at %(path)s. Without it nothing can be opened: put it back in its place, "
                    "or run guwah restore with the newest backup and the newest shred list."
                ),
                path=str(path),
            )
        self._cipher = cipher
        self._patience = patience
        self._file = File(path, patience=patience)
        upgrade_small_file(self._file, _metadata, _FIRST, _FORMAT)
        check_small_file(self._file, _FORMAT)
        self._file.clear_log(0)  # what a killed process may have left
        with self._file.reading() as opened:
            refusal = cipher.keyless(opened.scalars(select(_shares.c.epoch).distinct()).all())
        if refusal:
            self._file.close()
            raise refusal

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

    def destroy(self, owners: Iterable[UUID], by: Mapping[UUID, UUID] = MappingProxyType({})) -> None:
        wanted = list(owners)
        with self._file.writing() as opened:
            held = _known(opened, wanted)
            _forget(opened, held)
            _append(opened, _gone(opened, [owner for owner in dict.fromkeys(wanted) if owner in held], by))
        self._clear_log()

    def discard(self, owners: Iterable[UUID]) -> None:
        with self._file.writing() as opened:
            _forget(opened, owners)
        self._clear_log()

    def set_aside(self, owners: Iterable[UUID], seal: Callable[[UUID, bytes], bytes], until: int) -> None:
        shares = self.find_many(owners)
        rows = [
            {"owner": owner, "until": until, "sealed": seal(owner, share)} for owner, share in shares.items()
        ]
        with self._file.writing() as opened:
            _forget(opened, shares)
            _forget(opened, shares, _aside)
            for batch in batches(rows):
                opened.execute(_aside.insert(), batch)
            _append(opened, _gone(opened, list(shares)))
        self._clear_log()

    def aside(self) -> Mapping[UUID, int]:
        with self._file.reading() as opened:
            return _lying_aside(opened)

    def lying(self) -> tuple[frozenset[UUID], Mapping[UUID, int]]:
        with self._file.reading() as opened:
            return frozenset(opened.scalars(select(_shares.c.owner))), _lying_aside(opened)

    def bring_back(self, owners: Iterable[UUID], open_: Callable[[UUID, bytes], bytes]) -> None:
        with self._file.reading() as opened:
            rows = [
                row
                for batch in batches(owners)
                for row in opened.execute(select(_aside).where(_aside.c.owner.in_(batch)))
            ]
        epoch = self._cipher.epoch
        back = [
            {
                "owner": row.owner,
                "epoch": epoch,
                "sealed": self._cipher.seal(row.owner, epoch, open_(row.owner, row.sealed)),
            }
            for row in rows
        ]
        with self._file.writing() as opened:
            _forget(opened, [row.owner for row in rows], _aside)
            for batch in batches(back):
                opened.execute(_shares.insert(), batch)
            _append(opened, [Shredded(row.owner, _today(), back=True) for row in rows])
        self._clear_log()

    def forget_aside(self, owners: Iterable[UUID]) -> None:
        with self._file.writing() as opened:
            _forget(opened, owners, _aside)
        self._clear_log()

    def reseal(self) -> int:
        """Seal every share under the present epoch, in one step; return how many. Cost: 30 µs a share."""
        epoch = self._cipher.epoch
        with self._file.writing() as opened:
            old = opened.execute(select(_shares).where(_shares.c.epoch != epoch)).all()
            new = [
                {
                    "owner": row.owner,
                    "epoch": epoch,
                    "sealed": self._cipher.seal(
                        row.owner, epoch, self._cipher.open(row.owner, row.epoch, row.sealed)
                    ),
                }
                for row in old
            ]
            _forget(opened, [row.owner for row in old])
            for batch in batches(new):
                opened.execute(_shares.insert(), batch)
        self._clear_log()
        return len(new)

    def shredded(self) -> ShredList:
        with self._file.reading() as opened:
            rows = opened.execute(select(_shredded).order_by(_shredded.c.number)).all()
        found = ShredList(tuple(Shredded(row.owner, row.day, row.back, row.by) for row in rows))
        if [row.number for row in rows] != list(range(1, len(rows) + 1)) or (
            rows and rows[-1].hash != found.head
        ):
            raise Damaged(
                message("The shred list in %(path)s was changed: its entries do not lead to its newest one."),
                path=str(self._file.path),
            )
        return found

    def follow(self, shredded: ShredList) -> None:
        mine = self.shredded()
        if not shredded.extends(mine):
            raise ValueError("a shred list is followed by one that begins with it")
        with self._file.writing() as opened:
            _forget(opened, shredded.gone)
            _forget(opened, shredded.gone, _aside)
            _append(opened, shredded.entries[mine.number :])
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

    def note_upkeep(self, at: int) -> None:
        with self._file.writing() as opened:
            opened.execute(_upkeep.delete())
            opened.execute(_upkeep.insert(), {"at": at})

    def last_upkeep(self) -> int | None:
        with self._file.reading() as opened:
            return opened.scalar(select(_upkeep.c.at))

    def doubt(self, day: date) -> None:
        with self._file.writing() as opened:
            opened.execute(_doubted.delete())
            opened.execute(_doubted.insert(), {"day": day})

    def doubted(self) -> date | None:
        with self._file.reading() as opened:
            found: date | None = opened.scalar(select(_doubted.c.day))
        return found

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


def _lying_aside(opened: Connection) -> dict[UUID, int]:
    return {row.owner: row.until for row in opened.execute(select(_aside.c.owner, _aside.c.until))}


def _create(path: Path) -> None:
    try:
        new_small_file(path, _metadata, _FORMAT)
    except FileExistsError:
        raise Conflict(
            message("There is a shred store at %(path)s already. It was left as it is."), path=str(path)
        ) from None


def _forget(opened: Connection, owners: Iterable[UUID], table: Table = _shares) -> int:
    return sum(
        opened.execute(table.delete().where(table.c.owner.in_(batch))).rowcount for batch in batches(owners)
    )


def _known(opened: Connection, owners: Iterable[UUID]) -> frozenset[UUID]:
    return frozenset(
        owner
        for batch in batches(owners)
        for owner in opened.scalars(select(_shares.c.owner).where(_shares.c.owner.in_(batch)))
    )


def _gone(
    opened: Connection, owners: Sequence[UUID], by: Mapping[UUID, UUID] = MappingProxyType({})
) -> list[Shredded]:
    """Entries of today for those whom the list does not call gone yet."""
    said = {
        row.owner: row.back
        for batch in batches(owners)
        for row in opened.execute(
            select(_shredded).where(_shredded.c.owner.in_(batch)).order_by(_shredded.c.number)
        )
    }
    return [Shredded(owner, _today(), by=by.get(owner)) for owner in owners if said.get(owner, True)]


def _append(opened: Connection, entries: Iterable[Shredded]) -> None:
    newest = opened.execute(select(_shredded).order_by(_shredded.c.number.desc()).limit(1)).one_or_none()
    number, hashed = (newest.number, newest.hash) if newest else (0, b"")
    rows = []
    for entry in entries:
        number, hashed = number + 1, link(hashed, entry)
        said = {"owner": entry.owner, "day": entry.day, "back": entry.back, "by": entry.by}
        rows.append({"number": number, **said, "hash": hashed})
    for batch in batches(rows):
        opened.execute(_shredded.insert(), batch)


def _today() -> date:
    return datetime.now(UTC).date()
