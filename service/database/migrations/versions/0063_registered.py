"""Agreements that were signed elsewhere: two states, a reason for an end, and their files."""

import sqlalchemy as sa
from alembic import op

from service.database.driver import driver

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

_STATES = (
    "'draft', 'sent', 'preparing', 'generation_failed', 'ready', 'in_signing', 'fully_signed',"
    " 'sealing', 'seal_failed', 'completed', 'declined', 'expired', 'voided', 'superseded'"
)
_REASONS = "'main_agreement', 'controller', 'processor', 'replaced', 'other'"
_EFFECTIVE = "'fully_signed','sealing','seal_failed','completed','superseded'"
_KEPT = """
create function keep_registered_file() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.agreement_id is null then
    return old;
  end if;
  if tg_op = 'UPDATE' and (old.id, old.staff_id, old.name, old.media_type, old.sha256, old.size,
      old.pdf_sha256, old.pdf_size, old.pages)
    = (new.id, new.staff_id, new.name, new.media_type, new.sha256, new.size,
      new.pdf_sha256, new.pdf_size, new.pages)
    and (old.agreement_id is null or new.agreement_id = old.agreement_id)
    and (old.record is null or new.record = old.record)
    and (old.seal is null or new.seal = old.seal)
    and (new.pdf is null or new.pdf = old.pdf)
    and (new.source is null or new.source = old.source)
    and (new.pdf is not null or new.stored_at is not null) then
    return new;
  end if;
  raise exception 'what was registered is never changed'
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger registered_files_keep before update or delete on registered_files
  for each row execute function keep_registered_file();
create trigger registered_files_no_truncate before truncate on registered_files
  for each statement execute function refuse_change();
"""


def upgrade() -> None:
    _states(f"{_STATES}, 'registered', 'withdrawn'", f"{_EFFECTIVE},'registered','withdrawn'")
    _reasons(f"{_REASONS}, 'withdrawn'")
    op.create_table(
        "registered_files",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("staff_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pdf_sha256", sa.Text(), nullable=False),
        sa.Column("pdf_size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("source", sa.LargeBinary(), nullable=True),
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(agreement_id is null) = (record is null)", name=op.f("ck_registered_files_record")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_registered_files_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_registered_files_agreement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registered_files")),
    )
    op.create_index(
        "uq_registered_files_agreement", "registered_files", ["agreement_id"], unique=True
    )
    op.create_index(
        "ix_registered_files_digest",
        "registered_files",
        ["pdf_sha256"],
        postgresql_where=sa.text("agreement_id is not null"),
    )
    op.create_index(
        "ix_registered_files_waiting",
        "registered_files",
        ["created_at"],
        postgresql_where=sa.text("stored_at is null"),
    )
    driver(op.get_bind()).execute(_KEPT)


def downgrade() -> None:
    """Refused where an agreement was registered: the former version knows none."""
    connection = driver(op.get_bind())
    registered = "select from registered_files where agreement_id is not null limit 1"
    if connection.execute(registered).fetchone() is not None:
        raise RuntimeError("a registered agreement is never removed")
    op.drop_table("registered_files")
    connection.execute("drop function keep_registered_file")
    _reasons(_REASONS)
    _states(_STATES, _EFFECTIVE)


def _states(states: str, effective: str) -> None:
    for name, condition in (
        ("state", f"state in ({states})"),
        ("effective_date", f"(effective_date is not null) = (state in ({effective}))"),
    ):
        op.drop_constraint(op.f(f"ck_agreements_{name}"), "agreements", type_="check")
        op.create_check_constraint(op.f(f"ck_agreements_{name}"), "agreements", condition)


def _reasons(reasons: str) -> None:
    name = op.f("ck_contract_lives_reason")
    op.drop_constraint(name, "contract_lives", type_="check")
    op.create_check_constraint(name, "contract_lives", f"reason in ({reasons})")
