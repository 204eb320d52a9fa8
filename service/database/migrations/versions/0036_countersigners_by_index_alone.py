"""The index on countersigners includes the agreement ids, for index-only scans.

Every list queries the running agreements whose countersigner can no longer sign. That read all
running agreements and took a third of the time of a page at a million agreements.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_INDEX = (
    "create index ix_agreements_countersigner on agreements (countersigner_id){} "
    "where state in ('sent','preparing','generation_failed','ready','in_signing')"
)


def upgrade() -> None:
    """Recreate the index; it only has running agreements, so it is small."""
    op.execute("drop index ix_agreements_countersigner")
    op.execute(_INDEX.format(" include (id)"))


def downgrade() -> None:
    op.execute("drop index ix_agreements_countersigner")
    op.execute(_INDEX.format(""))
