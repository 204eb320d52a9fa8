"""The version of an agreement, raised by its own changes alone."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is there is at its first version: nobody holds a number of it yet."""
    op.add_column(
        "agreements", sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    )


def downgrade() -> None:
    """Back to before."""
    op.drop_column("agreements", "version")
