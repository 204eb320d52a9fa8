"""The processor's own subjects of mails, a part of its look."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No look has one yet."""
    op.add_column(
        "looks",
        sa.Column("subjects", JSONB(), server_default=sa.text("'{}'"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("looks", "subjects")
