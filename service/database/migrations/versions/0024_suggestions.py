"""The initial lines of Bijlage 1 per service, as part of the processor's profile."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Existing profiles have none: the defaults apply to them."""
    op.add_column("processor_profiles", sa.Column("suggestions", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("processor_profiles", "suggestions")
