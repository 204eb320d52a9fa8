"""A mail names its subject by kind and id, like an alarm; rename the kind of an alarm to ``kind``."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_KINDS = (
    "'prepare', 'seal', 'archive', 'damaged', 'reread', 'renew', 'late', 'mail', 'lock', 'job',"
    " 'disputed', 'countersigner'"
)
_SUBJECTS = "subject in ('agreement', 'job', 'account', 'profile')"
# For existing mails to staff, the account of their link or the failed job is known. For the others
# only the recipient is known, so their subject becomes the recipient's account.
_ABOUT_NO_AGREEMENT = """
update messages set subject = case when kind = 'alarm' then 'job' else 'account' end,
  subject_id = case
    when kind = 'alarm' then regexp_replace("values" ->> 'what', '^job[.]', '')
    else coalesce(
      (select staff_id::text from account_links where account_links.id = account_link_id),
      (select id::text from staff where lower(email) = lower(recipient) limit 1),
      '')
  end
where agreement_id is null
"""


def upgrade() -> None:
    """The default is right for nearly all existing mails, so the table is not rewritten."""
    op.add_column(
        "messages", sa.Column("subject", sa.Text(), server_default="agreement", nullable=False)
    )
    op.add_column("messages", sa.Column("subject_id", sa.Text()))
    op.execute(_ABOUT_NO_AGREEMENT)
    op.alter_column("messages", "subject", server_default=None)
    op.create_check_constraint(op.f("ck_messages_subject"), "messages", _SUBJECTS)
    op.create_check_constraint(
        op.f("ck_messages_agreement"),
        "messages",
        "(subject = 'agreement') = (agreement_id is not null)",
    )
    op.create_check_constraint(
        op.f("ck_messages_subject_id"), "messages", "num_nonnulls(agreement_id, subject_id) = 1"
    )
    op.create_index(
        "ix_messages_subject",
        "messages",
        ["subject", "subject_id"],
        postgresql_where=sa.text("subject_id is not null"),
    )
    _know(_SUBJECTS)
    _call("what", "kind")


def downgrade() -> None:
    """Delete alarms on subjects other than an agreement or a job."""
    _call("kind", "what")
    op.execute("delete from alarms where subject not in ('agreement', 'job')")
    _know("subject in ('agreement', 'job')")
    op.drop_index("ix_messages_subject", table_name="messages")
    op.drop_column("messages", "subject_id")
    op.drop_column("messages", "subject")


def _know(subjects: str) -> None:
    op.drop_constraint(op.f("ck_alarms_subject"), "alarms", type_="check")
    op.create_check_constraint(op.f("ck_alarms_subject"), "alarms", subjects)


def _call(former: str, name: str) -> None:
    op.drop_constraint(op.f(f"ck_alarms_{former}"), "alarms", type_="check")
    op.alter_column("alarms", former, new_column_name=name)
    op.create_check_constraint(op.f(f"ck_alarms_{name}"), "alarms", f"{name} in ({_KINDS})")
