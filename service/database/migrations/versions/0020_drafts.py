"""Unsubmitted input of signers, so that a closed tab loses nothing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("signatory_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column(
            "kept_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["signatory_id"], ["signatories.id"], name=op.f("fk_drafts_signatory_id")
        ),
        sa.PrimaryKeyConstraint("signatory_id", "form", name=op.f("pk_drafts")),
    )


def downgrade() -> None:
    op.drop_table("drafts")
