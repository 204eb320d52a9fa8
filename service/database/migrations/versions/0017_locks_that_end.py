"""An index for the nightly query for locks that end soon."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_archived_objects_locked_until", "archived_objects", ["locked_until", "key"])


def downgrade() -> None:
    op.drop_index("ix_archived_objects_locked_until", table_name="archived_objects")
