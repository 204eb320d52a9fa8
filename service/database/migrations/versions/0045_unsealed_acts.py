"""A table of the acts that have no seal yet.

The sweep, the alarm about seals and the page with tasks searched the acts and seals of every
agreement in signing: 909 at a million. The database itself keeps the table, in the transaction of
the act and of its seal.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

# Not acts of finished agreements that are recovered from the archive.
_KEEP = """
create function note_unsealed_act() returns trigger language plpgsql as $$
begin
  insert into unsealed_acts (agreement_id, edition, ordinal, signed_at)
    select id, new.edition, new.ordinal, new.signed_at from agreements
    where id = new.agreement_id and state in ('ready', 'in_signing');
  return null;
end $$;
create trigger acts_note_unsealed after insert on acts
  for each row execute function note_unsealed_act();

create function forget_sealed_act() returns trigger language plpgsql as $$
begin
  delete from unsealed_acts
    where agreement_id = new.agreement_id and edition = new.edition and ordinal = new.step;
  return null;
end $$;
create trigger seals_forget_act after insert on seals
  for each row execute function forget_sealed_act();
"""

_PRESENT = """
insert into unsealed_acts (agreement_id, edition, ordinal, signed_at)
select acts.agreement_id, acts.edition, acts.ordinal, acts.signed_at
from agreements
join acts on acts.agreement_id = agreements.id and acts.edition = agreements.edition
left join seals on seals.agreement_id = acts.agreement_id and seals.edition = acts.edition
  and seals.step = acts.ordinal
where agreements.state in ('in_signing', 'fully_signed', 'sealing', 'seal_failed')
  and seals.step is null
"""


def upgrade() -> None:
    op.create_table(
        "unsealed_acts",
        sa.Column("agreement_id", postgresql.UUID(as_uuid=False), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "agreement_id", "edition", "ordinal", name=op.f("pk_unsealed_acts")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_unsealed_acts_agreement_id")
        ),
    )
    op.execute(_KEEP)
    op.execute(_PRESENT)


def downgrade() -> None:
    op.execute("drop function note_unsealed_act, forget_sealed_act cascade")
    op.drop_table("unsealed_acts")
