"""A refused mail is reported until a later mail is delivered or somebody marks it as settled."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Settle the mails that were refused because they were no longer relevant."""
    op.add_column(
        "messages",
        sa.Column("settled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute("update messages set settled = true where last_error = 'overtaken'")
    op.drop_index("ix_messages_trouble", "messages")
    op.create_index(
        "ix_messages_trouble",
        "messages",
        ["agreement_id"],
        postgresql_where=sa.text("state in ('failed','refused') and not settled"),
    )


def downgrade() -> None:
    op.drop_index("ix_messages_trouble", "messages")
    op.create_index(
        "ix_messages_trouble",
        "messages",
        ["agreement_id"],
        postgresql_where=sa.text("state in ('failed','refused')"),
    )
    op.drop_column("messages", "settled")
