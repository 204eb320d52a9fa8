"""The version of an agreement, raised only by changes that people make."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Existing agreements get version 1: nobody holds a former number."""
    op.add_column(
        "agreements", sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("agreements", "version")
