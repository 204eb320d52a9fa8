"""One step for many agreements at once: who began it, and what became of each agreement."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_batches_by_id")),
        sa.CheckConstraint(
            "kind in ('remind','extend','resend','void')", name=op.f("ck_batches_kind")
        ),
        sa.CheckConstraint("state in ('running','done','stopped')", name=op.f("ck_batches_state")),
    )
    op.create_index(
        "ix_batches_running",
        "batches",
        ["created_at"],
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "batch_lines",
        sa.Column("batch_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_lines")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_lines_batch_id")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_batch_lines_agreement_id")
        ),
        sa.UniqueConstraint(
            "batch_id", "agreement_id", name=op.f("uq_batch_lines_batch_id_agreement_id")
        ),
        sa.CheckConstraint(
            "state in ('waiting','done','refused','failed')", name=op.f("ck_batch_lines_state")
        ),
    )
    op.create_index(
        "ix_batch_lines_waiting",
        "batch_lines",
        ["batch_id", "position"],
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_table("batch_lines")
    op.drop_table("batches")
