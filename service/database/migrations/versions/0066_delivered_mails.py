"""Of agreements of which the archive has the rest, delivered mails and used codes are deleted: the log
and the records of the acts have them. As the nightly job does from now on.
"""

from alembic import op

from service.database.driver import driver

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

_SHED = "select agreement_id from archive_states where shed_at is not null"
_MAILS = f"""
delete from messages
where agreement_id in ({_SHED}) and state = 'sent'
  and left(kind, 7) <> 'bundle_'
  and (kind <> 'invitation'
    or not exists (select from import_lines l where l.agreement_id = messages.agreement_id))
  and exists (
    select from audit_entries e
    where coalesce(e.agreement_id, '00000000-0000-0000-0000-000000000000'::uuid)
        = messages.agreement_id
      and e.event = 'message.sent' and e.data ->> 'kind' = messages.kind
  )
"""  # noqa: S608  only our own words
_CODES = f"""
delete from code_challenges
where link_id in (select id from links where agreement_id in ({_SHED}))
  and created_at < statement_timestamp() - interval '2 days'
"""  # noqa: S608  only our own words


def upgrade() -> None:
    # Use the driver directly: SQLAlchemy would read a colon in the text as a parameter.
    connection = driver(op.get_bind())
    for statement in (_MAILS, _CODES):
        connection.execute(statement)


def downgrade() -> None:
    """Former code shows the mails that there are."""
