"""The files inside an archive object; existing objects are single files and list none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "archived_objects", sa.Column("inside", JSONB(), server_default="{}", nullable=False)
    )


def downgrade() -> None:
    """Drop the column. Packages whose files share an object can then no longer be downloaded."""
    op.drop_column("archived_objects", "inside")
