"""Purposes of codes, delegations with their mailbox proof, and known browsers of staff."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """All existing codes are for signing; no delegation has a mailbox proof yet."""
    op.add_column(
        "code_challenges", sa.Column("purpose", sa.Text(), server_default="sign", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_code_challenges_purpose"),
        "code_challenges",
        "purpose in ('sign','delegate','open')",
    )
    op.add_column(
        "link_sessions",
        sa.Column("colleague", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.add_column(
        "signatories",
        sa.Column("delegation_proof", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.create_table(
        "known_browsers",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("staff_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("failed_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_known_browsers_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_browsers")),
    )
    op.create_index(op.f("ix_known_browsers_staff_id"), "known_browsers", ["staff_id"])


def downgrade() -> None:
    """Refused: the evidence of a delegation would be lost."""
    raise RuntimeError("what proves a delegation is never removed")
