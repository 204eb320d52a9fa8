"""An index for the locks that end soon, which are asked for every night."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_index("ix_archived_objects_locked_until", "archived_objects", ["locked_until", "key"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_archived_objects_locked_until", table_name="archived_objects")
