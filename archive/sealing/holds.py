"""Knows how two officers sign a legal hold, how its basis is sealed, and a share to both of them together.
Must not know what is held, or whether a hold is wise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final, Protocol
from uuid import UUID

from archive.crypto import envelope, kdf, wrap
from archive.crypto.contexts import ctx
from archive.crypto.errors import CannotOpen
from archive.domain.keeping import HoldRow, MemberRow, Signed
from archive.sealing.bodies import Opens, RoomKey
from archive.sealing.codec import canonical
from archive.sealing.commits import Signs
from archive.sealing.trust import Trust

OFFICERS: Final = 2
"""How many officers set a hold, lift one, and open what it holds."""


class OpensOwn(Protocol):
    """What opens a wrap to one member (`keyring.Keyring`)."""

    def open_own(self, info: bytes, sealed: bytes) -> bytes: ...


def make(
    custody: RoomKey, officers: Sequence[Signs], hold: UUID, record: UUID, day: date, basis: str
) -> HoldRow:
    """Return a hold that these officers sign, its basis sealed to custody. Cost: 3 ms."""
    instance, key = officers[0].instance, kdf.random(kdf.KEY)
    place = ctx("hold", instance, record, hold)
    row = HoldRow(
        id=hold,
        record=record,
        day=day,
        version=custody.version,
        wrap=wrap.wrap(custody.public, place, key),
        sealed=envelope.seal_blob(key, hold, place, basis.encode()),
        signed=(),
    )
    return replace(row, signed=_sign(officers, row, row.day, "set"))


def lift(officers: Sequence[Signs], row: HoldRow, day: date) -> HoldRow:
    """Return the hold as these officers lift it on a day."""
    return replace(row, ended=day, lifted=_sign(officers, row, day, "lift"))


def stands(instance: UUID, row: HoldRow, trust: Trust) -> bool:
    """Whether two officers set a hold and no two have lifted it. Raises CannotOpen when nobody entitled set it.

    Where a lifting is forged it stands: a hold ends by two officers, not by whoever writes the database.
    """
    _check(instance, row, row.day, "set", row.signed, trust)
    if row.ended is None:
        return True
    try:
        _check(instance, row, row.ended, "lift", row.lifted, trust)
    except CannotOpen:
        return True
    return False


def verify(instance: UUID, row: HoldRow, trust: Trust) -> None:
    """Return when everything that a hold says was signed by two officers. Raises CannotOpen."""
    if stands(instance, row, trust) is (row.ended is not None) or (row.ended is None and row.lifted):
        raise CannotOpen


def basis(instance: UUID, room: UUID, row: HoldRow, keys: Opens) -> str:
    """Return on what basis something is held, with custody's key. Raises CannotOpen."""
    place = ctx("hold", instance, row.record, row.id)
    key = keys.open_wrap(room, row.version, place, row.wrap)
    return envelope.open_blob(key, place, row.sealed).decode(errors="replace")


def set_aside(instance: UUID, hold: UUID, officers: Sequence[MemberRow], owner: UUID, share: bytes) -> bytes:
    """Seal a share to officers, one within the other: all of them must open it. Needs no key. Cost: 0.3 ms."""
    for officer in officers:
        share = wrap.wrap(officer.wrap_public, ctx("held", instance, owner, hold, officer.id), share)
    return share


def bring_back(
    instance: UUID, hold: UUID, officers: Sequence[tuple[UUID, OpensOwn]], owner: UUID, sealed: bytes
) -> bytes:
    """Open what `set_aside` sealed, with the keys of the same officers in the same order. Raises CannotOpen."""
    for officer, keys in reversed(officers):
        sealed = keys.open_own(ctx("held", instance, owner, hold, officer), sealed)
    return sealed


def _statement(instance: UUID, row: HoldRow, day: date, deed: str, officers: Sequence[UUID]) -> bytes:
    said: dict[str, object] = {
        "deed": deed,
        "officers": [officer.hex for officer in officers],
        "day": day.isoformat(),
        "basis": kdf.digest(row.sealed).hex(),
    }
    return ctx("hold", instance, row.record, row.id) + canonical(said)


def _sign(officers: Sequence[Signs], row: HoldRow, day: date, deed: str) -> tuple[Signed, ...]:
    statement = _statement(officers[0].instance, row, day, deed, [officer.member for officer in officers])
    return tuple(Signed(signer=officer.member, signature=officer.sign(statement)) for officer in officers)


def _check(
    instance: UUID, row: HoldRow, day: date, deed: str, signed: Sequence[Signed], trust: Trust
) -> None:
    signers = [one.signer for one in signed]
    if len(signers) != OFFICERS or len(set(signers)) != OFFICERS:
        raise CannotOpen
    statement = _statement(instance, row, day, deed, signers)
    for one in signed:
        if trust.hosted(one.signer) or not trust.member(one.signer).officer:
            raise CannotOpen
        trust.signature(one.signer, statement, one.signature)
