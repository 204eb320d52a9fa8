"""The job engine's tables, in the same database so that a job commits with its state change."""

from alembic import op
from procrastinate.schema import SchemaManager

from service.database.driver import driver

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the schema of the installed version of Procrastinate."""
    driver(op.get_bind()).execute(SchemaManager.get_schema())


def downgrade() -> None:
    """Refused: waiting work would be lost."""
    raise RuntimeError("the job queue is never removed")
