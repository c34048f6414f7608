"""Knows who belongs to the demonstration and which rooms there are: one member a role, and one who holds nothing.
Must not know how members are admitted or rooms made.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any, Final

from archive.cli.demo.fixed import fixed_bytes, table
from archive.domain.rooms import Capability, RoomPurpose, Scope

AUDIT: Final = "audit"
"""The key of the archive's own audit room, which belongs to no collection."""

_WORDS: Final = 6
_SECRET_BYTES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRoom:
    """A room of the first collection. ``key`` is its name within the demonstration."""

    key: str
    purpose: RoomPurpose
    name: str
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoHolding:
    """A room that a member holds, by its key (or AUDIT), and what they may do there."""

    room: str
    capabilities: frozenset[Capability]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMember:
    """One who can sign in. Passphrase and ``totp`` (base32) follow from the login, so they protect nothing.

    ``desk``: the custody rooms, by key, whose records they may close without holding a key.
    """

    login: str
    name: str
    roles: tuple[str, ...]
    holdings: tuple[DemoHolding, ...]
    desk: tuple[str, ...]
    passphrase: str = field(repr=False)
    totp: str = field(repr=False)

    @property
    def officer(self) -> bool:
        return "officer" in self.roles


def rooms() -> tuple[DemoRoom, ...]:
    """Custody, identity, reading and matter, and a reading room that a scope bounds."""
    return tuple(
        DemoRoom(
            key=key,
            purpose=RoomPurpose(told["purpose"]),
            name=told["name"],
            scope=Scope(
                places=tuple(told.get("places", ())),
                not_abuses=tuple(told.get("not_abuses", ())),
            ),
        )
        for key, told in table("rooms").items()
    )


def members() -> tuple[DemoMember, ...]:
    """Officers first."""
    told = table("members")
    return tuple(_member(one, told["words"]) for one in told["member"])


def _member(told: dict[str, Any], words: list[str]) -> DemoMember:
    login = told["login"]
    drawn = fixed_bytes("passphrase", login)[:_WORDS]
    secret = fixed_bytes("totp", login)[:_SECRET_BYTES]
    return DemoMember(
        login=login,
        name=told["name"],
        roles=tuple(told["roles"]),
        holdings=tuple(
            DemoHolding(room=room, capabilities=frozenset(map(Capability, able)))
            for room, able in told.get("rooms", {}).items()
        ),
        desk=tuple(told.get("desk", ())),
        passphrase="-".join(words[byte % len(words)] for byte in drawn),
        totp=base64.b32encode(secret).decode(),
    )
