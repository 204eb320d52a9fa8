"""The state of a package has the time when it was stored.

What the archive holds is dropped here some weeks later. To find these agreements, the time was
looked up in the list of objects, for each package that still waits: 7,233 at a million agreements.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

# Of packages whose data were dropped nobody needs it: their rows are not rewritten.
_STORED = """
update archive_states set stored_at = archived_objects.stored_at
from archived_objects
where archived_objects.agreement_id = archive_states.agreement_id
  and archived_objects.name = 'manifest.json' and archive_states.shed_at is null
"""


def upgrade() -> None:
    op.add_column("archive_states", sa.Column("stored_at", sa.DateTime(timezone=True)))
    op.alter_column("archive_states", "stored_at", server_default=sa.text("clock_timestamp()"))
    op.execute(_STORED)
    _recreate("stored_at")


def downgrade() -> None:
    _recreate("agreement_id")
    op.drop_column("archive_states", "stored_at")


def _recreate(column: str) -> None:
    op.drop_index("ix_archive_states_kept_here", table_name="archive_states")
    op.create_index(
        "ix_archive_states_kept_here",
        "archive_states",
        [column],
        postgresql_where=sa.text("judged_twice_at is not null and shed_at is null"),
    )
