"""The counts of the overview, and two search words more: the month of sending and the stage.

The stage is that of ``service/agreement/progress.py``. For a million agreements the words take some
minutes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

_STAGED = """
select a.id, a.sent_at, a.opened_at, a.fully_signed_at,
  to_char(a.sent_at at time zone 'Europe/Brussels', 'YYYY-MM') as month,
  case
    when a.state in ('fully_signed', 'sealing', 'seal_failed', 'completed', 'superseded')
      then 'done'
    when a.running or s.stage = 'ours_first' then s.stage
    else 'stopped_' || s.stage
  end as stage
from (
  select *, state in ('sent', 'preparing', 'generation_failed', 'ready', 'in_signing') as running
  from agreements where sent_at is not null
) a
cross join lateral (
  select bool_and(p.state = 'signed') filter (where p.party = 'controller' and p.signatory = 1)
      as by_customer,
    bool_and(p.state = 'signed') filter (where p.party = 'processor') as by_us
  from signature_places p where p.agreement_id = a.id
) signed
cross join lateral (
  select case
    when signed.by_customer then 'signed'
    when a.opened_at is null then
      case when a.running and a.signing_order = 'processor_first' and not signed.by_us
        then 'ours_first' else 'unopened' end
    when not a.details_confirmed then 'details'
    when a.state = 'sent' or (not a.running and a.frozen_sha256 = '') then 'annex'
    else 'text'
  end as stage
) s
"""
_WORDS = f"""
update agreements set words = concat_ws(' ', words,
  'xqm' || replace(month, '-', '') || 'xq',
  'xqs' || case stage
    when 'ours_first' then 'ua' when 'unopened' then 'ub' when 'stopped_unopened' then 'uc'
    when 'details' then 'oa' when 'annex' then 'ob' when 'text' then 'oc' when 'signed' then 'od'
    when 'done' then 'oe' when 'stopped_details' then 'of' when 'stopped_annex' then 'og'
    when 'stopped_text' then 'oh' when 'stopped_signed' then 'oi' end || 'xq')
from ({_STAGED}) staged where staged.id = agreements.id
"""  # noqa: S608  only constants
_COUNTS = f"""
insert into progress_counts (month, import_number, measure, value, number)
select month, coalesce(imports.number, 0), measure, value, count(*)
from ({_STAGED}) staged
cross join lateral (
  select 'stage' as measure, stage as value
  union all
  select measure, case when hours < 48 then 'hours ' || lpad(hours::text, 2, '0')
    else 'more ' || lpad((hours / 24)::text, 4, '0') end
  from (
    select measure, greatest(0, floor(extract(epoch from until - sent_at) / 3600))::int as hours
    from (values ('opened', opened_at), ('signed', fully_signed_at)) as waits (measure, until)
    where until is not null
  ) whole
) counted
left join import_lines on import_lines.agreement_id = staged.id
left join imports on imports.id = import_lines.import_id
group by 1, 2, 3, 4
"""  # noqa: S608
_REMOVE = "update agreements set words = regexp_replace(words, ' xq[ms][a-z0-9]*xq', '', 'g')"
_MEASURE = "measure in ('stage','opened','signed')"


def upgrade() -> None:
    op.create_table(
        "progress_counts",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("import_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "month", "import_number", "measure", "value", name=op.f("pk_progress_counts")
        ),
        sa.CheckConstraint(_MEASURE, name=op.f("ck_progress_counts_measure")),
    )
    op.create_index(
        "ix_progress_counts_import",
        "progress_counts",
        ["import_number"],
        postgresql_where=sa.text("import_number > 0"),
    )
    op.create_table(
        "progress_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("import_number", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_changes")),
        sa.CheckConstraint(_MEASURE, name=op.f("ck_progress_changes_measure")),
    )
    op.execute(_WORDS)
    op.execute(_COUNTS)
    op.execute("analyze agreements (search)")


def downgrade() -> None:
    op.drop_table("progress_changes")
    op.drop_table("progress_counts")
    op.execute(_REMOVE)
