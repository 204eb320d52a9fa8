"""Lists of customers that are imported, and their rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_STATES = "'judging', 'ready', 'running', 'paused', 'stopped', 'done'"
_LINE_STATES = "'waiting', 'good', 'faulty', 'skipped', 'made', 'sent', 'failed', 'stopped'"


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("by_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("dialect", postgresql.JSONB(), nullable=False),
        sa.Column("headings", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("targets", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("options", postgresql.JSONB(), nullable=False),
        sa.Column("sending", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("number", name=op.f("uq_imports_number")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_imports_by_id")),
        sa.CheckConstraint(f"state in ({_STATES})", name=op.f("ck_imports_state")),
    )
    op.create_index("ix_imports_shape", "imports", ["shape", "number"])
    op.create_index(
        "ix_imports_unfinished",
        "imports",
        ["started_at"],
        postgresql_where=sa.text("state in ('judging','running')"),
    )
    op.create_table(
        "import_lines",
        sa.Column("import_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cells", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("errors", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("warnings", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("skip", postgresql.JSONB(), nullable=True),
        sa.Column("organisation", sa.Text(), server_default="", nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("mailbox", sa.Text(), server_default="", nullable=False),
        sa.Column("customer", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "identities", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("import_id", "row", name=op.f("pk_import_lines")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_lines_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_import_lines_agreement_id")
        ),
        sa.CheckConstraint(f"state in ({_LINE_STATES})", name=op.f("ck_import_lines_state")),
    )
    op.create_index("ix_import_lines_state", "import_lines", ["import_id", "state", "row"])
    op.create_index(
        "ix_import_lines_identities", "import_lines", ["identities"], postgresql_using="gin"
    )
    op.create_index(
        "uq_import_lines_agreement",
        "import_lines",
        ["agreement_id"],
        unique=True,
        postgresql_where=sa.text("agreement_id is not null"),
    )
    op.create_index(
        "ix_import_lines_sent",
        "import_lines",
        ["sent_at"],
        postgresql_where=sa.text("sent_at is not null"),
    )
    op.create_index("ix_agreements_name", "agreements", [sa.text("lower(controller ->> 'name')")])


def downgrade() -> None:
    """The agreements that were imported stay."""
    op.drop_index("ix_agreements_name", "agreements")
    op.drop_table("import_lines")
    op.drop_table("imports")
