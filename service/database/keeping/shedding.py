"""Drops from the database what the archive holds of an agreement and has read back twice.

The database refuses to drop evidence that the package does not hold, file by file, by SHA-256
(migrations 0037 and 0039).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, text, update

from service.agreement.events import Event
from service.agreement.states import PackageState
from service.database.keeping.archive import packed
from service.database.tables.anchors import chain
from service.database.tables.archive import archive_states, archived_objects
from service.database.tables.columns import word
from service.database.tables.records import Records
from signatures.package.names import DIFFERENCE, RECORDS, SHOWN, VIEW

_READ_BACK_TWICE = (
    archive_states.c.state == word(PackageState.VERIFIED),
    archive_states.c.failure == "",
    archive_states.c.judged_twice_at.is_not(None),
    archive_states.c.disputed_since.is_(None),
)
_FILES = {
    "shown": SHOWN,
    "view": VIEW,
    "difference": DIFFERENCE,
    "records": RECORDS,
}
# Older packages lack some of these files; then the database keeps its own.
_DROP = (
    """
    update documents set size = octet_length(pdf), pdf = null
    where agreement_id = any(cast(:ids as uuid[])) and kind = 'frozen'
      and archive_holds(agreement_id, :shown, pdf)
    """,
    """
    update documents set
      context = what_stays_of_context(context),
      reading_html = case when archive_holds(agreement_id, :view, convert_to(reading_html, 'UTF8'))
        then null else reading_html end
    where agreement_id = any(cast(:ids as uuid[])) and kind = 'frozen' and pdf is null
    """,
    """
    update acts set record = what_stays_of_record(record)
    where agreement_id = any(cast(:ids as uuid[]))
      and archive_lists(agreement_id, cast(:records as text) || place || '.json',
        encode(record_sha256, 'hex'))
    """,
    """
    update openings set html = ''
    where agreement_id = any(cast(:ids as uuid[])) and html <> ''
      and archive_holds(agreement_id, :difference, convert_to(html, 'UTF8'))
    """,
    # The log has their recipients and times. Kept are first links, which an import counts, and
    # mails about several agreements, whose rows refer to each other.
    f"""
    delete from messages
    where agreement_id = any(cast(:ids as uuid[])) and state = 'sent'
      and left(kind, 7) <> 'bundle_'
      and (kind <> 'invitation'
        or not exists (select from import_lines l where l.agreement_id = messages.agreement_id))
      and exists (
        select from audit_entries e where {chain("e")} = messages.agreement_id
          and e.event = '{Event.MESSAGE_SENT}' and e.data ->> 'kind' = messages.kind
      )
    """,  # noqa: S608  only our own words
    """
    update messages set values = '{}', reply_to = '', key = null
    where agreement_id = any(cast(:ids as uuid[])) and state = 'sent'
    """,
    # The acts and the log say which mailbox was proved and when. No session with a code lasts as
    # long.
    """
    delete from code_challenges
    where link_id in (select id from links where agreement_id = any(cast(:ids as uuid[])))
      and created_at < statement_timestamp() - interval '2 days'
    """,
)


class Shedding(Records):
    def due(self, days: int, limit: int) -> list[str]:
        """Ids of agreements whose package the archive has had for ``days``, the longest first,
        under the lock of their archive state; without those that another worker has locked."""
        return self._column(
            select(archive_states.c.agreement_id)
            .where(
                archive_states.c.shed_at.is_(None),
                *_READ_BACK_TWICE,
                archive_states.c.stored_at
                < func.statement_timestamp() - func.make_interval(0, 0, 0, days),
            )
            .order_by(archive_states.c.stored_at)
            .limit(limit)
            .with_for_update(of=archive_states, skip_locked=True)
        )

    def drop(self, agreement_ids: Sequence[str]) -> None:
        """Drop what the packages of these agreements hold; see ``due``."""
        ids = list(agreement_ids)
        for statement in _DROP:
            named = {name: file for name, file in _FILES.items() if f":{name}" in statement}
            self._connection.execute(text(statement), {"ids": ids, **named})
        self._pack(ids)
        self._connection.execute(
            update(archive_states)
            .where(archive_states.c.agreement_id.in_(ids))
            .values(shed_at=func.statement_timestamp())
        )

    def _pack(self, ids: list[str]) -> None:
        """Pack the lists of files, last: the database compares with them."""
        found = self._connection.execute(
            select(
                archived_objects.c.agreement_id.label("of"),
                archived_objects.c.name.label("named"),
                archived_objects.c.inside,
            ).where(archived_objects.c.agreement_id.in_(ids), archived_objects.c.inside != {})
        )
        rows = [{"of": each.of, "named": each.named, "made": packed(each.inside)} for each in found]
        if rows:
            self._connection.execute(
                update(archived_objects)
                .where(
                    archived_objects.c.agreement_id == bindparam("of"),
                    archived_objects.c.name == bindparam("named"),
                )
                .values(inside={}, packed=bindparam("made")),
                rows,
            )
