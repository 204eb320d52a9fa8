"""Filters of the list that a member of staff kept under a name."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_searches",
        sa.Column("staff_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "name", name=op.f("pk_kept_searches")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_kept_searches_staff_id")),
    )


def downgrade() -> None:
    op.drop_table("kept_searches")
