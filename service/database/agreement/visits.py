"""A signer's session, its agreement, and the look of the pages, read in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, func, select

from service.agreement.act_record import ProvedMailbox
from service.agreement.capabilities import Purpose
from service.agreement.in_session import Colleague, Prepared
from service.agreement.look import Look
from service.agreement.model import Agreement
from service.agreement.states import LinkEnd
from service.database.agreement.rows import WHOLE, as_agreement
from service.database.agreement.signing import Link
from service.database.people.looks import NEWEST_SEEN, seen
from service.database.tables.agreements import agreements, signatories
from service.database.tables.links import code_challenges, link_sessions, links
from service.database.tables.records import Records, names, record


@dataclass(frozen=True)
class LinkSession:
    """A browser session that was started with a link.

    ``mailbox`` is how the mailbox was proved in it and ``proof`` the purpose of that code.
    ``pending`` is the prepared signature, ``colleague`` the named delegate. ``browser`` is the
    bundle's, if any. ``read_at`` is the database's time of this reading.
    """

    secret_hash: bytes
    link: Link
    mailbox: ProvedMailbox | None
    proof: Purpose | None
    shown_sha256: str
    pending: Prepared | None
    colleague: Colleague | None
    browser: str | None
    read_at: datetime


# The recipient of the link: not always the present signatory of the agreement.
ADDRESSED = signatories.alias("addressed")
# Labelled so that they do not clash with the agreement's columns.
OF_LINK = (
    *(links.c[name].label(f"link_{name}") for name in names(Link) if name in links.c),
    ADDRESSED.c.name.label("link_signatory_name"),
    ADDRESSED.c.email.label("link_signatory_email"),
    ADDRESSED.c.function.label("link_signatory_function"),
    func.clock_timestamp().label("read_at"),
)
_OF_SESSION = (
    *(
        link_sessions.c[name].label(f"session_{name}")
        for name in (*names(LinkSession), "pending_image")
        if name in link_sessions.c
    ),
    *OF_LINK,
    *(
        code_challenges.c[name].label(f"code_{name}")
        for name in ("purpose", "sent_to", "created_at", "consumed_at", "together")
    ),
)


def _behind_cookie(statement: Select[Any]) -> Select[Any]:
    """Restrict to the unexpired session with the hash ``secret``, and join its columns."""
    return (
        statement.join(ADDRESSED, ADDRESSED.c.id == links.c.signatory_id)
        .outerjoin(code_challenges, code_challenges.c.id == link_sessions.c.challenge_id)
        .where(
            link_sessions.c.secret_hash == bindparam("secret"),
            link_sessions.c.expires_at > func.clock_timestamp(),
        )
    )


_SESSION = _behind_cookie(
    select(*_OF_SESSION)
    .select_from(link_sessions)
    .join(links, links.c.id == link_sessions.c.link_id)
)
_VISIT = _behind_cookie(
    WHOLE.add_columns(*_OF_SESSION, NEWEST_SEEN)
    .join(links, links.c.agreement_id == agreements.c.id)
    .join(link_sessions, link_sessions.c.link_id == links.c.id)
)
_BEHIND_TOKEN = (
    WHOLE.add_columns(*OF_LINK, NEWEST_SEEN)
    .join(links, links.c.agreement_id == agreements.c.id)
    .join(ADDRESSED, ADDRESSED.c.id == links.c.signatory_id)
    .where(links.c.token_hash == bindparam("secret"))
)
_HOLD_AGREEMENT = (
    select(agreements.c.id)
    .where(
        agreements.c.id
        == select(links.c.agreement_id)
        .join(link_sessions, link_sessions.c.link_id == links.c.id)
        .where(link_sessions.c.secret_hash == bindparam("secret"))
        .scalar_subquery()
    )
    .with_for_update()
)


class Visits(Records):
    def hold_agreement(self, secret_hash: bytes) -> None:
        """Take the row lock of the session's agreement, if there is one; it never changes."""
        self._connection.execute(_HOLD_AGREEMENT, {"secret": secret_hash})

    def session(self, secret_hash: bytes) -> LinkSession | None:
        """Unless expired."""
        row = self._row(_SESSION, secret_hash)
        return _session(row) if row else None

    def visit(self, secret_hash: bytes) -> tuple[LinkSession, Agreement, Look] | None:
        """The same with the present agreement and look. For a change, take the lock in an earlier
        statement: one that itself waits returns the data from before the wait."""
        row = self._row(_VISIT, secret_hash)
        return (_session(row), as_agreement(row), seen(row)) if row else None

    def behind_token(self, token_hash: bytes) -> tuple[Link, Agreement, Look, datetime] | None:
        """The link of a token with its present agreement, the look, and the database's time of
        reading."""
        row = self._row(_BEHIND_TOKEN, token_hash)
        return (link_of(row), as_agreement(row), seen(row), row["read_at"]) if row else None

    def _row(self, statement: Select[Any], secret_hash: bytes) -> RowMapping | None:
        found = self._connection.execute(statement, {"secret": secret_hash})
        return found.mappings().one_or_none()


def _session(row: RowMapping) -> LinkSession:
    pending, colleague = row["session_pending"], row["session_colleague"]
    purpose = row["code_purpose"]
    return record(
        LinkSession,
        row,
        "session_",
        link=link_of(row),
        read_at=row["read_at"],
        mailbox=_proved_mailbox(row) if purpose else None,
        proof=Purpose(purpose) if purpose else None,
        pending=Prepared.from_kept(pending, row["session_pending_image"]) if pending else None,
        colleague=Colleague(**colleague) if colleague else None,
    )


def link_of(row: RowMapping) -> Link:
    return record(Link, row, "link_", ended=LinkEnd(row["link_ended"]))


def _proved_mailbox(row: RowMapping) -> ProvedMailbox:
    together = tuple(row["code_together"])
    return ProvedMailbox(
        row["code_sent_to"],
        row["code_created_at"],
        row["code_consumed_at"],
        together if len(together) > 1 else (),
    )
