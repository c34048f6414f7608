"""What waits: a day on which a record is to be placed anew, a person who is to be asked, a body that was replaced."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("unplaced", sa.Column("due", sa.Date(), nullable=True))
    op.create_table(
        "replaced",
        sa.Column("old", sa.Uuid(), nullable=False),
        sa.Column("new", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("old", name="pk_replaced"),
    )
    op.create_table(
        "ask_first",
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("collection", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("record", name="pk_ask_first"),
    )
    op.create_index("ix_ask_first_collection", "ask_first", ["collection"], unique=False)
