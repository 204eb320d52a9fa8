"""Only the added bytes of a sealed revision are stored; PDFs are no longer compressed."""

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
    """Existing seals are whole: they begin at 0.

    A PDF contains compressed streams, so compressing it takes five times as long as storing it and
    saves almost nothing.
    """
    op.add_column("seals", sa.Column("begins_at", sa.Integer(), server_default="0", nullable=False))
    for table, column in PDFS:
        op.execute(f"alter table {table} alter column {column} set storage external")


def downgrade() -> None:
    """Former code knows only whole revisions: the others are deleted, and sealed again."""
    for table, column in PDFS:
        op.execute(f"alter table {table} alter column {column} set storage extended")
    op.execute("delete from seals where begins_at > 0")
    op.drop_column("seals", "begins_at")
