"""A table of the agreements that await our signature.

Every list counted them from the places of all that is ready or in signing: 2,126 at a million, of
which 853 await us. The database itself keeps the table, in the transaction of the change.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

_PRESENT = """
insert into awaiting_us (agreement_id, countersigner_id, state_since)
  select agreements.id, agreements.countersigner_id, agreements.state_since from agreements
  join signature_places on agreement_id = agreements.id
  where agreements.state in ('ready', 'in_signing')
    and party = 'processor' and signature_places.state = 'open'
"""
_KEEP = """
create function note_our_turn() returns trigger language plpgsql as $$
declare
  its uuid;
begin
  if tg_table_name = 'agreements' then
    its := new.id;
  elsif tg_op = 'DELETE' then
    its := old.agreement_id;
  else
    its := new.agreement_id;
  end if;
  delete from awaiting_us where agreement_id = its;
  insert into awaiting_us (agreement_id, countersigner_id, state_since)
    select agreements.id, agreements.countersigner_id, agreements.state_since from agreements
    join signature_places on agreement_id = agreements.id
    where agreements.id = its and agreements.state in ('ready', 'in_signing')
      and party = 'processor' and signature_places.state = 'open'
    on conflict do nothing;
  return null;
end $$;
create trigger agreements_note_our_turn after update of state, state_since, countersigner_id
  on agreements for each row when (
    (old.state, old.state_since, old.countersigner_id)
      is distinct from (new.state, new.state_since, new.countersigner_id)
    and (old.state in ('ready', 'in_signing') or new.state in ('ready', 'in_signing'))
  ) execute function note_our_turn();
create trigger places_note_our_turn after update of state on signature_places
  for each row when (
    old.state is distinct from new.state and new.party = 'processor'
    and (old.state = 'open' or new.state = 'open')
  ) execute function note_our_turn();
create trigger places_added_note_our_turn after insert on signature_places
  for each row when (new.party = 'processor' and new.state = 'open')
  execute function note_our_turn();
create trigger places_gone_note_our_turn after delete on signature_places
  for each row when (old.party = 'processor' and old.state = 'open')
  execute function note_our_turn();
"""
_PLACE_OPEN = sa.text("party = 'processor' and state = 'open'")


def upgrade() -> None:
    op.create_table(
        "awaiting_us",
        sa.Column("agreement_id", postgresql.UUID(as_uuid=False), nullable=False),
        sa.Column("countersigner_id", postgresql.UUID(as_uuid=False), nullable=True),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_awaiting_us")),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreements.id"],
            name=op.f("fk_awaiting_us_agreement_id"),
            ondelete="CASCADE",
        ),
    )
    op.execute(_KEEP)
    op.execute(_PRESENT)
    op.drop_index("ix_signature_places_our_turn", table_name="signature_places")


def downgrade() -> None:
    op.create_index(
        "ix_signature_places_our_turn",
        "signature_places",
        ["agreement_id"],
        postgresql_where=_PLACE_OPEN,
    )
    op.execute("drop function note_our_turn cascade")
    op.drop_table("awaiting_us")
