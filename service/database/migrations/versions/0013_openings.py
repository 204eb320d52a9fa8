"""The texts shown to people before signing, and the common text of a template."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.database.driver import driver

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# These rows are evidence: like acts and log entries they are never changed.
_APPEND_ONLY = """
create trigger {table}_append_only before update or delete on {table}
  for each row execute function refuse_change();
create trigger {table}_no_truncate before truncate on {table}
  for each statement execute function refuse_change();
"""


def upgrade() -> None:
    """Create the tables; existing documents have no common text and are shown whole."""
    op.create_table(
        "common_texts",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_common_texts")),
    )
    op.create_table(
        "openings",
        sa.Column("id", postgresql.UUID(as_uuid=False), nullable=False),
        sa.Column("agreement_id", postgresql.UUID(as_uuid=False), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("signatory_id", postgresql.UUID(as_uuid=False), nullable=True),
        sa.Column("staff_id", postgresql.UUID(as_uuid=False), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("document_sha256", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("common_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("html", sa.Text(), server_default="", nullable=False),
        _moment("opened_at"),
        sa.CheckConstraint("what in ('view','pdf','difference')", name=op.f("ck_openings_what")),
        sa.CheckConstraint(
            "(signatory_id is null) <> (staff_id is null)", name=op.f("ck_openings_person")
        ),
        sa.CheckConstraint(
            "(what = 'difference') = (common_sha256 <> '')", name=op.f("ck_openings_common")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_openings_{column}"))
            for column, table in (
                ("agreement_id", "agreements"),
                ("signatory_id", "signatories"),
                ("staff_id", "staff"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openings")),
    )
    op.create_index(
        "uq_openings_first",
        "openings",
        [
            "agreement_id",
            "revision",
            sa.text("coalesce(signatory_id, staff_id)"),
            "what",
            "sha256",
        ],
        unique=True,
    )
    op.create_index("ix_openings_common", "openings", ["staff_id", "common_sha256"])
    op.add_column(
        "documents", sa.Column("common_sha256", sa.Text(), server_default="", nullable=False)
    )
    connection = driver(op.get_bind())
    for table in ("common_texts", "openings"):
        connection.execute(_APPEND_ONLY.format(table=table))


def downgrade() -> None:
    """Refused: the evidence depends on these rows."""
    raise RuntimeError("what was shown before signing is never forgotten")


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("clock_timestamp()"),
        nullable=False,
    )
