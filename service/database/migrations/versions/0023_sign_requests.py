"""The last mailed request to each countersigner, and the agreements for the next mail."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Both start empty: earlier requests were mailed at once."""
    op.add_column("staff", sa.Column("asked_to_sign_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "sign_requests",
        sa.Column("staff_id", postgresql.UUID(as_uuid=False), nullable=False),
        sa.Column("agreement_id", postgresql.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_sign_requests_agreement_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sign_requests_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "agreement_id", name=op.f("pk_sign_requests")),
    )


def downgrade() -> None:
    op.drop_table("sign_requests")
    op.drop_column("staff", "asked_to_sign_at")
