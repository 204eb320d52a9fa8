"""One mail, one link and one code for a person who signs several agreements."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_ID = sa.UUID(as_uuid=False)


def upgrade() -> None:
    op.create_table(
        "link_bundles",
        sa.Column("id", _ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        _now("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_bundles")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_link_bundles_token_hash")),
    )
    op.create_table(
        "bundle_sessions",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("bundle_id", _ID, nullable=False),
        sa.Column("browser", _ID, nullable=False),
        _now("created_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_bundle_sessions")),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["link_bundles.id"], name=op.f("fk_bundle_sessions_bundle_id")
        ),
    )
    op.create_index("ix_bundle_sessions_expires_at", "bundle_sessions", ["expires_at"])
    op.add_column("links", sa.Column("bundle_id", _ID))
    op.create_foreign_key(
        op.f("fk_links_bundle_id"), "links", "link_bundles", ["bundle_id"], ["id"]
    )
    _index("ix_links_bundle", "links", ["bundle_id"], "bundle_id is not null")
    op.add_column("link_sessions", sa.Column("browser", _ID))
    op.add_column("code_challenges", _listed("together"))
    op.add_column("code_challenges", sa.Column("browser", _ID))
    op.add_column("messages", sa.Column("sent_as", _ID))
    op.create_foreign_key(op.f("fk_messages_sent_as"), "messages", "messages", ["sent_as"], ["id"])
    _index("ix_messages_sent_as", "messages", ["sent_as"], "sent_as is not null")
    op.add_column(
        "imports",
        sa.Column("together", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("import_lines", sa.Column("person", sa.Text(), server_default="", nullable=False))
    _index("ix_import_lines_person", "import_lines", ["import_id", "person"], "person <> ''")


def _now(name: str) -> sa.Column[object]:
    default = sa.text("clock_timestamp()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=False)


def _listed(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where))


def downgrade() -> None:
    """The links stay, each for its own agreement; a person who had only the bundle's link gets
    another by a reminder. Of a mail about several agreements only the one that was sent stays."""
    op.drop_column("import_lines", "person")
    op.drop_column("imports", "together")
    op.execute("delete from messages where sent_as is not null")
    op.drop_column("messages", "sent_as")
    op.drop_column("code_challenges", "browser")
    op.drop_column("code_challenges", "together")
    op.drop_column("link_sessions", "browser")
    op.drop_column("links", "bundle_id")
    op.drop_table("bundle_sessions")
    op.drop_table("link_bundles")
