"""The public page on which customers begin by themselves: its setting, what waits for a code, and
the agreements that began there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

_TABLES = ("messages", "alarms")
_BEFORE = "'agreement', 'job', 'account', 'profile'"


def upgrade() -> None:
    op.create_table(
        "public_pages",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.Column("services", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("owner_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("countersigner_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.UUID(as_uuid=False), nullable=True),
        _now("created_at"),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_public_pages")),
        *(
            sa.ForeignKeyConstraint([name], ["staff.id"], name=op.f(f"fk_public_pages_{name}"))
            for name in ("owner_id", "countersigner_id", "by_id")
        ),
    )
    op.create_table(
        "applications",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("form_key", sa.LargeBinary(), nullable=False),
        sa.Column("mailbox_key", sa.LargeBinary(), nullable=False),
        sa.Column("network_key", sa.LargeBinary(), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        _now("asked_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("form_key", name=op.f("uq_applications_form_key")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_applications_agreement_id")
        ),
        sa.CheckConstraint("tries between 0 and 5", name=op.f("ck_applications_tries")),
        sa.CheckConstraint(
            "(confirmed_at is null) = (agreement_id is null)",
            name=op.f("ck_applications_confirmed_at"),
        ),
    )
    op.create_index("ix_applications_asked_at", "applications", ["asked_at"])
    op.create_table(
        "self_started",
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("known", sa.Text(), nullable=False),
        sa.Column("number_of_import", sa.Integer(), server_default="0", nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("customer", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_self_started")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_self_started_agreement_id")
        ),
        sa.CheckConstraint(
            "known in ('same', 'different', 'unknown', 'unchecked')",
            name=op.f("ck_self_started_known"),
        ),
    )
    op.create_index(
        "ix_import_lines_number",
        "import_lines",
        ["number"],
        postgresql_where=sa.text("number <> ''"),
    )
    _subjects(f"{_BEFORE}, 'application'")


def downgrade() -> None:
    """Which agreements began on the page is then only in their logs."""
    op.execute("delete from messages where subject = 'application'")
    _subjects(_BEFORE)
    op.drop_index("ix_import_lines_number", "import_lines")
    op.drop_table("self_started")
    op.drop_table("applications")
    op.drop_table("public_pages")


def _subjects(listed: str) -> None:
    for table in _TABLES:
        name = op.f(f"ck_{table}_subject")
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, f"subject in ({listed})")


def _now(name: str) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("clock_timestamp()"),
        nullable=False,
    )
