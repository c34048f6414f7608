"""Begin: members, rooms, records and their sealed bodies, the two append-only ledgers, what waits for keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

APPEND_ONLY = {
    "consents": "id = NEW.id OR (record = NEW.record AND number = NEW.number)",
    "log": "id = NEW.id OR number = NEW.number",
}


def upgrade() -> None:
    op.create_table(
        "commits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("signer", sa.Uuid(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("log_size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_commits"),
    )
    op.create_table(
        "index_heads",
        sa.Column("room", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("room", name="pk_index_heads"),
    )
    op.create_table(
        "instance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("quorum", sa.BigInteger(), nullable=False),
        sa.Column("roots", sa.LargeBinary(), nullable=False),
        sa.Column("root_keys", sa.LargeBinary(), nullable=False),
        sa.Column("recovery", sa.Uuid(), nullable=False),
        sa.Column("recovery_public", sa.LargeBinary(), nullable=False),
        sa.Column("audit", sa.Uuid(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_instance"),
    )
    op.create_table(
        "log",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_log"),
        sa.UniqueConstraint("id", name="uq_log_id"),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.LargeBinary(), nullable=False),
        sa.Column("key_epoch", sa.BigInteger(), nullable=False),
        sa.Column("wrap_public", sa.LargeBinary(), nullable=False),
        sa.Column("sign_public", sa.LargeBinary(), nullable=False),
        sa.Column("officer", sa.Boolean(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("profile_self", sa.LargeBinary(), nullable=False),
        sa.Column("profile_audit", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_members"),
        sa.UniqueConstraint("login", name="uq_members_login"),
    )
    op.create_table(
        "outbox",
        sa.Column("ticket", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("room", sa.Uuid(), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("ticket", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_room_ticket", "outbox", ["room", "ticket"], unique=False)
    op.create_table(
        "records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("collection", sa.Uuid(), nullable=False),
        sa.Column("master", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_records"),
    )
    op.create_index("ix_records_collection", "records", ["collection"], unique=False)
    op.create_table(
        "rooms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("collection", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("terms_room", sa.LargeBinary(), nullable=False),
        sa.Column("terms_custody", sa.LargeBinary(), nullable=False),
        sa.Column("index_epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rooms"),
    )
    op.create_index("ix_rooms_collection", "rooms", ["collection"], unique=False)
    op.create_table(
        "bodies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("room", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("licence", sa.LargeBinary(), nullable=False),
        sa.Column("not_after", sa.Date(), nullable=True),
        sa.Column("commit", sa.Uuid(), nullable=True),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commit"], ["commits.id"], name="fk_bodies_commit", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bodies"),
    )
    op.create_index("ix_bodies_record_kind", "bodies", ["record", "kind"], unique=False)
    op.create_index(
        "ix_bodies_room_kind_record_revision_id",
        "bodies",
        ["room", "kind", "record", "revision", "id"],
        unique=False,
    )
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
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        sa.UniqueConstraint("record", "number", name="uq_consents_record_number"),
        sa.ForeignKeyConstraint(
            ["record"], ["records.id"], name="fk_consents_record", initially="DEFERRED", deferrable=True
        ),
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("room", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("grantee", sa.Uuid(), nullable=False),
        sa.Column("key_epoch", sa.BigInteger(), nullable=False),
        sa.Column("capabilities", sa.LargeBinary(), nullable=False),
        sa.Column("not_after", sa.Date(), nullable=True),
        sa.Column("wrap", sa.LargeBinary(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["room"], ["rooms.id"], name="fk_grants_room", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
    )
    op.create_index("ix_grants_grantee", "grants", ["grantee"], unique=False)
    op.create_index("ix_grants_room", "grants", ["room"], unique=False)
    op.create_table(
        "predecessors",
        sa.Column("room", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["room"], ["rooms.id"], name="fk_predecessors_room", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("room", "version", name="pk_predecessors"),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("wrap", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["members.id"], name="fk_reports_member", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
    )
    op.create_index("ix_reports_member", "reports", ["member"], unique=False)
    op.create_table(
        "slots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("cost", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["members.id"], name="fk_slots_member", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_slots"),
    )
    op.create_index("ix_slots_member_kind", "slots", ["member", "kind"], unique=False)
    op.create_table(
        "sources",
        sa.Column("room", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record"], ["records.id"], name="fk_sources_record", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("room", "field", "blind", name="pk_sources"),
    )
    op.create_table(
        "parts",
        sa.Column("body", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["body"], ["bodies.id"], name="fk_parts_body", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("body", "name", name="pk_parts"),
    )
    op.create_table(
        "wraps",
        sa.Column("body", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("room", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["body"], ["bodies.id"], name="fk_wraps_body", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("body", "position", name="pk_wraps"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for table, same in APPEND_ONLY.items():
            replaced = f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"
            for deed, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", replaced)):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}{when} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
