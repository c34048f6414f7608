"""Knows who vouches for which key: pinned roots, certificates, statements of rooms and grants, and their checks.
Must not know private keys, or whether a deed is wise: only that the right people signed it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from threading import Lock
from typing import Final
from uuid import UUID

from archive.crypto import kdf, signing
from archive.crypto.contexts import ctx
from archive.crypto.errors import CannotOpen
from archive.domain.keeping import GrantRow, InstanceRow, MemberRow, RoomRow
from archive.domain.rooms import Capability
from archive.sealing.bodies import RoomKey
from archive.sealing.codec import canonical
from archive.sealing.keyring import grant_info

_KNOWN_GOOD: Final = 8192
_WORDS: Final = frozenset(word.value for word in Capability)


def fingerprint(instance: InstanceRow) -> bytes:
    """Return the 32 bytes that every slot holds: who the roots are, how many must sign, the archive kit, the audit.

    Raises CannotOpen for a row that names roots without keys.
    """
    if len(instance.roots) != len(instance.root_keys):
        raise CannotOpen
    roots = [
        [root.hex, kdf.digest(key).hex()]
        for root, key in zip(instance.roots, instance.root_keys, strict=True)
    ]
    said = {
        "roots": roots,
        "quorum": instance.quorum,
        "recovery": [instance.recovery.hex, kdf.digest(instance.recovery_public).hex()],
        "audit": instance.audit.hex,
    }
    return kdf.digest(ctx("pin", instance.id, "root") + canonical(said))


def certificate(instance: UUID, member: MemberRow) -> bytes:
    """Return the statement that officers sign: these public keys, this office and this login's MAC are this member's.

    The login is in it because people are granted rooms by their login.
    """
    return ctx("certificate", instance, member.id, member.key_epoch) + canonical(
        {
            "wrap": kdf.digest(member.wrap_public).hex(),
            "sign": kdf.digest(member.sign_public).hex(),
            "officer": member.officer,
            "login": member.login.hex(),
        }
    )


def room_statement(instance: UUID, room: RoomRow) -> bytes:
    """Return the statement of a room's public key, purpose and collection."""
    return ctx("room", instance, room.id, room.version) + canonical(
        {
            "public": kdf.digest(room.public).hex(),
            "purpose": room.purpose.value,
            "collection": room.collection.hex,
        }
    )


def grant_statement(instance: UUID, grant: GrantRow) -> bytes:
    """Return the statement of a grant: its context, and the log's size when it began. An ended grant keeps its proof.

    That the wrap holds the right seed shows when it opens: the seed gives the public key that the room's statement
    signed (`services.entitling` compares them before it holds the seed).
    """
    return grant_info(instance, grant) + canonical({"since": grant.since})


class Trust:
    """The members, rooms and grants of one archive, each believed only down a chain of signatures to the pinned roots.

    fingerprint: from the slot of whoever signs in; a database whose roots differ is refused (CannotOpen), since
    somebody who may write the database could otherwise put their own keys in place of everybody's.
    Signatures that held are remembered by digest in this process, so a second check costs a hash; what one value has
    checked it does not look up again, so it is good for one unit of work and no longer.
    """

    def __init__(
        self,
        instance: InstanceRow,
        pinned: bytes,
        members: Callable[[UUID], MemberRow | None],
        rooms: Callable[[UUID], RoomRow | None],
        grants: Callable[[UUID], Iterable[GrantRow]],
        host: bytes = b"",
    ) -> None:
        if not kdf.same(fingerprint(instance), pinned):
            raise CannotOpen
        self._instance = instance
        self._members = members
        self._rooms = rooms
        self._grants = grants
        self._host = host
        self._roots: Mapping[UUID, bytes] = dict(zip(instance.roots, instance.root_keys, strict=True))
        self._certain: dict[UUID, MemberRow] = {}
        self._signed: dict[UUID, RoomRow] = {}
        self._given: set[GrantRow] = set()

    def member(self, member: UUID) -> MemberRow:
        """Return a member whose certificate a quorum of officers signed. Raises CannotOpen."""
        if member not in self._certain:
            self._certain[member] = self._certified(member, frozenset())
        return self._certain[member]

    def room(self, room: UUID) -> RoomRow:
        """Return a room whose key, purpose and collection somebody entitled signed. Raises CannotOpen."""
        if room not in self._signed:
            self._signed[room] = self._room(room)
        return self._signed[room]

    def room_key(self, room: UUID) -> RoomKey:
        """Return the public key of such a room. Raises CannotOpen."""
        row = self.room(room)
        return RoomKey(row.id, row.version, row.public)

    def grant(self, grant: GrantRow) -> None:
        """Return when a grant was given by somebody entitled to. Raises CannotOpen."""
        if grant not in self._given:
            self._granted(grant, frozenset())
            self._given.add(grant)

    def could(self, member: UUID, room: UUID, capability: Capability, log_size: int, day: date) -> bool:
        """Whether a member held a capability in a room on that day, when the log had that size."""
        return any(
            (grant.not_after is None or day <= grant.not_after) and self._held(grant, log_size, frozenset())
            for grant in self._grants(room)
            if grant.grantee == member and capability.value in grant.capabilities
        )

    def named(self, room: UUID, signer: UUID, statement: bytes, signature: bytes) -> None:
        """Return when somebody who may name a room, and say what it may hold, signed the statement.

        That is whoever may make rooms there. Raises CannotOpen.
        """
        self._entitled(self.member(signer), self.room(room).collection)
        self.signature(signer, statement, signature)

    def signature(self, member: UUID, statement: bytes, signature: bytes) -> None:
        """Return when a certified member signed the statement, or the host (by the archive's id). Raises CannotOpen."""
        key = self._host if self.hosted(member) else self.member(member).sign_public
        _check(key, statement, signature)

    def hosted(self, signer: UUID) -> bool:
        """Whether a signer is the archive itself, which signs what somebody closed by a receipt, and nothing else."""
        return bool(self._host) and signer == self._instance.id

    def _certified(self, member: UUID, above: frozenset[UUID]) -> MemberRow:
        row = self._members(member)
        if row is None or member in above:
            raise CannotOpen
        if member in self._roots and row.sign_public != self._roots[member]:
            raise CannotOpen
        statement = certificate(self._instance.id, row)
        signers = {signed.signer for signed in row.certificate}
        if len(signers) < self._instance.quorum:
            raise CannotOpen
        for signed in row.certificate:
            _check(self._officer_key(signed.signer, above | {member}), statement, signed.signature)
        return row

    def _officer_key(self, officer: UUID, above: frozenset[UUID]) -> bytes:
        if officer in self._roots:
            return self._roots[officer]
        row = self._certified(officer, above)
        if not row.officer:
            raise CannotOpen
        return row.sign_public

    def _room(self, room: UUID) -> RoomRow:
        row = self._rooms(room)
        if row is None:
            raise CannotOpen
        signer = self.member(row.signed.signer)
        _check(signer.sign_public, room_statement(self._instance.id, row), row.signed.signature)
        self._entitled(signer, row.collection)
        return row

    def _entitled(self, signer: MemberRow, custody: UUID) -> None:
        # A collection bears the id of its custody room, so who may grant there may also open rooms beside it.
        if not signer.officer and not any(
            self._holds(grant, frozenset()) for grant in self._granting(signer.id, custody)
        ):
            raise CannotOpen

    def _granting(self, member: UUID, room: UUID) -> Iterable[GrantRow]:
        return (
            grant
            for grant in self._grants(room)
            if grant.grantee == member and Capability.GRANT.value in grant.capabilities
        )

    def _held(self, grant: GrantRow, log_size: int, above: frozenset[UUID]) -> bool:
        lasted = grant.since <= log_size and (grant.ended is None or log_size <= grant.ended)
        return lasted and self._holds(grant, above)

    def _holds(self, grant: GrantRow, above: frozenset[UUID]) -> bool:
        try:
            self._granted(grant, above)
        except CannotOpen:
            return False
        return True

    def _granted(self, grant: GrantRow, above: frozenset[UUID]) -> None:
        if grant.id in above or not _WORDS.issuperset(grant.capabilities):
            raise CannotOpen
        signer = self.member(grant.signed.signer)
        _check(signer.sign_public, grant_statement(self._instance.id, grant), grant.signed.signature)
        if signer.officer:
            return
        room = self._rooms(grant.room)
        if room is None:
            raise CannotOpen
        if not any(
            self._held(theirs, grant.since, above | {grant.id})
            for other in (grant.room, room.collection)
            for theirs in self._granting(signer.id, other)
        ):
            raise CannotOpen


class _KnownGood:
    """Digests of checks that held, the oldest forgotten first. Holds nothing secret."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def __contains__(self, mark: bytes) -> bool:
        with self._lock:
            return mark in self._seen

    def add(self, mark: bytes) -> None:
        with self._lock:
            self._seen[mark] = None
            if len(self._seen) > _KNOWN_GOOD:
                self._seen.popitem(last=False)


_known_good = _KnownGood()


def _check(public: bytes, statement: bytes, signature: bytes) -> None:
    mark = kdf.digest(kdf.digest(public) + kdf.digest(statement) + kdf.digest(signature))
    if mark not in _known_good:
        signing.verify(public, statement, signature)
        _known_good.add(mark)
