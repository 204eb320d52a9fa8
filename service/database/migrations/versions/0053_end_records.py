"""What the archive keeps of a recorded end. An end recorded before gets its record from a job."""

import sqlalchemy as sa
from alembic import op

from service.database.driver import driver

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_MADE_ONCE = """
create function keep_end_record() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.agreement_id = old.agreement_id and new.number = old.number
     and (old.record is null or new.record is not distinct from old.record)
     and (old.seal is null or new.seal is not distinct from old.seal)
     and (old.stored_at is null or new.stored_at is not distinct from old.stored_at) then
    return new;
  end if;
  raise exception 'the record of an end is never changed'
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger end_records_keep before update or delete on end_records
  for each row execute function keep_end_record();
create trigger end_records_no_truncate before truncate on end_records
  for each statement execute function refuse_change();
"""


def upgrade() -> None:
    op.create_table(
        "end_records",
        sa.Column("agreement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("agreement_id", "number", name=op.f("pk_end_records")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_end_records_agreement_id")
        ),
        sa.CheckConstraint(
            "stored_at is null or (record is not null and seal is not null)",
            name=op.f("ck_end_records_stored"),
        ),
    )
    op.create_index(
        "ix_end_records_waiting",
        "end_records",
        ["made_at"],
        postgresql_where=sa.text("stored_at is null"),
    )
    connection = driver(op.get_bind())
    connection.execute(
        "insert into end_records (agreement_id, number) select agreement_id, 1 from contract_lives"
    )
    connection.execute(_MADE_ONCE)


def downgrade() -> None:
    op.drop_table("end_records")
    driver(op.get_bind()).execute("drop function keep_end_record")
