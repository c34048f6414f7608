"""Knows the shape of the main database: one table for each row of `domain.keeping`, columns named as its fields.
Must not know what is sealed in them. Every change here is a new revision in `migrations/` and a new SCHEMA."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    Uuid,
    event,
)

from archive.domain.consent import Event
from archive.domain.handover import RecallState
from archive.domain.keeping import BodyKind
from archive.domain.rooms import RoomPurpose
from archive.storage.columns import Bytes, Signature, Whole, Word, blobs, one_of, signatures, uuids, words

SCHEMA: Final = "0005"
"""The newest revision in `migrations/versions`. Revisions are numbered, so older and newer are told apart."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str = "id") -> Column[object]:
    return Column(name, Uuid(), primary_key=True)


def _uuid(name: str) -> Column[object]:
    return Column(name, Uuid(), nullable=False)


def _bytes(name: str) -> Column[object]:
    return Column(name, Bytes(), nullable=False)


def _number(name: str) -> Column[object]:
    return Column(name, Whole(), nullable=False)


def _day() -> Column[object]:
    return Column("day", Date, nullable=False)


def _belongs(name: str, to: str, *, key: bool = False, some: bool = False) -> Column[object]:
    """A reference that is checked at the commit, so that a unit may write its rows in any order."""
    reference = ForeignKey(to, deferrable=True, initially="DEFERRED")
    return Column(name, Uuid(), reference, primary_key=key, nullable=some)


def _part_of_body() -> Column[object]:
    return Column("body", Uuid(), ForeignKey("bodies.id", ondelete="CASCADE"), primary_key=True)


instance = Table(
    "instance",
    metadata,
    _id(),
    _day(),
    _number("quorum"),
    Column("roots", uuids(), nullable=False),
    Column("root_keys", blobs(), nullable=False),
    _uuid("recovery"),
    _bytes("recovery_public"),
    _uuid("audit"),
    Column("demo", Boolean, nullable=False),
)

members = Table(
    "members",
    metadata,
    _id(),
    Column("login", Bytes(), nullable=False, unique=True),
    _number("key_epoch"),
    _bytes("wrap_public"),
    _bytes("sign_public"),
    Column("officer", Boolean, nullable=False),
    Column("certificate", signatures(), nullable=False),
    _bytes("profile_self"),
    _bytes("profile_audit"),
    _day(),
)

slots = Table(
    "slots",
    metadata,
    _id(),
    _belongs("member", "members.id"),
    Column("kind", Word(16), nullable=False),
    _bytes("salt"),
    _bytes("cost"),
    _bytes("sealed"),
    Index(None, "member", "kind"),
)

rooms = Table(
    "rooms",
    metadata,
    _id(),
    _uuid("collection"),
    Column("purpose", one_of(RoomPurpose), nullable=False),
    _number("version"),
    _bytes("public"),
    Column("signed", Signature(), nullable=False),
    _bytes("terms_room"),
    _bytes("terms_custody"),
    _number("index_epoch"),
    Index(None, "collection"),
)

predecessors = Table(
    "predecessors",
    metadata,
    _belongs("room", "rooms.id", key=True),
    Column("version", Whole(), primary_key=True),
    _bytes("sealed"),
)

grants = Table(
    "grants",
    metadata,
    _id(),
    _belongs("room", "rooms.id"),
    _number("version"),
    _uuid("grantee"),
    _number("key_epoch"),
    Column("capabilities", words(), nullable=False),
    Column("not_after", Date),
    _bytes("wrap"),
    Column("signed", Signature(), nullable=False),
    _number("since"),
    Column("ended", Whole()),
    Index(None, "grantee"),
    Index(None, "room"),
)

records = Table(
    "records",
    metadata,
    _id(),
    _uuid("collection"),
    _uuid("master"),
    _number("revision"),
    _day(),
    Column("closed", Boolean, nullable=False),
    Index(None, "collection"),
)

commits = Table(
    "commits",
    metadata,
    _id(),
    _uuid("signer"),
    _bytes("statement"),
    _bytes("signature"),
    _number("log_size"),
)

bodies = Table(
    "bodies",
    metadata,
    _id(),
    Column("kind", one_of(BodyKind), nullable=False),
    _uuid("record"),
    _uuid("room"),
    _number("version"),
    _number("revision"),
    _day(),
    _bytes("key"),
    _bytes("licence"),
    Column("not_after", Date),
    _belongs("commit", "commits.id", some=True),
    _number("leaf"),
    Column("path", blobs(), nullable=False),
    Index(None, "record", "kind"),
    Index(None, "not_after"),
    Index(None, "room", "kind", "record", "revision", "id"),  # answers `present` and `count` by itself
)

wraps = Table(
    "wraps",
    metadata,
    _part_of_body(),
    Column("position", Integer, primary_key=True),
    _uuid("room"),
    _number("version"),
    _bytes("sealed"),
)

parts = Table(
    "parts",
    metadata,
    _part_of_body(),
    Column("name", Word(64), primary_key=True),
    _bytes("sealed"),
)

sources = Table(
    "sources",
    metadata,
    _id("room"),
    Column("field", Word(64), primary_key=True),
    Column("blind", Bytes(), primary_key=True),
    _belongs("record", "records.id"),
)

consents = Table(
    "consents",
    metadata,
    _id(),
    _belongs("record", "records.id"),
    _number("number"),
    Column("event", one_of(Event), nullable=False),
    Column("items", uuids(), nullable=False),
    Column("closes", uuids(), nullable=False),
    _bytes("previous"),
    _bytes("hash"),
    _uuid("body"),
    _day(),
    _bytes("leaf"),
    _bytes("receipt"),
    Index(None, "receipt"),
    UniqueConstraint("record", "number"),
)

log = Table(
    "log",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("id", Uuid(), nullable=False, unique=True),
    _day(),
    Column("actor", Uuid()),
    Column("action", Word(32), nullable=False),
    Column("about", Uuid()),
    _bytes("digest"),  # empty in rows older than the column
    Column("commit", Uuid(), ForeignKey("commits.id", deferrable=True, initially="DEFERRED")),
    _bytes("leaf"),
    Column(
        "peaks", blobs(), nullable=False
    ),  # of the tree up to and with this entry: the last row is the head
    Index(None, "about"),
    Index(None, "commit"),
    Index(None, "action", "day"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("ticket", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _uuid("room"),
    _uuid("record"),
    Index(None, "room", "ticket"),
    sqlite_autoincrement=True,  # a ticket is never given twice, or a slow reader would tick off another's work
)

index_heads = Table(
    "index_heads",
    metadata,
    _id("room"),
    _number("generation"),
    _bytes("digest"),
)

unplaced = Table(
    "unplaced",
    metadata,
    _id("record"),
    _uuid("collection"),
    Column("due", Date),
    Index(None, "collection"),
)

ask_first = Table(
    "ask_first",
    metadata,
    _id("record"),
    _uuid("collection"),
    Index(None, "collection"),
)

replaced = Table(
    "replaced",
    metadata,
    _id("old"),
    _uuid("new"),
)

reports = Table(
    "reports",
    metadata,
    _id(),
    _belongs("member", "members.id"),
    _day(),
    _bytes("wrap"),
    _bytes("sealed"),
    Index(None, "member"),
)

recalls = Table(
    "recalls",
    metadata,
    _id(),
    _belongs("record", "records.id"),
    Column("state", one_of(RecallState), nullable=False),
    _day(),
    Index(None, "record"),
)

holds = Table(
    "holds",
    metadata,
    _id(),
    _belongs("record", "records.id"),
    _day(),
    _number("version"),
    _bytes("wrap"),
    _bytes("sealed"),
    Column("signed", signatures(), nullable=False),
    Column("lifted", signatures(), nullable=False),
    Column("ended", Date),
    Index(None, "record"),
)

UNLOGGED: Final = frozenset({outbox.name, index_heads.name, unplaced.name, replaced.name, ask_first.name})
"""What waits for somebody with keys, or for upkeep: the only tables that change without an entry in the log."""


def append_only(table: Table, same: str) -> None:
    """Let the database itself refuse to change, remove or replace a row, whoever asks."""
    replaced = f" WHEN EXISTS (SELECT 1 FROM {table.name} WHERE {same})"  # noqa: S608 - our own words
    for deed, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", replaced)):
        trigger = DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER {table.name}_no_{deed.lower()} BEFORE {deed} ON {table.name}{when} "
            f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
        )
        event.listen(table, "after_create", trigger.execute_if(dialect="sqlite"))


append_only(consents, "id = NEW.id OR (record = NEW.record AND number = NEW.number)")
append_only(log, "id = NEW.id OR number = NEW.number")
