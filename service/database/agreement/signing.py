"""Links, the browser sessions started with them, and the codes that prove a mailbox.

Only hashes of tokens, session secrets and codes are stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from service.agreement.capabilities import Purpose
from service.agreement.in_session import Colleague, Prepared
from service.agreement.permissions import Signer
from service.agreement.places import SIGNATORY, Party, Turn
from service.agreement.states import LinkEnd
from service.agreement.terms import CODE_MINUTES, CODE_TRIES, LINK_SESSION_HOURS
from service.database.tables.agreements import signatories
from service.database.tables.links import code_challenges, link_sessions, links
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

    @property
    def turn(self) -> Turn:
        return Turn(Party.CONTROLLER, self.number)

    @property
    def signer(self) -> Signer:
        """The principal who opened this link."""
        return Signer(self.signatory_id, self.signatory_name)


@dataclass(frozen=True)
class Challenge:
    id: str
    code_hash: bytes
    purpose: Purpose
    tries: int
    expired: bool
    consumed: bool


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


_ASKED_AT = code_challenges.c.created_at
_CODES_ASKED = (
    select(
        func.count()
        .filter(func.clock_timestamp() - text("interval '1 hour'") < _ASKED_AT)
        .label("hour"),
        func.count().label("day"),
    )
    .select_from(code_challenges)
    .where(
        code_challenges.c.link_id == bindparam("link"),
        func.clock_timestamp() - text("interval '24 hours'") < _ASKED_AT,
    )
)
_NEWEST_CHALLENGE = (
    select(
        code_challenges,
        (code_challenges.c.expires_at <= func.clock_timestamp()).label("expired"),
    )
    .where(code_challenges.c.link_id == bindparam("link"))
    .order_by(code_challenges.c.created_at.desc())
    .limit(1)
)


_USABLE = (
    code_challenges.c.consumed_at.is_(None),
    code_challenges.c.expires_at > func.clock_timestamp(),
    code_challenges.c.tries < CODE_TRIES,
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

    def start_session(self, link_id: str, secret_hash: bytes, ip: str, user_agent: str) -> None:
        self._connection.execute(
            insert(link_sessions).values(
                secret_hash=secret_hash,
                link_id=link_id,
                ip=ip,
                user_agent=user_agent,
                expires_at=func.clock_timestamp() + text(f"interval '{LINK_SESSION_HOURS} hours'"),
            )
        )

    def end_session(self, secret_hash: bytes) -> None:
        """End one browser's session; it can open the link again."""
        self._connection.execute(
            delete(link_sessions).where(link_sessions.c.secret_hash == secret_hash)
        )

    def continue_session(self, known_hash: bytes, secret_hash: bytes) -> None:
        """Continue a browser's session under a new secret when it opens the link again.

        All that was done and proved is kept, and so is the expiry. The secret is new because the
        former one may have been planted in the browser by somebody who knows it.
        """
        kept = [column for column in link_sessions.c if column is not link_sessions.c.secret_hash]
        self._connection.execute(
            insert(link_sessions).from_select(
                [link_sessions.c.secret_hash, *kept],
                select(literal(secret_hash), *kept).where(
                    link_sessions.c.secret_hash == known_hash
                ),
            )
        )

    def note_shown(self, secret_hash: bytes, document_sha256: str) -> None:
        """Record that this browser was shown the document with this SHA-256."""
        self._change(secret_hash, shown_sha256=document_sha256)

    def keep_prepared(self, secret_hash: bytes, prepared: Prepared | None) -> None:
        """Store the first signature until the second is given; None clears it."""
        kept = (prepared.kept(), prepared.image) if prepared else (None, None)
        self._change(secret_hash, pending=kept[0], pending_image=kept[1])

    def name_colleague(self, secret_hash: bytes, colleague: Colleague) -> None:
        """Store the colleague who is to sign instead."""
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

    def codes_asked(self, link_id: str) -> tuple[int, int]:
        """The numbers of codes requested in the last hour and in the last 24 hours."""
        row = self._connection.execute(_CODES_ASKED, {"link": link_id}).one()
        return row.hour, row.day

    def add_challenge(
        self, challenge_id: str, link_id: str, code_hash: bytes, *, to: str, purpose: Purpose
    ) -> None:
        """Add a code; older ones of the link become unusable, whatever their purpose."""
        self._connection.execute(
            update(code_challenges)
            .where(code_challenges.c.link_id == link_id, code_challenges.c.consumed_at.is_(None))
            .values(expires_at=func.least(code_challenges.c.expires_at, func.clock_timestamp()))
        )
        self._connection.execute(
            insert(code_challenges).values(
                id=challenge_id,
                link_id=link_id,
                code_hash=code_hash,
                sent_to=to,
                purpose=purpose.value,
                expires_at=func.clock_timestamp() + text(f"interval '{CODE_MINUTES} minutes'"),
            )
        )

    def last_challenge(self, link_id: str) -> Challenge | None:
        """The newest code of a link, under its row lock."""
        return self._challenge(_NEWEST_CHALLENGE.with_for_update(), link_id)

    def newest_challenge(self, link_id: str) -> Challenge | None:
        """The same without a lock, to show its status."""
        return self._challenge(_NEWEST_CHALLENGE, link_id)

    def _challenge(self, statement: Select[Any], link_id: str) -> Challenge | None:
        row = self._connection.execute(statement, {"link": link_id}).one_or_none()
        if row is None:
            return None
        return record(
            Challenge, row, purpose=Purpose(row.purpose), consumed=row.consumed_at is not None
        )

    def code_waits(self, challenge_id: str) -> bool:
        """Whether this code can still be entered."""
        found = select(code_challenges.c.id).where(code_challenges.c.id == challenge_id, *_USABLE)
        return self._connection.execute(found).scalar() is not None

    def count_try(self, challenge_id: str) -> int:
        """Count a wrong attempt and return how many are left."""
        tries = self._connection.execute(
            update(code_challenges)
            .where(code_challenges.c.id == challenge_id, code_challenges.c.tries < CODE_TRIES)
            .values(tries=code_challenges.c.tries + 1)
            .returning(code_challenges.c.tries)
        ).scalar()
        return CODE_TRIES - tries if tries is not None else 0

    def consume(self, challenge_id: str, secret_hash: bytes) -> bool:
        """Use the code for one session: a single conditional update decides which was first."""
        used = self._connection.execute(
            update(code_challenges)
            .where(code_challenges.c.id == challenge_id, *_USABLE)
            .values(consumed_at=func.clock_timestamp())
        )
        if used.rowcount != 1:
            return False
        proved = _CHANGE_SESSION.values(authenticated_at=func.clock_timestamp())
        self._connection.execute(proved, {"changed": secret_hash, "challenge_id": challenge_id})
        return True

    def drop_ended(self) -> None:
        """Delete expired sessions, and unused codes after a day."""
        self._connection.execute(
            delete(link_sessions).where(link_sessions.c.expires_at < func.statement_timestamp())
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
