"""Links and the browser sessions started with them.

Only hashes of tokens and session secrets are stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from service.agreement.in_session import Colleague, Prepared
from service.agreement.permissions import Signer
from service.agreement.places import SIGNATORY, Party, Turn
from service.agreement.states import LinkEnd
from service.agreement.terms import LINK_SESSION_HOURS
from service.database.tables.agreements import signatories
from service.database.tables.links import (
    bundle_sessions,
    code_challenges,
    link_sessions,
    links,
)
from service.database.tables.records import Records, record


@dataclass(frozen=True)
class Link:
    id: str
    agreement_id: str
    signatory_id: str
    signatory_name: str
    signatory_email: str
    signatory_function: str
    number: int
    copied: bool
    ended: LinkEnd
    opened_at: datetime | None
    bundle_id: str | None

    @property
    def codes_of(self) -> str:
        """The link under which its codes are counted: of a bundle, the first one."""
        return self.bundle_id or self.id

    @property
    def turn(self) -> Turn:
        return Turn(Party.CONTROLLER, self.number)

    @property
    def signer(self) -> Signer:
        return Signer(self.signatory_id, self.signatory_name)


_LINK = select(
    links,
    signatories.c.name.label("signatory_name"),
    signatories.c.email.label("signatory_email"),
    signatories.c.function.label("signatory_function"),
).join(signatories, signatories.c.id == links.c.signatory_id)
_BY_TOKEN = _LINK.where(links.c.token_hash == bindparam("token"))
_LIVE_LINK = _LINK.where(
    links.c.agreement_id == bindparam("agreement"),
    links.c.number == SIGNATORY.number,
    links.c.ended == "",
)
_CHANGE_SESSION = (
    update(link_sessions)
    .where(link_sessions.c.secret_hash == bindparam("changed"))
    .values(last_seen_at=func.clock_timestamp())
)


def again(connection: Connection, sessions: Table, known_hash: bytes, secret_hash: bytes) -> None:
    """Copy a session to one with another secret."""
    kept = [column for column in sessions.c if column is not sessions.c.secret_hash]
    connection.execute(
        insert(sessions).from_select(
            [sessions.c.secret_hash, *kept],
            select(literal(secret_hash), *kept).where(sessions.c.secret_hash == known_hash),
        )
    )


class Signing(Records):
    def issue(
        self,
        link_id: str,
        agreement_id: str,
        signatory_id: str,
        token_hash: bytes,
        *,
        ended: LinkEnd,
        bundle_id: str | None = None,
    ) -> None:
        """Make a link for the controller's first signatory; a valid one ends as ``ended``."""
        self._connection.execute(
            update(links)
            .where(
                links.c.agreement_id == agreement_id,
                links.c.number == SIGNATORY.number,
                links.c.ended == "",
            )
            .values(ended=ended)
        )
        self._connection.execute(
            insert(links).values(
                id=link_id,
                agreement_id=agreement_id,
                signatory_id=signatory_id,
                token_hash=token_hash,
                bundle_id=bundle_id,
            )
        )

    def live_link(self, agreement_id: str) -> Link | None:
        row = self._connection.execute(_LIVE_LINK, {"agreement": agreement_id}).one_or_none()
        return _link(row) if row else None

    def link_by_token(self, token_hash: bytes) -> Link | None:
        """The link of a token, valid or ended."""
        row = self._connection.execute(_BY_TOKEN, {"token": token_hash}).one_or_none()
        return _link(row) if row else None

    def mark_copied(self, link_id: str) -> None:
        """Record that staff copied the link; the evidence states it."""
        self._connection.execute(update(links).where(links.c.id == link_id).values(copied=True))

    def mark_opened(self, link_id: str) -> bool:
        """Record the first opening; False if it was already opened."""
        changed = self._connection.execute(
            update(links)
            .where(links.c.id == link_id, links.c.opened_at.is_(None))
            .values(opened_at=func.clock_timestamp())
        )
        return changed.rowcount == 1

    def start_session(
        self, link_id: str, secret_hash: bytes, ip: str, user_agent: str, **of_bundle: Any
    ) -> None:
        """Start a browser's session; ``of_bundle`` is what it has from that of its bundle."""
        ends = func.clock_timestamp() + text(f"interval '{LINK_SESSION_HOURS} hours'")
        self._connection.execute(
            insert(link_sessions).values(
                {
                    "secret_hash": secret_hash,
                    "link_id": link_id,
                    "ip": ip,
                    "user_agent": user_agent,
                    "expires_at": ends,
                    **of_bundle,
                }
            )
        )

    def end_session(self, secret_hash: bytes) -> None:
        """End one browser's session; it can open the link again."""
        self._connection.execute(
            delete(link_sessions).where(link_sessions.c.secret_hash == secret_hash)
        )

    def continue_session(self, known_hash: bytes, secret_hash: bytes, **of_bundle: Any) -> None:
        """Continue a browser's session, with its expiry, under a new secret: the former one may
        have been planted in the browser."""
        again(self._connection, link_sessions, known_hash, secret_hash)
        if of_bundle:
            self._change(secret_hash, **of_bundle)

    def note_shown(self, secret_hash: bytes, document_sha256: str) -> None:
        self._change(secret_hash, shown_sha256=document_sha256)

    def keep_prepared(self, secret_hash: bytes, prepared: Prepared | None) -> None:
        """Store the first signature until the second is given; None clears it."""
        kept = (prepared.kept(), prepared.image) if prepared else (None, None)
        self._change(secret_hash, pending=kept[0], pending_image=kept[1])

    def name_colleague(self, secret_hash: bytes, colleague: Colleague) -> None:
        self._change(secret_hash, colleague=colleague.kept())

    def _change(self, secret_hash: bytes, **values: Any) -> None:
        self._connection.execute(_CHANGE_SESSION, {"changed": secret_hash, **values})

    def forget_pending(self, agreement_id: str) -> None:
        """Delete input prepared in any browser for a text that is no longer current."""
        self._connection.execute(
            update(link_sessions)
            .where(
                link_sessions.c.link_id.in_(
                    select(links.c.id).where(links.c.agreement_id == agreement_id)
                )
            )
            .values(pending=None, pending_image=None, shown_sha256="")
        )

    def drop_ended(self) -> None:
        """Delete expired sessions, and unused codes after a day."""
        for sessions in (link_sessions, bundle_sessions):
            self._connection.execute(
                delete(sessions).where(sessions.c.expires_at < func.statement_timestamp())
            )
        self._connection.execute(
            delete(code_challenges).where(
                code_challenges.c.consumed_at.is_(None),
                code_challenges.c.expires_at
                < func.statement_timestamp() - text("interval '1 day'"),
            )
        )


def _link(row: Any) -> Link:
    return record(Link, row, ended=LinkEnd(row.ended))
