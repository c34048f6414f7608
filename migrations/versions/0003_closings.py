"""A ledger's chain holds without its bodies, a receipt may close a record, and records wait to be placed anew.

Entries from before get the leaf hash of their body, as `sealing.bodies.leaf` computes it (docs/formats/envelope.md).
Every record waits to be placed anew: masters were sealed without the licence that custody now reads by.
"""

import hashlib
import json
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SAME = "id = NEW.id OR (record = NEW.record AND number = NEW.number)"
DEEDS = (("UPDATE", ""), ("DELETE", ""), ("INSERT", f" WHEN EXISTS (SELECT 1 FROM consents WHERE {SAME})"))


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for deed, _when in DEEDS if sqlite else ():
        op.execute(f"DROP TRIGGER consents_no_{deed.lower()}")
    op.rename_table("consents", "consents_before")
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.Column("closes", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        sa.UniqueConstraint("record", "number", name="uq_consents_record_number"),
        sa.ForeignKeyConstraint(
            ["record"], ["records.id"], name="fk_consents_record", initially="DEFERRED", deferrable=True
        ),
    )
    op.execute(
        "INSERT INTO consents (id, record, number, event, items, closes, previous, hash, body, day, leaf, receipt) "
        "SELECT id, record, number, event, items, closes, previous, hash, body, day, x'', x'' FROM consents_before"
    )
    op.drop_table("consents_before")
    _fill_leaves(op.get_bind())
    op.create_index("ix_consents_receipt", "consents", ["receipt"], unique=False)
    op.create_index("ix_log_commit", "log", ["commit"], unique=False)
    op.create_index("ix_bodies_not_after", "bodies", ["not_after"], unique=False)
    for deed, when in DEEDS if sqlite else ():
        op.execute(
            f"CREATE TRIGGER consents_no_{deed.lower()} BEFORE {deed} ON consents{when} "
            f"BEGIN SELECT RAISE(ABORT, 'consents is append-only'); END"
        )
    op.create_table(
        "unplaced",
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("collection", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("record", name="pk_unplaced"),
    )
    op.create_index("ix_unplaced_collection", "unplaced", ["collection"], unique=False)
    op.execute("INSERT INTO unplaced (record, collection) SELECT id, collection FROM records WHERE NOT closed")


def _fill_leaves(connection: sa.Connection) -> None:
    bodies = sa.table(
        "bodies",
        *(sa.column(name) for name in ("kind", "revision", "day", "licence")),
        *(sa.column(name, sa.Uuid()) for name in ("id", "record", "room")),
    )
    parts = sa.table("parts", sa.column("body", sa.Uuid()), sa.column("name"), sa.column("sealed"))
    consents = sa.table("consents", sa.column("body", sa.Uuid()), sa.column("leaf"))
    for entry in connection.execute(sa.select(consents.c.body)).all():
        body = connection.execute(sa.select(bodies).where(bodies.c.id == entry.body)).one_or_none()
        if body is not None:
            sealed = connection.execute(sa.select(parts).where(parts.c.body == entry.body)).all()
            leaf = _leaf(body, {part.name: part.sealed for part in sealed})
            connection.execute(consents.update().where(consents.c.body == entry.body).values(leaf=leaf))


def _leaf(body: sa.Row, parts: dict[str, bytes]) -> bytes:
    said = {
        "id": _hex(body.id),
        "kind": body.kind,
        "record": _hex(body.record),
        "room": _hex(body.room),
        "revision": body.revision,
        "day": str(body.day),
        "licence": hashlib.sha256(body.licence).hexdigest(),
        "parts": {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()},
    }
    plain = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.sha256(b"\0" + plain).digest()


def _hex(id: UUID) -> str:
    return id.hex
