"""Mailed single-use links to an account: at most one valid per purpose, stored by its token's
hash."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update

from service.agreement.permissions import Staff
from service.agreement.terms import LINK_REQUEST_HOURS, LINKS_IN_ALL, LINKS_PER_ADDRESS
from service.database.people.accounts import person_of
from service.database.tables.accounts import account_links, link_requests, staff
from service.database.tables.messages import messages
from service.database.tables.records import Records, record


@dataclass(frozen=True)
class AccountLink:
    """A link that has not ended. ``expires_at`` is aware UTC; ``alive``: not yet expired."""

    id: str
    person: Staff
    purpose: str
    expires_at: datetime
    alive: bool


@dataclass(frozen=True)
class LinkRequest:
    """A request for a link by somebody who is not signed in."""

    email: str
    purpose: str


@dataclass(frozen=True)
class LinkMail:
    """The newest mailed link of an account: creation, expiry and the status of its mail."""

    purpose: str
    created_at: datetime
    expires_at: datetime
    ended: str
    mail_state: str
    mail_error: str


class AccountLinks(Records):
    def add(
        self, link_id: str, staff_id: str, purpose: str, token_hash: bytes, *, minutes: int
    ) -> datetime:
        """Replaces the former one; returns the expiry."""
        self._connection.execute(
            update(account_links)
            .where(
                account_links.c.staff_id == staff_id,
                account_links.c.purpose == purpose,
                account_links.c.ended == "",
            )
            .values(ended="replaced")
        )
        made: datetime = self._connection.execute(
            insert(account_links)
            .values(
                id=link_id,
                staff_id=staff_id,
                purpose=purpose,
                token_hash=token_hash,
                expires_at=func.clock_timestamp() + text(f"interval '{minutes} minutes'"),
            )
            .returning(account_links.c.expires_at)
        ).scalar_one()
        return made

    def by_token(self, token_hash: bytes, *, lock: bool = False) -> AccountLink | None:
        """None if it has ended or its account is inactive."""
        return self._one(account_links.c.token_hash == token_hash, lock=lock)

    def by_id(self, link_id: str) -> AccountLink | None:
        """As ``by_token``."""
        return self._one(account_links.c.id == link_id, lock=False)

    def _one(self, where: Any, *, lock: bool) -> AccountLink | None:
        statement = (
            select(
                staff,
                account_links.c.id.label("link_id"),
                account_links.c.purpose,
                account_links.c.expires_at,
                (account_links.c.expires_at > func.clock_timestamp()).label("alive"),
            )
            .join(account_links, account_links.c.staff_id == staff.c.id)
            .where(where, account_links.c.ended == "", staff.c.active)
        )
        if lock:
            statement = statement.with_for_update(of=account_links)
        row = self._connection.execute(statement).one_or_none()
        return record(AccountLink, row, id=row.link_id, person=person_of(row)) if row else None

    def end(self, staff_id: str) -> None:
        self._connection.execute(
            update(account_links)
            .where(account_links.c.staff_id == staff_id, account_links.c.ended == "")
            .values(ended="replaced")
        )

    def use(self, link_id: str) -> None:
        self._connection.execute(
            update(account_links).where(account_links.c.id == link_id).values(ended="used")
        )

    def newest_mail(self, staff_id: str) -> LinkMail | None:
        """Whatever its status."""
        row = self._connection.execute(
            select(
                account_links,
                messages.c.state.label("mail_state"),
                messages.c.last_error.label("mail_error"),
            )
            .join(messages, messages.c.account_link_id == account_links.c.id)
            .where(account_links.c.staff_id == staff_id)
            .order_by(account_links.c.created_at.desc())
            .limit(1)
        ).one_or_none()
        return record(LinkMail, row) if row else None

    def ask(self, purpose: str, email: str, address_key: bytes) -> str | None:
        """Record a request for a link; returns its id, or None after too many. Equally long whether
        or not the account exists."""
        hour_ago = func.clock_timestamp() - text("interval '1 hour'")
        asked = self._connection.execute(
            select(
                func.count(),
                func.count().filter(link_requests.c.address_key == address_key),
            ).where(link_requests.c.asked_at > hour_ago)
        ).one()
        if asked[0] >= LINKS_IN_ALL or asked[1] >= LINKS_PER_ADDRESS:
            return None
        request_id = str(uuid.uuid4())
        self._connection.execute(
            insert(link_requests).values(
                id=request_id, purpose=purpose, address_key=address_key, email=email
            )
        )
        return request_id

    def take_request(self, request_id: str) -> LinkRequest | None:
        """Take the request, once: this also erases its address."""
        row = self._connection.execute(
            select(link_requests.c.email, link_requests.c.purpose)
            .where(link_requests.c.id == request_id, link_requests.c.email.is_not(None))
            .with_for_update()
        ).one_or_none()
        if row is None:
            return None
        self._connection.execute(
            update(link_requests).where(link_requests.c.id == request_id).values(email=None)
        )
        return record(LinkRequest, row)

    def waiting_requests(self, older_than_seconds: int) -> list[str]:
        """Overdue unanswered requests, for the sweep."""
        age = func.make_interval(0, 0, 0, 0, 0, 0, older_than_seconds)
        return self._column(
            select(link_requests.c.id).where(
                link_requests.c.email.is_not(None),
                link_requests.c.asked_at < func.statement_timestamp() - age,
            )
        )

    def drop_old_requests(self) -> None:
        """Delete old requests; the limits only count the last hour."""
        self._connection.execute(
            delete(link_requests).where(
                link_requests.c.email.is_(None),
                link_requests.c.asked_at
                < func.statement_timestamp() - text(f"interval '{LINK_REQUEST_HOURS} hours'"),
            )
        )
