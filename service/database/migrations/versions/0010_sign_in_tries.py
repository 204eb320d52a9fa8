"""One table counts sign-in attempts: per address, browser and network, and in total."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and drop the former counts; this ends all present lockouts."""
    op.create_table(
        "sign_in_tries",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("counts_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_tries")),
    )
    op.create_index("ix_sign_in_tries_counts_until", "sign_in_tries", ["counts_until"])
    for table in ("staff", "known_browsers"):
        op.drop_column(table, "failed_tries")
        op.drop_column(table, "locked_until")


def downgrade() -> None:
    """Count per account and per known browser again, from zero."""
    for table in ("known_browsers", "staff"):
        op.add_column(
            table, sa.Column("failed_tries", sa.Integer(), server_default="0", nullable=False)
        )
        op.add_column(table, sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
    op.drop_table("sign_in_tries")
