"""The expiry of the last time stamp of each sealed file, so that it is renewed in time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.database.driver import driver

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_APPEND_ONLY = """
create trigger document_stamps_append_only before update or delete on document_stamps
  for each row execute function refuse_change();
create trigger document_stamps_no_truncate before truncate on document_stamps
  for each statement execute function refuse_change();
"""


def upgrade() -> None:
    """Create the table; the worker fills it from the archive."""
    op.create_table(
        "document_stamps",
        sa.Column("agreement_id", postgresql.UUID(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proves_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreements.id"],
            name=op.f("fk_document_stamps_agreement_id"),
        ),
        sa.PrimaryKeyConstraint("agreement_id", "name", name=op.f("pk_document_stamps")),
    )
    op.create_index("ix_document_stamps_proves_until", "document_stamps", ["proves_until"])
    driver(op.get_bind()).execute(_APPEND_ONLY)


def downgrade() -> None:
    """The copies in the archive stay; they are read again after an upgrade."""
    op.drop_table("document_stamps")
