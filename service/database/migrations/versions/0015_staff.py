"""Sessions with an expiry and a list, mailed account links, role requests, staff activity."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ROLES = "roles <@ array['verkoop','tekenbevoegde','archief','beheer']"


def _instant(name: str, *, null: bool = False, now: bool = False) -> sa.Column[object]:
    default = sa.text("clock_timestamp()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=null)


def _id(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.UUID(as_uuid=False), nullable=null)


def _of_staff(table: str, *names: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], ["staff.id"], name=op.f(f"fk_{table}_{name}"))
        for name in names
    ]


def upgrade() -> None:
    """Add columns and tables. Everybody must sign in again: a session now needs an expiry."""
    op.add_column("staff", sa.Column("credential", sa.Text(), server_default="own", nullable=False))
    op.add_column("staff", _instant("lock_told_at", null=True))
    op.create_check_constraint(
        op.f("ck_staff_credential"), "staff", "credential in ('own','printed','none')"
    )
    op.drop_constraint(op.f("ck_staff_roles"), "staff", type_="check")
    op.create_check_constraint(op.f("ck_staff_roles"), "staff", ROLES)
    _sessions()
    _links()
    _requests()
    op.create_table(
        "staff_activity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        _id("staff_id", null=True),
        sa.Column("subject", sa.Text(), nullable=False),
        _instant("hour"),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        _instant("last_at", now=True),
        sa.Column("client", postgresql.JSONB(), nullable=True),
        *_of_staff("staff_activity", "staff_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_activity")),
    )
    op.create_index(
        "uq_staff_activity_hour",
        "staff_activity",
        ["kind", "staff_id", "subject", "hour"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_staff_activity_last_at", "staff_activity", ["last_at", "id"])
    op.create_index(
        "ix_audit_entries_general",
        "audit_entries",
        [sa.text("at desc"), sa.text("id desc")],
        postgresql_where=sa.text("agreement_id is null"),
    )


def _sessions() -> None:
    op.execute("delete from staff_sessions")
    op.add_column("staff_sessions", _id("id"))
    op.add_column("staff_sessions", sa.Column("user_agent", sa.Text(), nullable=False))
    op.add_column("staff_sessions", _instant("ends_at"))
    op.add_column("staff_sessions", _instant("proved_at"))
    op.add_column("staff_sessions", sa.Column("proved_by", sa.Text(), nullable=False))
    op.create_index("uq_staff_sessions_id", "staff_sessions", ["id"], unique=True)


def _links() -> None:
    op.create_table(
        "account_links",
        _id("id"),
        _id("staff_id"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ended", sa.Text(), server_default="", nullable=False),
        _instant("created_at", now=True),
        _instant("expires_at"),
        sa.CheckConstraint(
            "purpose in ('invitation','password','unlock')", name=op.f("ck_account_links_purpose")
        ),
        sa.CheckConstraint("ended in ('','used','replaced')", name=op.f("ck_account_links_ended")),
        *_of_staff("account_links", "staff_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_links_token_hash")),
    )
    op.create_index(
        "uq_account_links_live",
        "account_links",
        ["staff_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("ended = ''"),
    )
    op.add_column("messages", _id("account_link_id", null=True))
    op.create_foreign_key(
        op.f("fk_messages_account_link_id"),
        "messages",
        "account_links",
        ["account_link_id"],
        ["id"],
    )
    op.create_index(
        "ix_messages_account_link",
        "messages",
        ["account_link_id"],
        postgresql_where=sa.text("account_link_id is not null"),
    )
    op.create_table(
        "link_requests",
        _id("id"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        _instant("asked_at", now=True),
        sa.CheckConstraint(
            "purpose in ('password','unlock')", name=op.f("ck_link_requests_purpose")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_requests")),
    )
    op.create_index("ix_link_requests_asked_at", "link_requests", ["asked_at"])


def _requests() -> None:
    op.create_table(
        "role_requests",
        _id("id"),
        _id("staff_id"),
        sa.Column("role", sa.Text(), nullable=False),
        _id("asked_by"),
        _instant("asked_at", now=True),
        sa.Column("ended", sa.Text(), server_default="", nullable=False),
        _id("ended_by", null=True),
        _instant("ended_at", null=True),
        sa.CheckConstraint(
            "role in ('tekenbevoegde','beheer')", name=op.f("ck_role_requests_role")
        ),
        sa.CheckConstraint(
            "ended in ('','granted','refused','withdrawn')", name=op.f("ck_role_requests_ended")
        ),
        sa.CheckConstraint(
            "(ended = '') = (ended_at is null)", name=op.f("ck_role_requests_ended_at")
        ),
        *_of_staff("role_requests", "staff_id", "asked_by", "ended_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_requests")),
    )
    op.create_index(
        "uq_role_requests_waiting",
        "role_requests",
        ["staff_id", "role"],
        unique=True,
        postgresql_where=sa.text("ended = ''"),
    )


def downgrade() -> None:
    """Drop them. Staff without a role become sellers; accounts without a password stay without one."""
    op.drop_index("ix_audit_entries_general", table_name="audit_entries")
    for table in ("staff_activity", "role_requests", "link_requests"):
        op.drop_table(table)
    op.execute("delete from messages where account_link_id is not null")
    op.drop_column("messages", "account_link_id")
    op.drop_table("account_links")
    op.drop_index("uq_staff_sessions_id", table_name="staff_sessions")
    for name in ("proved_by", "proved_at", "ends_at", "user_agent", "id"):
        op.drop_column("staff_sessions", name)
    op.drop_constraint(op.f("ck_staff_roles"), "staff", type_="check")
    op.execute("update staff set roles = array['verkoop'] where cardinality(roles) = 0")
    op.create_check_constraint(
        op.f("ck_staff_roles"), "staff", f"{ROLES} and cardinality(roles) > 0"
    )
    op.drop_constraint(op.f("ck_staff_credential"), "staff", type_="check")
    op.drop_column("staff", "lock_told_at")
    op.drop_column("staff", "credential")
