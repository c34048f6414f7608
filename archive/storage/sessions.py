"""Knows sessions, what goes with them, tries at signing in and used codes: a file apart that is never backed up.
Must not know the secret that opens a session's row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    MetaData,
    Table,
    Uuid,
    or_,
    select,
    update,
)

from archive.domain.errors import Damaged, SignedOut, message
from archive.domain.keeping import SessionRow, Tries
from archive.storage.columns import Bytes, Whole
from archive.storage.rows import batches, fields_of
from archive.storage.sqlite import PATIENCE, File, check_small_file, new_small_file

_FORMAT: Final = 1
_DAY: Final = 24 * 3600
_CLEARING: Final = 0.25

_metadata = MetaData()
_sessions = Table(
    "sessions",
    _metadata,
    Column("key", Bytes(), primary_key=True),
    Column("member", Uuid(), nullable=False, index=True),
    Column("key_epoch", Whole(), nullable=False),
    Column("created", Whole(), nullable=False),
    Column("expires", Whole(), nullable=False),
    Column("seen", Whole(), nullable=False),
    Column("seed", Bytes(), nullable=False),
    Column("state", Bytes(), nullable=False),
)
_notes = Table(
    "notes",
    _metadata,
    Column("session", Bytes(), ForeignKey("sessions.key", ondelete="CASCADE"), primary_key=True),
    Column("note", Uuid(), primary_key=True),
    Column("sealed", Bytes(), nullable=False),
)
_tries = Table(
    "tries",
    _metadata,
    Column("key", Bytes(), primary_key=True),
    Column("count", Whole(), nullable=False),
    Column("until", Whole(), nullable=False),
    Column("found", Whole()),  # when `prune` first met this state of it
)
_steps = Table(
    "steps",
    _metadata,
    Column("member", Uuid(), primary_key=True),
    Column("step", Whole(), nullable=False),
)


class Sessions:
    """`services.ports.Sessions`, in a file that is made when it is missing. Make it after a fork.

    Losing the last moments is harmless here, so a commit does not wait for the disk.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        with suppress(FileExistsError):
            new_small_file(path, _metadata, _FORMAT)
        self._file = File(path, patience=patience, synchronous="NORMAL")
        try:
            check_small_file(self._file, _FORMAT)
        except Damaged as error:
            said = message(
                "The file of sessions %(path)s cannot be used. Stop the archive and delete it: everybody signs in "
                "again, nothing else is lost."
            )
            raise type(error)(said, path=str(path)) from error

    def add(self, session: SessionRow) -> None:
        with self._file.writing() as opened:
            opened.execute(_sessions.insert(), fields_of(session, _sessions))

    def get(self, key: bytes) -> SessionRow | None:
        with self._file.reading() as opened:
            found = opened.execute(select(_sessions).where(_sessions.c.key == key)).mappings().one_or_none()
        return SessionRow(**found) if found else None

    def touch(self, key: bytes, seen: int) -> None:
        with self._file.writing() as opened:
            opened.execute(update(_sessions).where(_sessions.c.key == key).values(seen=seen))

    def keep_state(self, key: bytes, state: bytes) -> None:
        with self._file.writing() as opened:
            opened.execute(update(_sessions).where(_sessions.c.key == key).values(state=state))

    def remove(self, key: bytes) -> None:
        self._remove(_sessions.c.key == key)

    def remove_member(self, member: UUID) -> None:
        self._remove(_sessions.c.member == member)

    def alive(self, keys: Iterable[bytes], idle_since: int, now: int) -> frozenset[bytes]:
        living = select(_sessions.c.key).where(_sessions.c.seen > idle_since, _sessions.c.expires > now)
        with self._file.reading() as opened:
            return frozenset(
                key
                for batch in batches(keys)
                for key in opened.scalars(living.where(_sessions.c.key.in_(batch)))
            )

    def prune(self, idle_since: int, now: int) -> None:
        self._remove(or_(_sessions.c.seen <= idle_since, _sessions.c.expires <= now))
        with self._file.writing() as opened:
            opened.execute(_tries.delete().where(_tries.c.found < now - _DAY, _tries.c.until <= now))
            opened.execute(update(_tries).where(_tries.c.found.is_(None)).values(found=now))

    def put_note(self, key: bytes, note: UUID, sealed: bytes) -> None:
        with self._file.writing() as opened:
            if opened.scalar(select(_sessions.c.key).where(_sessions.c.key == key)) is None:
                raise SignedOut
            opened.execute(_notes.delete().where(_notes.c.session == key, _notes.c.note == note))
            opened.execute(_notes.insert(), {"session": key, "note": note, "sealed": sealed})

    def note(self, key: bytes, note: UUID) -> bytes | None:
        kept = select(_notes.c.sealed).where(_notes.c.session == key, _notes.c.note == note)
        with self._file.reading() as opened:
            return opened.scalar(kept)

    def tries(self, key: bytes) -> Tries:
        with self._file.reading() as opened:
            return _tries_of(opened, key)

    def count_try(self, keys: Iterable[bytes], now: int, wait: Callable[[int], int]) -> int:
        # One transaction from reading to writing: tries side by side, in whatever process, each count.
        with self._file.writing() as opened:
            before = {key: _tries_of(opened, key) for key in keys}
            left = max(tries.until for tries in before.values()) - now
            if left > 0:
                return left
            for key, tries in before.items():
                count = tries.count + 1
                _keep_tries(opened, key, Tries(count=count, until=now + wait(count)))
        return 0

    def keep_tries(self, key: bytes, tries: Tries | None) -> None:
        with self._file.writing() as opened:
            _keep_tries(opened, key, tries)

    def take_step(self, member: UUID, step: int) -> bool:
        with self._file.writing() as opened:
            used = opened.scalar(select(_steps.c.step).where(_steps.c.member == member))
            if used is not None and step <= used:
                return False
            opened.execute(_steps.delete().where(_steps.c.member == member))
            opened.execute(_steps.insert(), {"member": member, "step": step})
        return True

    def close(self) -> None:
        self._file.close()

    def _remove(self, which: ColumnElement[bool]) -> None:
        with self._file.writing() as opened:
            removed = opened.execute(_sessions.delete().where(which)).rowcount
        if removed:
            self._file.clear_log(_CLEARING)


def _tries_of(opened: Connection, key: bytes) -> Tries:
    kept = select(_tries.c.count, _tries.c.until).where(_tries.c.key == key)
    found = opened.execute(kept).mappings().one_or_none()
    return Tries(**found) if found else Tries()


def _keep_tries(opened: Connection, key: bytes, tries: Tries | None) -> None:
    opened.execute(_tries.delete().where(_tries.c.key == key))
    if tries:
        opened.execute(_tries.insert(), {"key": key, "count": tries.count, "until": tries.until})
