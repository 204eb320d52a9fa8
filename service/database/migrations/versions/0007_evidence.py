"""Anchors of the log, used Word templates, and the additional files of a package."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.database.driver import driver

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NOW = sa.text("clock_timestamp()")

_GUARDS = """
create trigger {table}_append_only before update or delete on {table}
  for each row execute function refuse_change();
create trigger {table}_no_truncate before truncate on {table}
  for each statement execute function refuse_change();
"""

# As before; the additional files may be emptied as well.
_KEEP_ORIGINAL = """
create or replace function keep_original() returns trigger language plpgsql as $$
declare
  kept originals%rowtype := old;
begin
  if tg_op = 'UPDATE' then
    if new.pdf is null then kept.pdf := null; end if;
    if new.evidence_pdf is null then kept.evidence_pdf := null; end if;
    if new.evidence_json is null then kept.evidence_json := null; end if;
    if new.log_jsonl is null then kept.log_jsonl := null; end if;
    if new.further_files is null then kept.further_files := null; end if;
    if new is not distinct from kept then
      return new;
    end if;
  end if;
  raise exception 'an original is never changed' using errcode = 'integrity_constraint_violation';
end $$;
"""


def upgrade() -> None:
    op.create_table(
        "anchors",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=False),
        sa.Column("token_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_quality", sa.Text(), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_anchors"),
        sa.UniqueConstraint("day", name="uq_anchors_day"),
        sa.UniqueConstraint("sha256", name="uq_anchors_sha256"),
    )
    op.create_table(
        "anchor_heads",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", "position", name="pk_anchor_heads"),
        sa.ForeignKeyConstraint(["number"], ["anchors.number"], name="fk_anchor_heads_number"),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name="fk_anchor_heads_agreement_id"
        ),
    )
    op.create_index(
        "uq_anchor_heads_chain",
        "anchor_heads",
        [sa.text("coalesce(agreement_id, '00000000-0000-0000-0000-000000000000'::uuid)"), "seq"],
        unique=True,
    )
    op.create_table(
        "anchor_objects",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("number", "key", name="pk_anchor_objects"),
        sa.ForeignKeyConstraint(["number"], ["anchors.number"], name="fk_anchor_objects_number"),
    )
    op.create_table(
        "document_templates",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("docx", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_document_templates"),
    )
    op.add_column("originals", sa.Column("further_files", postgresql.JSONB(), nullable=True))
    # Use the driver directly: SQLAlchemy would read a % in the text as a placeholder.
    connection = driver(op.get_bind())
    connection.execute(_KEEP_ORIGINAL)
    for table in ("anchors", "anchor_heads", "document_templates"):
        connection.execute(_GUARDS.format(table=table))


def downgrade() -> None:
    """Refused: anchors are permanent."""
    raise RuntimeError("the anchors of the log are never removed")
