"""Evidence sheets and renewed copies are verified by digest."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create indexes, so that no visitor's query reads a whole table."""
    op.create_index("ix_originals_evidence_sha256", "originals", ["evidence_sha256"])
    op.create_index(
        "ix_archived_objects_renewed",
        "archived_objects",
        ["sha256"],
        postgresql_where=sa.text("name like 'vernieuwd/%'"),
    )


def downgrade() -> None:
    """Drop them: the queries become slower."""
    op.drop_index("ix_archived_objects_renewed", table_name="archived_objects")
    op.drop_index("ix_originals_evidence_sha256", table_name="originals")
