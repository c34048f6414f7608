"""Knows a member's shortlist of each matter room: which records, in which order; sealed with the session, gone with it.
Must not know what a record says, or whether it may be read: it holds ids, and each page decides anew."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import session

from archive.services.exhibiting import MOST

KEY: Final = "shortlist"


def records(room: UUID) -> tuple[UUID, ...]:
    """The records on a room's shortlist, in order."""
    return tuple(UUID(hex=one) for one in _now(room))


def may_undo(room: UUID) -> bool:
    """Whether there is an earlier state to go back to."""
    return _kept().get(room.hex, {}).get("before") is not None


def full(room: UUID) -> bool:
    """Whether no record can be added."""
    return len(_now(room)) >= MOST


def change(room: UUID, deed: str, record: UUID | None) -> None:
    """Do one thing: `add`, `remove`, `up` or `down` a record, `empty` the list, or `undo` what was done last."""
    old, now = _now(room), _now(room)
    if deed == "undo":
        now = _kept().get(room.hex, {}).get("before") or []
    elif deed == "empty":
        now = []
    elif record is not None:
        now = _changed(now, deed, record.hex)
    if now != old:
        session[KEY] = {**_kept(), room.hex: {"now": now, "before": old}}


def _changed(now: list[str], deed: str, record: str) -> list[str]:
    if deed == "add":
        return now if record in now else [*now, record][:MOST]
    if record not in now:
        return now
    left = [one for one in now if one != record]
    if deed == "remove":
        return left
    place = now.index(record) + {"up": -1, "down": 1}.get(deed, 0)
    return [*left[: max(place, 0)], record, *left[max(place, 0) :]]


def _now(room: UUID) -> list[str]:
    return list(_kept().get(room.hex, {}).get("now", []))


def _kept() -> dict[str, dict[str, list[str]]]:
    return dict(session.get(KEY, {}))
