"""Failing jobs, locks that could not be extended, and alarms on subjects besides agreements."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS = "'prepare', 'seal', 'archive', 'damaged', 'reread', 'renew', 'late', 'mail'"


def upgrade() -> None:
    """An alarm names its subject by kind and id; alarms already sent are kept."""
    op.create_table(
        "failing_jobs",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_failing_jobs")),
    )
    op.add_column(
        "archive_states",
        sa.Column("lock_failure", sa.Text(), server_default="", nullable=False),
    )
    op.add_column("archive_states", sa.Column("lock_failing_since", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_archive_states_lock_failing",
        "archive_states",
        ["agreement_id"],
        postgresql_where=sa.text("lock_failing_since is not null"),
    )
    op.add_column(
        "alarms",
        sa.Column("subject", sa.Text(), server_default="agreement", nullable=False),
    )
    op.drop_constraint(op.f("pk_alarms"), "alarms", type_="primary")
    op.drop_constraint(op.f("fk_alarms_agreement_id"), "alarms", type_="foreignkey")
    op.alter_column(
        "alarms",
        "agreement_id",
        new_column_name="subject_id",
        type_=sa.Text(),
        postgresql_using="agreement_id::text",
    )
    op.alter_column("alarms", "subject", server_default=None)
    op.create_primary_key(op.f("pk_alarms"), "alarms", ["subject", "subject_id", "what"])
    op.create_check_constraint(
        op.f("ck_alarms_subject"), "alarms", "subject in ('agreement', 'job')"
    )
    _kinds(f"{KINDS}, 'lock', 'job'")


def downgrade() -> None:
    """Delete alarms unknown to the older version; they are recorded again after an upgrade."""
    op.execute("delete from alarms where subject <> 'agreement' or what = 'lock'")
    _kinds(KINDS)
    op.drop_constraint(op.f("ck_alarms_subject"), "alarms", type_="check")
    op.drop_constraint(op.f("pk_alarms"), "alarms", type_="primary")
    op.drop_column("alarms", "subject")
    op.alter_column(
        "alarms",
        "subject_id",
        new_column_name="agreement_id",
        type_=sa.UUID(as_uuid=False),
        postgresql_using="subject_id::uuid",
    )
    op.create_primary_key(op.f("pk_alarms"), "alarms", ["agreement_id", "what"])
    op.create_foreign_key(
        op.f("fk_alarms_agreement_id"), "alarms", "agreements", ["agreement_id"], ["id"]
    )
    op.drop_index("ix_archive_states_lock_failing", table_name="archive_states")
    op.drop_column("archive_states", "lock_failing_since")
    op.drop_column("archive_states", "lock_failure")
    op.drop_table("failing_jobs")


def _kinds(listed: str) -> None:
    name = op.f("ck_alarms_what")
    op.drop_constraint(name, "alarms", type_="check")
    op.create_check_constraint(name, "alarms", f"what in ({listed})")
