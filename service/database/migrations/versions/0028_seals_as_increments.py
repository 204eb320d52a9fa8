"""A sealed revision is kept as what it adds; PDFs are no longer compressed."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

PDFS = (
    ("documents", "pdf"),
    ("seals", "pdf"),
    ("originals", "pdf"),
    ("originals", "evidence_pdf"),
    ("samples", "pdf"),
)


def upgrade() -> None:
    """What is there already is whole: it begins at 0.

    A PDF holds compressed streams, so trying to compress it costs five times what storing it does
    and wins next to nothing.
    """
    op.add_column("seals", sa.Column("begins_at", sa.Integer(), server_default="0", nullable=False))
    for table, column in PDFS:
        op.execute(f"alter table {table} alter column {column} set storage external")


def downgrade() -> None:
    """Former code knows whole revisions only: what is not whole is sealed again."""
    for table, column in PDFS:
        op.execute(f"alter table {table} alter column {column} set storage extended")
    op.execute("delete from seals where begins_at > 0")
    op.drop_column("seals", "begins_at")
