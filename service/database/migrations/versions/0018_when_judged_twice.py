"""The time of the last second verdict on an original; existing originals have none."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The round begins with originals that have only one verdict."""
    op.add_column(
        "archive_states", sa.Column("judged_twice_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_archive_states_judged_once",
        "archive_states",
        ["looked_at"],
        postgresql_where=sa.text("judged_twice_at is null"),
    )


def downgrade() -> None:
    op.drop_index("ix_archive_states_judged_once", "archive_states")
    op.drop_column("archive_states", "judged_twice_at")
