"""When the second verdict was last given on an original: none was on what was stored before."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The round begins with those that were judged once."""
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
    """Forget it."""
    op.drop_index("ix_archive_states_judged_once", "archive_states")
    op.drop_column("archive_states", "judged_twice_at")
