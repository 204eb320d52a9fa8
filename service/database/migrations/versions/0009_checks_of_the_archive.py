"""The last reading back of each original from the archive, and the status of its renewals."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns, indexes and kinds of alarms; the term of packages never found good starts now."""
    op.add_column("archive_states", sa.Column("looked_at", sa.DateTime(timezone=True)))
    op.execute(
        "update archive_states set looked_at = coalesce(checked_at, clock_timestamp())"
        " where state in ('verified', 'missing', 'corrupt')"
    )
    op.create_index("ix_archive_states_looked_at", "archive_states", ["looked_at"])
    for name in ("renewal", "renewal_failure"):
        op.add_column(
            "archive_states", sa.Column(name, sa.Text(), server_default="", nullable=False)
        )
    op.add_column("archive_states", sa.Column("renewal_since", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("ck_archive_states_renewal"), "archive_states", "renewal in ('', 'failing', 'late')"
    )
    op.create_index(
        "ix_archive_states_renewal",
        "archive_states",
        ["agreement_id"],
        postgresql_where=sa.text("renewal <> ''"),
    )
    _kinds("'prepare', 'seal', 'archive', 'damaged', 'reread', 'renew', 'late', 'mail'")


def downgrade() -> None:
    """After an upgrade the round starts again, and failures are recorded the next night."""
    op.execute("delete from alarms where what in ('reread', 'renew', 'late')")
    _kinds("'prepare', 'seal', 'archive', 'damaged', 'mail'")
    op.drop_index("ix_archive_states_renewal", table_name="archive_states")
    op.drop_constraint(op.f("ck_archive_states_renewal"), "archive_states", type_="check")
    op.drop_index("ix_archive_states_looked_at", table_name="archive_states")
    for name in ("renewal_since", "renewal_failure", "renewal", "looked_at"):
        op.drop_column("archive_states", name)


def _kinds(listed: str) -> None:
    name = op.f("ck_alarms_what")
    op.drop_constraint(name, "alarms", type_="check")
    op.create_check_constraint(name, "alarms", f"what in ({listed})")
