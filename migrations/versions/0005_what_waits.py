"""What waits: a day on which a record is to be placed anew; a body whose share is to go, and what replaced it."""

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
