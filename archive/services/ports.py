"""What the services need from outside: the database, the shred store, sessions, indexes and the clock.

Knows sealed types only. Must not know SQL, files, Whoosh, or how an adapter is made (`bootstrap` does that).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, Self
from uuid import UUID

from archive.domain.keeping import (
    BodyKind,
    CommitRow,
    ConsentRow,
    GrantRow,
    HoldRow,
    InstanceRow,
    LogHead,
    LogRow,
    MemberRow,
    RecallRow,
    RecordRow,
    ReportRow,
    RoomRow,
    SealedBody,
    SessionRow,
    SlotRow,
    Tries,
)
from archive.domain.log import LogFilter
from archive.domain.searching import (
    IndexDocument,
    Indexed,
    IndexHead,
    IndexKeys,
    SearchQuery,
    SearchResult,
    Shares,
    Suggestion,
)
from archive.domain.shredding import ShredList


class Members(Protocol):
    """People with keys."""

    def add(self, member: MemberRow) -> None: ...
    def replace(self, member: MemberRow) -> None: ...
    def get(self, member: UUID) -> MemberRow | None: ...
    def by_login(self, login: bytes) -> MemberRow | None: ...
    def all(self) -> tuple[MemberRow, ...]: ...
    def add_slot(self, slot: SlotRow) -> None: ...
    def slots(self, member: UUID, kind: str) -> tuple[SlotRow, ...]: ...
    def remove_slots(self, member: UUID) -> None: ...


class Rooms(Protocol):
    """Rooms, the chain of their seeds, and who holds them."""

    def add(self, room: RoomRow) -> None: ...
    def replace(self, room: RoomRow) -> None: ...
    def get(self, room: UUID) -> RoomRow | None: ...
    def all(self) -> tuple[RoomRow, ...]: ...
    def of_collection(self, collection: UUID) -> tuple[RoomRow, ...]: ...

    def add_predecessor(self, room: UUID, version: int, sealed: bytes) -> None:
        """Keep the seed of ``version`` sealed under that of the next version."""

    def predecessor(self, room: UUID, version: int) -> bytes | None: ...
    def grant(self, grant: GrantRow) -> None: ...
    def grants_to(self, grantee: UUID) -> tuple[GrantRow, ...]: ...
    def grants_of(self, room: UUID) -> tuple[GrantRow, ...]: ...

    def end_grant(self, grant: UUID, log_size: int) -> None:
        """Keep the row, destroy the wrap."""


class Records(Protocol):
    """Records and the sealed bodies that speak of them."""

    def add(self, *records: RecordRow) -> None: ...
    def replace(self, record: RecordRow) -> None: ...
    def get(self, record: UUID) -> RecordRow | None: ...
    def get_many(self, records: Iterable[UUID]) -> Mapping[UUID, RecordRow]: ...
    def of_collection(self, collection: UUID) -> tuple[UUID, ...]: ...
    def add_bodies(self, bodies: Iterable[SealedBody]) -> None: ...
    def body(self, body: UUID) -> SealedBody | None: ...

    def bodies_of(self, record: UUID, kind: BodyKind) -> tuple[SealedBody, ...]:
        """All bodies of one kind that speak of one record, oldest revision first."""

    def bodies_about(self, records: Iterable[UUID]) -> Mapping[UUID, tuple[SealedBody, ...]]:
        """Record → all bodies, of every kind, that speak of it, oldest revision first; of those that have any."""

    def present(self, room: UUID, records: Iterable[UUID] | None = None) -> Mapping[UUID, SealedBody]:
        """Record → what this room may read of it now: its present master in custody, elsewhere its rendition.

        Of ``records``, or of everything in the room. Identity bodies are the renditions of the identity room.
        """

    def licences(
        self, room: UUID, records: Iterable[UUID] | None = None
    ) -> Mapping[UUID, tuple[UUID, bytes]]:
        """Record → (body, its clear licence), as `present` but without the sealed parts."""

    def count(self, room: UUID, day: date) -> int:
        """How many records the room shows whose licence, as written beside them, has not run out by that day."""

    def remove_bodies(self, bodies: Iterable[UUID]) -> None:
        """Delete bodies with their wraps and parts. The caller destroys their shares after the commit."""

    def owners(self) -> frozenset[UUID]:
        """The ids of all bodies: who may own a share."""

    def ended(self, day: date) -> tuple[tuple[UUID, UUID, UUID], ...]:
        """(body, record, room) of every rendition and identity whose last day lies before this one, of open records.

        What a closed record still has is destroyed with it, or kept with it by a hold.
        """

    def withdrawn(self, record: UUID | None = None) -> Mapping[UUID, UUID]:
        """Body → record of all bodies that speak of withdrawn records (or of this one), entries of the log included.

        Left out are hand-overs whose recall is not settled, and entries that only say what became of the record
        (`domain.log.STAYING`).
        """

    def add_commit(self, commit: CommitRow) -> None: ...
    def commits(self, commits: Iterable[UUID]) -> Mapping[UUID, CommitRow]: ...

    def commits_of(self, record: UUID) -> tuple[CommitRow, ...]:
        """Every commit that added a body of one record that is still kept, in the order in which the log names them.

        One that the log does not name is left out.
        """

    def known_sources(self, room: UUID, field: str, blinds: Sequence[bytes]) -> Mapping[bytes, UUID]:
        """Blind value → record, for those that are known."""

    def add_sources(self, room: UUID, field: str, blinds: Mapping[bytes, UUID]) -> None: ...


class Ledger(Protocol):
    """The consent ledger: rows are appended, never changed or removed."""

    def append(self, *entries: ConsentRow) -> None: ...
    def of_record(self, record: UUID) -> tuple[ConsentRow, ...]: ...
    def of_records(self, records: Iterable[UUID]) -> Mapping[UUID, tuple[ConsentRow, ...]]: ...
    def by_receipt(self, receipt: bytes) -> ConsentRow | None: ...


class Log(Protocol):
    """The transparency log: rows are appended, never changed or removed."""

    def head(self) -> LogHead: ...
    def append(self, entry: LogRow, head: LogHead) -> None: ...
    def entries(self, start: int, count: int) -> tuple[LogRow, ...]: ...

    def find(
        self, only: LogFilter, start: int | None, count: int, *, newest: bool = False
    ) -> tuple[LogRow, ...]:
        """Entries from number ``start`` on (None: from the first), or with ``newest`` from there back."""

    def leaves(self, size: int) -> tuple[bytes, ...]:
        """The leaf hashes of the first ``size`` entries; fewer when there are not so many."""

    def said_before(self, actions: Iterable[str], day: date) -> tuple[UUID, ...]:
        """Entries of these actions from before that day."""

    def last_day(self) -> str | None: ...


class Outbox(Protocol):
    """Which records of which room wait to be indexed (or taken out): ids, never text."""

    def add(self, room: UUID, records: Iterable[UUID]) -> None: ...

    def pending(self, room: UUID, most: int) -> tuple[tuple[int, UUID], ...]:
        """(ticket, record), oldest first."""

    def count(self, room: UUID) -> int: ...
    def done(self, tickets: Iterable[int]) -> None: ...

    def await_placing(self, collection: UUID, records: Iterable[UUID], due: date | None = None) -> None:
        """Note that records are to be placed anew by somebody who holds custody: at once, or from a day on."""

    def unplaced(self, collection: UUID, day: date) -> tuple[UUID, ...]: ...
    def placed(self, records: Iterable[UUID]) -> None: ...

    def await_answer(self, collection: UUID, records: Mapping[UUID, bool]) -> None:
        """Note of which records somebody wants to be asked before they are used further, and of which nobody does."""

    def unanswered(self, collection: UUID) -> tuple[UUID, ...]: ...

    def note_replaced(self, by: Mapping[UUID, UUID]) -> None:
        """Note old body → what says the same in its place, until the old one's share is gone."""

    def replaced(self) -> Mapping[UUID, UUID]: ...
    def settled(self, old: Iterable[UUID]) -> None: ...
    def head(self, room: UUID) -> IndexHead | None: ...
    def set_head(self, room: UUID, head: IndexHead | None) -> None: ...


class Reports(Protocol):
    """Reports sealed to one member."""

    def add(self, report: ReportRow) -> None: ...
    def of_member(self, member: UUID) -> tuple[ReportRow, ...]: ...
    def get(self, report: UUID) -> ReportRow | None: ...


class Recalls(Protocol):
    """What is to come back of what was handed over: one row a hand-over, the newest; it outlives what that said."""

    def put(self, new: Iterable[RecallRow]) -> None: ...
    def get(self, recall: UUID) -> RecallRow | None: ...
    def of_record(self, record: UUID) -> tuple[RecallRow, ...]: ...
    def of_collection(self, collection: UUID) -> tuple[RecallRow, ...]: ...

    def lapsed(self, day: date) -> tuple[tuple[UUID, UUID], ...]:
        """(hand-over, record) of each that rested on what ended before that day, and that nobody recalled yet."""


class Holds(Protocol):
    """Legal holds: those that stand, and those that were lifted."""

    def add(self, hold: HoldRow) -> None: ...
    def replace(self, hold: HoldRow) -> None: ...
    def get(self, hold: UUID) -> HoldRow | None: ...
    def of_record(self, record: UUID) -> tuple[HoldRow, ...]: ...
    def all(self) -> tuple[HoldRow, ...]: ...


class UnitOfWork(Protocol):
    """One transaction of the main database. Leaving the block without `commit` rolls back.

    A unit from `Archive.work` holds the write lock from the start; `commit` raises Unaudited when something changed
    and no log entry was appended (index upkeep excepted: outbox and heads), DiskFull when there is no room. A unit
    from `Archive.read` is one consistent snapshot; keep it short (≤ 5 s).
    """

    members: Members
    rooms: Rooms
    records: Records
    ledger: Ledger
    log: Log
    outbox: Outbox
    reports: Reports
    recalls: Recalls
    holds: Holds

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def instance(self) -> InstanceRow | None: ...
    def found(self, instance: InstanceRow) -> None: ...
    def commit(self) -> None: ...


class ShareStore(Shares, Protocol):
    """The shred store: share B of every body and index file, in a database of its own."""

    def draw_many(self, owners: Sequence[UUID]) -> Mapping[UUID, bytes]:
        """Draw one share for each owner in one durable step."""

    def find_many(self, owners: Iterable[UUID]) -> Mapping[UUID, bytes]:
        """Shares of those owners that have one; the others are left out."""

    def owners(self) -> frozenset[UUID]: ...

    def destroy(self, owners: Iterable[UUID], by: Mapping[UUID, UUID] = ...) -> None:
        """Forget shares for good and put them on the shred list; unknown ones are passed over.

        What is on the list no backup brings back, unless it says ``by`` which other owner, that says the same, it was
        replaced, and that is not gone either. `discard` is for what nobody entrusted: it leaves no trace.
        """

    def set_aside(self, owners: Iterable[UUID], seal: Callable[[UUID, bytes], bytes], until: int) -> None:
        """Put shares out of the archive's own reach until a moment (seconds since 1970): sealed to somebody else.

        They stand on the shred list from then on. `forget_aside` ends that, `bring_back` undoes it.
        """

    def aside(self) -> Mapping[UUID, int]:
        """Owner → until when its share lies aside."""

    def lying(self) -> tuple[frozenset[UUID], Mapping[UUID, int]]:
        """`owners` and `aside` as they are at one moment, so that nothing on its way is in neither."""

    def bring_back(self, owners: Iterable[UUID], open_: Callable[[UUID, bytes], bytes]) -> None:
        """Take shares back that lie aside. Raises what ``open_`` raises; then none is taken."""

    def forget_aside(self, owners: Iterable[UUID]) -> None:
        """Destroy shares that lie aside, for good."""

    def reseal(self) -> int:
        """Seal every share under the host's present epoch; return how many."""

    def shredded(self) -> ShredList:
        """Return the whole shred list. Raises Damaged when it was changed."""

    def follow(self, shredded: ShredList) -> None:
        """Destroy what stands on another list, and list it in its order and with its days."""

    def note_checkpoint(self, size: int, root: bytes) -> None:
        """Remember how far the main log had come: a main database rolled back alone is then found out."""

    def checkpoint(self) -> tuple[int, bytes] | None: ...

    def note_upkeep(self, at: int) -> None:
        """Remember when upkeep ran (seconds since 1970)."""

    def last_upkeep(self) -> int | None: ...

    def doubt(self, day: date) -> None:
        """Remember the newest day of the log that an officer said was written by a wrong clock."""

    def doubted(self) -> date | None: ...


class Sessions(Protocol):
    """Sessions, what they remember, tries at signing in and used codes: a database that is never backed up."""

    def add(self, session: SessionRow) -> None: ...
    def get(self, key: bytes) -> SessionRow | None: ...
    def touch(self, key: bytes, seen: int) -> None: ...
    def keep_state(self, key: bytes, state: bytes) -> None: ...
    def remove(self, key: bytes) -> None: ...
    def remove_member(self, member: UUID) -> None: ...

    def alive(self, keys: Iterable[bytes], idle_since: int, now: int) -> frozenset[bytes]:
        """Which of these sessions still exist, were seen after ``idle_since`` and have not expired."""

    def prune(self, idle_since: int, now: int) -> None: ...
    def put_note(self, key: bytes, note: UUID, sealed: bytes) -> None:
        """Keep one sealed thing (a query behind an opaque address) with a session; it goes with it."""

    def note(self, key: bytes, note: UUID) -> bytes | None: ...
    def tries(self, key: bytes) -> Tries: ...

    def count_try(self, keys: Iterable[bytes], now: int, wait: Callable[[int], int]) -> int:
        """Count one more try under every key, in one step, and return 0; or how long to wait still, and count none.

        ``wait`` gives the seconds that a number of tries costs.
        """

    def keep_tries(self, key: bytes, tries: Tries | None) -> None: ...

    def take_step(self, member: UUID, step: int) -> bool:
        """Use up a one-time code: True once for a step later than every one used, False otherwise."""


class Index(Protocol):
    """One room's open index (`archive.search.index.RoomIndex`)."""

    @property
    def head(self) -> IndexHead | None: ...
    def current(self, head: IndexHead | None) -> bool: ...
    def follow(self, head: IndexHead) -> None: ...
    def replace(self, documents: Iterable[IndexDocument]) -> None: ...
    def remove(self, records: Iterable[UUID]) -> None: ...
    def commit(self) -> IndexHead: ...
    def records(self) -> Mapping[UUID, Indexed]: ...
    def search(self, query: SearchQuery) -> SearchResult: ...
    def suggest(self, typed: str, lang: str, most: int = 10) -> tuple[Suggestion, ...]: ...
    def close(self) -> None: ...


class Indexes(Protocol):
    """All rooms' indexes (`archive.search.index.SealedIndexes`)."""

    def open(self, keys: IndexKeys, head: IndexHead | None) -> Index: ...
    def create(self, keys: IndexKeys, after: IndexHead | None = None) -> Index: ...

    def drop(self, room: UUID) -> frozenset[UUID]:
        """Remove what is on disk of a room's index; return the ids in its files' names, which may own shares.

        Needs no key. Whoever may write the disk chose those names: the caller spares what owns something else.
        """

    def owners(self) -> frozenset[UUID]:
        """The ids of all files of all indexes: who may own a share."""

    def rooms(self) -> frozenset[UUID]:
        """The rooms of which something is on disk. Needs no key."""


Clock = Callable[[], datetime]
"""The present moment, timezone-aware, UTC."""
Units = Callable[[], UnitOfWork]
