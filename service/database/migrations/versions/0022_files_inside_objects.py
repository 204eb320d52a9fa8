"""Which files are in an object of the archive: none in what was stored before, one file each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is there stays as it is."""
    op.add_column(
        "archived_objects", sa.Column("inside", JSONB(), server_default="{}", nullable=False)
    )


def downgrade() -> None:
    """Forget it. Packages of which the files are together can then not be handed out."""
    op.drop_column("archived_objects", "inside")
