"""What storage keeps: opaque ids, days, public keys, wraps and sealed bytes, in the shape of one row each.

Knows nothing but ciphertext and handling. Must not know a plaintext record, a key, or how either is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from archive.domain.consent import Event
from archive.domain.handover import RecallState
from archive.domain.rooms import RoomPurpose


class BodyKind(StrEnum):
    """What a sealed body is. A CLOSURE is a ledger entry that only closes; whoever holds no key may make one.

    A HANDOVER says to whom something of a record was given; its licence names the grant items that this rested on.
    """

    MASTER = "master"
    IDENTITY = "identity"
    RENDITION = "rendition"
    CONSENT = "consent"
    CLOSURE = "closure"
    HANDOVER = "handover"
    REGISTER = "register"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrap:
    """The A half of one body's key, wrapped to one version of one room."""

    room: UUID
    version: int
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBody:
    """One sealed thing. Its ``id`` is new at every revision and owns its share B in the shred store.

    ``record`` is the record it speaks of (the collection, for a register; the entry itself, for the log). ``room``
    and ``version`` name the room it lies in; ``wraps`` lead there and, for a rendition, to custody too. ``key`` is
    the body key sealed under A and B. ``licence`` is clear (`domain.licence`), for what people read: masters,
    renditions and identities; ``not_after`` says its last day once more, so that a database can count what is still
    readable. ``commit``, ``leaf`` and ``path`` place it under the signature of the commit that added it (None for log
    bodies, whose digest stands in the log).
    """

    id: UUID
    kind: BodyKind
    record: UUID
    room: UUID
    version: int
    revision: int
    day: date
    wraps: tuple[Wrap, ...]
    key: bytes
    parts: Mapping[str, bytes]
    licence: bytes = b""
    not_after: date | None = None
    commit: UUID | None = None
    leaf: int = 0
    path: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitRow:
    """One signed commit: who signed which statement (canonical bytes), and the log's size when it was made."""

    id: UUID
    signer: UUID
    statement: bytes
    signature: bytes
    log_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """One record: its collection, and the body that is its present master. ``closed``: nobody reads it any more."""

    id: UUID
    collection: UUID
    master: UUID
    revision: int
    day: date
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """One ledger entry: its body is sealed; ids of the items it states and of those it closes stand in the clear.

    ``hash`` chains it to ``previous``, the hash of the record's entry before it (empty for the first). ``leaf`` is the
    leaf hash of its body, so that the chain holds when the body is gone. ``receipt`` is the hash of the one-time code
    that this entry gave out (empty for none).
    """

    id: UUID
    record: UUID
    number: int
    event: Event
    items: tuple[UUID, ...]
    closes: tuple[UUID, ...]
    previous: bytes
    hash: bytes
    body: UUID
    day: date
    leaf: bytes = b""
    receipt: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One entry of the transparency log. ``leaf`` is its RFC 6962 leaf hash; the body (same id) is sealed to audit.

    ``actor`` is a member, or None for the archive itself; ``action`` a word of a closed list. ``about`` is the record
    that an entry speaks of, None when it is none or several. ``digest`` is the leaf hash of the body, so that the leaf
    is still proven when the body is gone; empty in entries older than the column. ``commit`` is the signed commit of
    the same transaction, if there is one.
    """

    number: int
    id: UUID
    day: date
    actor: UUID | None
    action: str
    leaf: bytes
    about: UUID | None = None
    digest: bytes = b""
    commit: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHead:
    """How far the log reaches: its size and the peaks of `crypto.merkle.Frontier`."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRow:
    """The archive itself. ``roots`` are the officers pinned at `init`; ``quorum`` how many of them must sign.

    ``recovery`` and ``recovery_public`` belong to the archive kit; ``audit`` is the room of the log's bodies.
    """

    id: UUID
    day: date
    quorum: int
    roots: tuple[UUID, ...]
    root_keys: tuple[bytes, ...]
    recovery: UUID
    recovery_public: bytes
    audit: UUID
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature by one member's key over a statement that the reader makes itself."""

    signer: UUID
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """One member: login as a MAC, public keys with the officers' certificate, profile sealed to self and audit."""

    id: UUID
    login: bytes
    key_epoch: int
    wrap_public: bytes
    sign_public: bytes
    officer: bool
    certificate: tuple[Signed, ...]
    profile_self: bytes
    profile_audit: bytes
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """One way to open a member's seed: ``kind`` is ``passphrase`` or ``kit``; ``cost`` is `crypto.kdf.Cost.packed`."""

    id: UUID
    member: UUID
    kind: str
    salt: bytes
    cost: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRow:
    """One room's present version. ``terms_*`` hold name and scope, signed, sealed to the room and to its custody.

    ``signed`` is the signature over the statement of its public key. ``index_epoch`` counts index keys.
    """

    id: UUID
    collection: UUID
    purpose: RoomPurpose
    version: int
    public: bytes
    signed: Signed
    terms_room: bytes
    terms_custody: bytes
    index_epoch: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """A room's seed wrapped to one grantee (a member, or the archive kit), signed by who granted it.

    ``since`` is the log size at which it began, ``ended`` the one at which it ended (None while it lasts).
    ``not_after`` None means without term. An ended grant keeps its row, but not its wrap.
    """

    id: UUID
    room: UUID
    version: int
    grantee: UUID
    key_epoch: int
    capabilities: tuple[str, ...]
    not_after: date | None
    wrap: bytes
    signed: Signed
    since: int
    ended: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One session. ``key`` is a digest of the cookie's secret, which alone opens ``seed`` and ``state``.

    Times are whole seconds since 1970.
    """

    key: bytes
    member: UUID
    key_epoch: int
    created: int
    expires: int
    seen: int
    seed: bytes = field(repr=False)
    state: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """Failed sign-ins under one opaque key (login or source): how many, and until when to wait (seconds)."""

    count: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A report for one member alone (refused import rows): a key wrapped to the member, and the sealed text."""

    id: UUID
    member: UUID
    day: date
    wrap: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallRow:
    """How far the recall of one hand-over has come, since which day. ``id`` is the hand-over's body, even when gone."""

    id: UUID
    record: UUID
    state: RecallState
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """A legal hold on one record, signed by two officers; ``lifted`` by two as well, on the day ``ended``.

    Its basis is ``sealed`` under a key that is wrapped to the ``version`` of the record's custody room.
    """

    id: UUID
    record: UUID
    day: date
    version: int
    wrap: bytes
    sealed: bytes
    signed: tuple[Signed, ...]
    lifted: tuple[Signed, ...] = ()
    ended: date | None = None
