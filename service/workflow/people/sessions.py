"""Sessions of staff: finding by cookie, listing one's own, and ending them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.agreement.accounts import Session
from service.agreement.browsers import in_words
from service.agreement.capabilities import hash_secret, new_session_secret
from service.agreement.events import Event
from service.agreement.permissions import Staff
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound


@dataclass(frozen=True)
class OwnSession:
    """One line of one's own list; ``browser`` is a readable name, ``here`` marks this session."""

    id: str
    browser: str
    since: datetime
    last_used: datetime
    here: bool


def begin(tx: Transaction, person: Staff, *, former: str, user_agent: str) -> str:
    """Start a session after a correct password, ending the one of the cookie ``former``, whoever
    owned it; returns the new cookie."""
    if former:
        tx.sessions.end(hash_secret(former))
    secret = new_session_secret()
    tx.sessions.start(person.id, hash_secret(secret), user_agent)
    return secret


def find(deps: Deps, secret: str) -> Session | None:
    """Records its use."""
    if not secret:
        return None
    digest = hash_secret(secret)
    with deps.database.look() as tx:
        return tx.sessions.use(digest)


def sign_out(deps: Deps, secret: str) -> None:
    with deps.database.begin() as tx:
        tx.sessions.end(hash_secret(secret))


def own_sessions(deps: Deps, staff: Staff, here: str) -> list[OwnSession]:
    """Most recently used first; ``here`` is the id of this session."""
    with deps.database.begin() as tx:
        return [
            OwnSession(
                each.id,
                in_words(each.user_agent, staff.language),
                each.created_at,
                each.last_seen_at,
                each.id == here,
            )
            for each in tx.sessions.of(staff.id)
        ]


def end_own(deps: Deps, staff: Staff, session_id: str) -> None:
    """Raises NotFound."""
    with deps.database.begin() as tx:
        if not tx.sessions.end_one(staff.id, session_id):
            raise NotFound(ErrorCode.NOT_FOUND)
        tx.audit.append(None, Event.STAFF_SESSIONS_ENDED, staff, count=1)


def end_others(deps: Deps, staff: Staff, secret: str) -> int:
    """Returns how many."""
    with deps.database.begin() as tx:
        ended = tx.sessions.end_all(staff.id, but=hash_secret(secret))
        if ended:
            tx.audit.append(None, Event.STAFF_SESSIONS_ENDED, staff, count=ended)
        return ended
