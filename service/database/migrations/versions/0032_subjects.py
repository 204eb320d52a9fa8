"""A mail names what it is about by kind and id, like an alarm; and an alarm's kind is called so."""

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
# Of a former mail to staff it is known whose link it brought, or which job failed. Of the others
# only the reader is known, so they are about the reader's account.
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
    """What is there stays: the default says what nearly all mails are about, without a rewrite."""
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
    """An alarm about anything but an agreement or a job is forgotten."""
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
