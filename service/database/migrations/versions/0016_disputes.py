"""The difference between two verdicts on one original, and since when."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KINDS = "'prepare', 'seal', 'archive', 'damaged', 'reread', 'renew', 'late', 'mail', 'lock', 'job'"


def upgrade() -> None:
    op.add_column(
        "archive_states",
        sa.Column("dispute", sa.Text(), server_default="", nullable=False),
    )
    op.add_column(
        "archive_states",
        sa.Column("disputed_since", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index(
        "ix_archive_states_disputed",
        "archive_states",
        ["agreement_id"],
        postgresql_where=sa.text("disputed_since is not null"),
    )
    _kinds(f"{KINDS}, 'disputed'")


def downgrade() -> None:
    op.execute("delete from alarms where what = 'disputed'")
    _kinds(KINDS)
    op.drop_index("ix_archive_states_disputed", "archive_states")
    op.drop_column("archive_states", "disputed_since")
    op.drop_column("archive_states", "dispute")


def _kinds(listed: str) -> None:
    name = op.f("ck_alarms_what")
    op.drop_constraint(name, "alarms", type_="check")
    op.create_check_constraint(name, "alarms", f"what in ({listed})")
