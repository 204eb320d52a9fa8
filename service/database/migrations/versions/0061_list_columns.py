"""Since when an agreement is in its state, and the columns of the list that somebody chose.

Of existing agreements only the last activity is known, which was later or the same.
"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_WAITING = "state in ('draft','sent','preparing','generation_failed','ready','in_signing')"


def upgrade() -> None:
    op.add_column("agreements", sa.Column("state_since", sa.DateTime(timezone=True), nullable=True))
    op.execute("update agreements set state_since = last_activity_at")
    op.alter_column(
        "agreements",
        "state_since",
        nullable=False,
        server_default=sa.text("clock_timestamp()"),
    )
    op.create_index(
        "ix_agreements_state_since",
        "agreements",
        ["state_since"],
        postgresql_where=sa.text(_WAITING),
    )
    op.create_table(
        "list_columns",
        sa.Column("staff_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("columns", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_list_columns")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_list_columns_staff_id")),
    )


def downgrade() -> None:
    op.drop_table("list_columns")
    op.drop_index("ix_agreements_state_since", "agreements")
    op.drop_column("agreements", "state_since")
