"""The processor's look: colour, logo, and own words in mails."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The present logo becomes part of the first look."""
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("accent", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text(), nullable=False),
        sa.Column("signature_line", sa.Text(), nullable=False),
        sa.Column("introductions", JSONB(), nullable=False),
        sa.Column("logo_sha256", sa.Text(), nullable=False),
        sa.Column("logo_width", sa.Integer(), nullable=False),
        sa.Column("logo_height", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_looks_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
    )
    op.execute(
        """
        insert into looks (accent, reply_to, signature_line, introductions,
                           logo_sha256, logo_width, logo_height, created_by, created_at)
        select '', '', '', '{}', sha256, width, height, created_by, created_at
        from logos order by id desc limit 1
        """
    )


def downgrade() -> None:
    op.drop_table("looks")
