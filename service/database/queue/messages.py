"""Mails and their delivery: contents, recipient and status.

``values`` hold what the template needs except secrets: links and codes are derived at sending.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.agreement.states import UNSENT, MailState
from service.agreement.subjects import Subject, SubjectKind
from service.database.tables.columns import words
from service.database.tables.messages import messages
from service.database.tables.records import Records, columns, record


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """A mail to send; ``key`` identifies it, so that a repeated step does not send it twice.

    A mail about several agreements has a row for each; all but one only name the one that is sent
    (``sent_as``). ``key`` is None once the archive has the rest.
    """

    id: str
    key: str | None
    subject: Subject
    kind: str
    recipient: str
    recipient_name: str
    reply_to: str
    values: Mapping[str, object]
    link_id: str | None = None
    challenge_id: str | None = None
    account_link_id: str | None = None
    attach_original: bool = False
    sent_as: str | None = None


@dataclass(frozen=True, kw_only=True)
class Message(NewMessage):
    """One mail. ``settled``: its refusal does not matter (any more)."""

    state: MailState
    tries: int
    last_error: str
    settled: bool
    queued_at: datetime
    sent_at: datetime | None

    @property
    def agreement_id(self) -> str | None:
        return self.subject.agreement_id

    @property
    def undelivered(self) -> bool:
        return self.state is MailState.REFUSED and not self.settled


OVERTAKEN = "overtaken"  # instead of an error: the mail is no longer relevant
# All carry a link for the signatory.
LINK_KINDS = (
    "invitation", "requested", "link_renewed", "reminder", "bundle_invitation", "bundle_reminder",
)  # fmt: skip
_ONE_READER = (*LINK_KINDS, "code", "bundle_code")  # always to the present signatory


def _about(subject: Subject) -> ColumnElement[bool]:
    if subject.kind is SubjectKind.AGREEMENT:
        return messages.c.agreement_id == subject.id
    return and_(messages.c.subject == subject.kind.value, messages.c.subject_id == subject.id)


_ABOUT_AGREEMENT = (
    select(messages)
    .where(messages.c.agreement_id == bindparam("agreement"))
    .order_by(messages.c.queued_at)
)


_LOCK = select(messages).where(messages.c.id == bindparam("wanted")).with_for_update()
_NOTED = select(messages).where(messages.c.sent_as == bindparam("wanted")).order_by(messages.c.id)
_MARK = (
    update(messages)
    .where((messages.c.id == bindparam("wanted")) | (messages.c.sent_as == bindparam("wanted")))
    .values(
        state=bindparam("result"),
        last_error=bindparam("said"),
        tries=messages.c.tries + 1,
        settled=bindparam("overtaken"),
    )
)
_MARK_SENT = _MARK.values(sent_at=func.clock_timestamp())
_QUEUE = upsert(messages).on_conflict_do_nothing(index_elements=["key"]).returning(messages.c.id)


class Messages(Records):
    def queue(self, new: NewMessage) -> bool:
        """Queue a mail; False if the same mail (by ``key``) was queued before."""
        agreement_id = new.subject.agreement_id
        values = columns(
            new,
            subject=new.subject.kind.value,
            agreement_id=agreement_id,
            subject_id=None if agreement_id else new.subject.id,
        )
        made = self._connection.execute(_QUEUE, values)
        return made.first() is not None

    def lock(self, message_id: str) -> Message | None:
        row = self._connection.execute(_LOCK, {"wanted": message_id}).one_or_none()
        return _message(row) if row else None

    def noted_with(self, message_id: str) -> list[Message]:
        """The rows that note this mail for other agreements."""
        rows = self._connection.execute(_NOTED, {"wanted": message_id})
        return [_message(row) for row in rows]

    def mark(self, message_id: str, state: MailState, error: str = "") -> None:
        """Record the result of an attempt to send it, wherever it is noted."""
        self._connection.execute(
            _MARK_SENT if state is MailState.SENT else _MARK,
            {
                "wanted": message_id,
                "result": state,
                "said": error[:500],
                "overtaken": error == OVERTAKEN,
            },
        )

    def settle(
        self,
        subject: Subject,
        kinds: Collection[str],
        *,
        recipient: str | None = None,
        message_id: str | None = None,
    ) -> None:
        """Settle refused mails of these kinds: all, or those to one mailbox."""
        conditions = [_about(subject), messages.c.kind.in_(kinds)]
        if recipient is not None:
            conditions.append(messages.c.recipient == recipient)
        if message_id is not None:
            conditions.append(messages.c.id == message_id)
        self._connection.execute(
            update(messages)
            .where(messages.c.state == MailState.REFUSED, *conditions)
            .values(settled=True)
        )

    def settle_link_mails(self, agreement_id: str) -> None:
        """Settle refused mails with an earlier link: a new one follows, or none is needed."""
        self.settle(Subject.agreement(agreement_id), LINK_KINDS)

    def settle_by(self, sent: Message) -> None:
        """Settle earlier refused mails with the same purpose as one that was delivered."""
        kinds = LINK_KINDS if sent.kind in LINK_KINDS else (sent.kind,)
        anybody = sent.kind in _ONE_READER
        self.settle(sent.subject, kinds, recipient=None if anybody else sent.recipient)

    def of(self, agreement_id: str) -> list[Message]:
        """Oldest first."""
        rows = self._connection.execute(_ABOUT_AGREEMENT, {"agreement": agreement_id})
        return [_message(row) for row in rows]

    def waiting(self, older_than_seconds: int) -> list[str]:
        """Overdue unsent mails, for the sweep."""
        age = func.make_interval(0, 0, 0, 0, 0, 0, older_than_seconds)
        return self._column(
            select(messages.c.id)
            .where(
                messages.c.state.in_(words(UNSENT)),
                messages.c.sent_as.is_(None),
                messages.c.queued_at < func.statement_timestamp() - age,
            )
            .order_by(messages.c.queued_at)
            .limit(1000)
        )


def _message(row: Any) -> Message:
    return record(
        Message,
        row,
        subject=Subject(SubjectKind(row.subject), row.agreement_id or row.subject_id),
        values=row._mapping["values"],
        state=MailState(row.state),
    )
