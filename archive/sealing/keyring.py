"""Knows the keys of one member while a session lasts: the seed, the rooms' seeds, and what comes from them.
Must not know where grants are kept, who gave them, or whether a deed is allowed."""

from __future__ import annotations

from threading import RLock
from uuid import UUID

from archive.crypto import envelope, kdf, wrap
from archive.crypto.contexts import ctx
from archive.crypto.errors import CannotOpen
from archive.crypto.signing import SigningKey
from archive.domain.keeping import GrantRow

_DAY_ZERO = 719163  # date(1970, 1, 1).toordinal()


def grant_info(instance: UUID, grant: GrantRow) -> bytes:
    """Return the context of one grant's wrap: it opens for this grantee, with these capabilities, or not at all."""
    return ctx(
        "grant",
        instance,
        grant.room,
        grant.version,
        grant.grantee,
        grant.key_epoch,
        grant.id,
        ",".join(sorted(grant.capabilities)),
        grant.not_after.toordinal() - _DAY_ZERO if grant.not_after else 0,
    )


def room_seed(instance: UUID, seed: bytes | bytearray, room: UUID, version: int) -> bytes:
    """Return the X-Wing seed of a room's version, derived from its room seed."""
    return kdf.expand(seed, ctx("room", instance, room, version))


def seal_predecessor(instance: UUID, room: UUID, version: int, seed: bytes, successor: bytes) -> bytes:
    """Return the room seed of ``version`` sealed under its successor's, so that one grant opens all before it."""
    context = ctx("predecessor", instance, room, version)
    return envelope.seal_blob(kdf.expand(successor, context), room, context, seed, padded=False)


class Keyring:
    """One member's keys. Safe for threads. After `drop` everything raises CannotOpen.

    seed: the 32-byte member seed; the keyring keeps its own copy and overwrites it on `drop`. Python may have made
    other copies: see the threat model.
    """

    def __init__(self, instance: UUID, member: UUID, key_epoch: int, seed: bytes | bytearray) -> None:
        self.instance = instance
        self.member = member
        self.key_epoch = key_epoch
        self._lock = RLock()
        self._seed = bytearray(seed)
        self._own: wrap.Opener | None = wrap.Opener(self._seed)
        self._signing: SigningKey | None = None
        self._rooms: dict[tuple[UUID, int], bytearray] = {}
        self._openers: dict[tuple[UUID, int], wrap.Opener] = {}
        self._newest: dict[UUID, int] = {}

    @property
    def dropped(self) -> bool:
        """Whether `drop` was called."""
        return self._own is None

    def held(self) -> frozenset[UUID]:
        """The rooms whose seeds have been taken."""
        with self._lock:
            return frozenset(self._newest)

    def version(self, room: UUID) -> int:
        """The newest version of a room that is held; 0 for none."""
        with self._lock:
            return self._newest.get(room, 0)

    def open_own(self, info: bytes, sealed: bytes) -> bytes:
        """Open a wrap to this member. Raises CannotOpen."""
        if self._own is None:
            raise CannotOpen
        return self._own.unwrap(info, sealed)

    def take(self, grant: GrantRow, public: bytes) -> None:
        """Open a grant made to this member and hold its room.

        public: the key that the room's signed statement names. A wrap is not signed, and anybody can make one: a seed
        that gives another key is never held. Raises CannotOpen. Cost: 0.3 ms.
        """
        with self._lock:
            seed = self.open_own(grant_info(self.instance, grant), grant.wrap)
            if wrap.public_key(room_seed(self.instance, seed, grant.room, grant.version)) != public:
                raise CannotOpen
            self.hold(grant.room, grant.version, seed)

    def take_predecessor(self, room: UUID, version: int, sealed: bytes) -> None:
        """Open the seed of ``version`` with the one after it, which must be held. Raises CannotOpen."""
        with self._lock:
            context = ctx("predecessor", self.instance, room, version)
            successor = self._room(room, version + 1)
            self.hold(room, version, envelope.open_blob(kdf.expand(successor, context), context, sealed))

    def hold(self, room: UUID, version: int, seed: bytes) -> None:
        """Hold a room's seed: just drawn by its maker, or just opened."""
        with self._lock:
            if self._own is None:
                raise CannotOpen
            self._rooms[room, version] = bytearray(seed)
            self._newest[room] = max(version, self._newest.get(room, 0))

    def let_go(self, room: UUID) -> None:
        """Overwrite and forget a room's seeds: its grant has ended."""
        with self._lock:
            for held in [key for key in self._rooms if key[0] == room]:
                seed = self._rooms.pop(held)
                seed[:] = bytes(len(seed))
                if opener := self._openers.pop(held, None):
                    opener.drop()
            self._newest.pop(room, None)

    def room_seed(self, room: UUID, version: int) -> bytes:
        """Return a held room's seed, to wrap it to somebody else. Raises CannotOpen."""
        with self._lock:
            return bytes(self._room(room, version))

    def open_wrap(self, room: UUID, version: int, info: bytes, sealed: bytes) -> bytes:
        """Open a wrap to a held room. Raises CannotOpen. Cost: 0.1 ms."""
        with self._lock:
            opener = self._openers.get((room, version))
            if opener is None:
                seed = room_seed(self.instance, self._room(room, version), room, version)
                opener = self._openers[room, version] = wrap.Opener(seed)
            return opener.unwrap(info, sealed)

    def index_key(self, room: UUID, epoch: int) -> bytes:
        """Return the 32-byte index key of one epoch, from the room's newest seed. Raises CannotOpen."""
        with self._lock:
            if room not in self._newest:
                raise CannotOpen
            return kdf.expand(self._room(room, self._newest[room]), ctx("index", self.instance, room, epoch))

    def blind(self, room: UUID, field: str, value: str) -> bytes:
        """Return HMAC-SHA256 of a value under the room's key for that field: equal values are found, nothing else.

        From the room's first seed, so that values stay equal when the room's key changes. Raises CannotOpen.
        """
        with self._lock:
            key = kdf.expand(self._room(room, 1), ctx("blind", self.instance, field))
        return kdf.mac(key, value.encode())

    def sign(self, statement: bytes) -> bytes:
        """Return the member's signature over a statement. Raises CannotOpen after `drop`. Cost: 0.9 ms."""
        with self._lock:
            return self._signer().sign(statement)

    def sign_public(self) -> bytes:
        """Return the member's public signing key."""
        with self._lock:
            return self._signer().public

    def drop(self) -> None:
        """Overwrite and forget every key."""
        with self._lock:
            for seed in (self._seed, *self._rooms.values()):
                seed[:] = bytes(len(seed))
            if self._own is not None:
                self._own.drop()
            for opener in self._openers.values():
                opener.drop()
            self._own = self._signing = None
            self._rooms, self._openers, self._newest = {}, {}, {}

    def _room(self, room: UUID, version: int) -> bytearray:
        try:
            return self._rooms[room, version]
        except KeyError:
            raise CannotOpen from None

    def _signer(self) -> SigningKey:
        if self._own is None:
            raise CannotOpen
        if self._signing is None:
            self._signing = SigningKey(signing_seed(self.instance, self._seed))
        return self._signing


def signing_seed(instance: UUID, seed: bytes | bytearray) -> bytes:
    """Return the seed of a member's signing key, derived from the member seed."""
    return kdf.expand(seed, ctx("member", instance, "sign"))


def publics(instance: UUID, seed: bytes | bytearray) -> tuple[bytes, bytes]:
    """Return a member's two public keys: for wraps and for signatures. Cost: 0.4 ms."""
    return wrap.public_key(seed), SigningKey(signing_seed(instance, seed)).public
