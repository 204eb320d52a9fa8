"""The alarms already sent, so that each is sent once."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and an index on packages that are not archived yet."""
    op.create_table(
        "alarms",
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column(
            "told_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "what in ('prepare', 'seal', 'archive', 'damaged', 'mail')", name=op.f("ck_alarms_what")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_alarms_agreement_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "what", name=op.f("pk_alarms")),
    )
    op.create_index(
        "ix_archive_states_unfinished",
        "archive_states",
        ["agreement_id"],
        postgresql_where=sa.text("state <> 'verified'"),
    )


def downgrade() -> None:
    """Drop the table: the alarms will be sent again."""
    op.drop_index("ix_archive_states_unfinished", table_name="archive_states")
    op.drop_table("alarms")
