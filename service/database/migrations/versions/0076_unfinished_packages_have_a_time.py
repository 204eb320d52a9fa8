"""Every package that is not verified has the time from which it waits.

Migration 0044 took it from what was stored, so a package that waited for the store had none. The
sweep and the alarms ask for this time.
"""

from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "update archive_states set stored_at = clock_timestamp()"
        " where stored_at is null and state <> 'verified'"
    )


def downgrade() -> None:
    """The times may stay."""
