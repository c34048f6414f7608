"""The log says in the clear which record an entry speaks of, and proves its leaf without its body.

Entries from before keep their leaves: they speak of no record, their digest is computed from the body, and the commit
they name moves from the body's row to their own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SAME = "id = NEW.id OR number = NEW.number"
DEEDS = (("UPDATE", ""), ("DELETE", ""), ("INSERT", f" WHEN EXISTS (SELECT 1 FROM log WHERE {SAME})"))


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for deed, _when in DEEDS if sqlite else ():
        op.execute(f"DROP TRIGGER log_no_{deed.lower()}")
    op.rename_table("log", "log_before")
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
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("commit", sa.Uuid(), nullable=True),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_log"),
        sa.UniqueConstraint("id", name="uq_log_id"),
        sa.ForeignKeyConstraint(
            ["commit"], ["commits.id"], name="fk_log_commit", initially="DEFERRED", deferrable=True
        ),
    )
    op.execute(
        'INSERT INTO log (number, id, day, actor, action, about, digest, "commit", leaf, peaks) '
        "SELECT number, id, day, actor, action, NULL, x'', "
        '(SELECT bodies."commit" FROM bodies WHERE bodies.id = log_before.id), leaf, peaks FROM log_before'
    )
    op.drop_table("log_before")
    op.create_index("ix_log_about", "log", ["about"], unique=False)
    op.create_index("ix_log_action_day", "log", ["action", "day"], unique=False)
    for deed, when in DEEDS if sqlite else ():
        op.execute(
            f"CREATE TRIGGER log_no_{deed.lower()} BEFORE {deed} ON log{when} "
            f"BEGIN SELECT RAISE(ABORT, 'log is append-only'); END"
        )
