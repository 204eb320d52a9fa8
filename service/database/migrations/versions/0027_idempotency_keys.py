"""Idempotency keys belong to the requester, and expire after a day."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Requests of the last day may still be repeated, although their contents are not known."""
    op.create_table(
        "idempotency_keys",
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.execute(
        "insert into idempotency_keys (principal, key, body_sha256, answer, created_at)"
        " select 'staff:' || sender_id, idempotency_key, '', reference, created_at from agreements"
        " where idempotency_key is not null and created_at > now() - interval '24 hours'"
    )
    op.drop_constraint("uq_agreements_idempotency_key", "agreements")
    op.drop_column("agreements", "idempotency_key")


def downgrade() -> None:
    """Restore the former column; the keys are lost."""
    op.add_column("agreements", sa.Column("idempotency_key", sa.Text(), nullable=True))
    op.create_unique_constraint("uq_agreements_idempotency_key", "agreements", ["idempotency_key"])
    op.drop_table("idempotency_keys")
