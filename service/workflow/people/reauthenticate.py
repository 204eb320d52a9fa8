"""Asks for the password before a sensitive action, unless it was given a few minutes ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.agreement.accounts import Session
from service.agreement.capabilities import hash_secret
from service.agreement.permissions import Staff
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, NotAllowed, TooMany
from service.workflow.people.accounts import confirm_password

GOOD_FOR = timedelta(minutes=5)
FIELD = "own_password"


@dataclass(frozen=True)
class Proof:
    """The proof from a browser: its session cookie, its known-browser cookie, and the password."""

    session: str
    password: str = ""
    browser: str = ""


def fresh(session: Session, now: datetime) -> bool:
    return now - session.proved_at < GOOD_FOR


def must_prove(deps: Deps, staff: Staff, proof: Proof) -> None:
    """Raises Invalid naming ``own_password`` if the password is needed, wrong or locked, and
    NotAllowed for a session that does not belong to ``staff``."""
    digest = hash_secret(proof.session)
    with deps.database.begin() as tx:
        session = tx.sessions.get(digest)
        now = tx.now()
    if session is None or session.person.id != staff.id:
        raise NotAllowed(ErrorCode.NOT_ALLOWED)
    if fresh(session, now):
        return
    if not proof.password:
        raise Invalid([FieldError(FIELD, FieldCode.PROVE_AGAIN)])
    try:
        confirm_password(deps, staff, proof.password, proof.browser)
    except Invalid as wrong:
        raise Invalid([FieldError(FIELD, FieldCode.PASSWORD_WRONG)]) from wrong
    except TooMany as refusal:
        raise Invalid([FieldError(FIELD, refusal.code, refusal.values)]) from refusal
    with deps.database.begin() as tx:
        tx.sessions.note_proof(digest)
