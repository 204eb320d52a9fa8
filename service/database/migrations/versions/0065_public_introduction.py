"""The introduction of the public page, a part of the processor's look."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No look has one yet."""
    op.add_column(
        "looks",
        sa.Column("public_introduction", sa.Text(), server_default=sa.text("''"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("looks", "public_introduction")
