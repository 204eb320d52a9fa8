"""Staff: signing in, and confirming the password."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from service.agreement.activity import Activity
from service.agreement.capabilities import known_browser_for, known_browser_id
from service.agreement.events import Event
from service.agreement.permissions import Staff
from service.agreement.terms import KNOWN_BROWSER_DAYS
from service.database.engine import Transaction
from service.database.people.sign_in_tries import Counter
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, NotFound, TooMany
from service.workflow.actors import Client
from service.workflow.people import passwords
from service.workflow.people import sign_in_limits as limits
from service.workflow.people.sessions import begin

KNOWN_BROWSER_SECONDS = KNOWN_BROWSER_DAYS * 24 * 60 * 60


@dataclass(frozen=True)
class SignedIn:
    """The cookies after signing in: the session's and the known browser's."""

    session: str
    browser: str


def sign_in(
    deps: Deps,
    email: str,
    password: str,
    browser: str = "",
    address: str = "",
    *,
    former: str = "",
    user_agent: str = "",
) -> SignedIn:
    """Check a password and begin a session in place of the one with the cookie ``former``.

    ``browser`` is the cookie of a browser known to this account, which has its own count of
    attempts: a stranger who knows the e-mail address locks out only strangers. ``address`` is the
    client's IP address.

    An unknown address, a disabled account and a wrong password take equally long, so that accounts
    are not revealed. Raises Invalid; TooMany after too many attempts.
    """
    email = email.strip()
    with deps.database.begin() as tx:
        found = tx.accounts.to_judge(email, limits.of_address(deps, email).key.hex())
        if found is None:
            raise Invalid([FieldError("password", FieldCode.SIGN_IN_WRONG)])
        account, asked = found
        browser_id = known_browser_id(deps.secret_key, browser)
        known = tx.accounts.knows_browser(account.person.id, browser_id) and asked
    if known:
        counters = [limits.of_browser(deps, browser_id)]
    else:
        counters = limits.of_stranger(deps, email, address)
    expected = account.password_hash if asked else passwords.of_nobody(account.password_hash)
    patience = passwords.PATIENCE_SECONDS if known else 0
    try:
        renewed = _judge(deps, counters, expected, password, patience)
    except _Wrong as wrong:
        client = Client(address, user_agent)
        with deps.database.begin() as tx:
            who = account.person.id if asked else None
            tx.activity.note(Activity.SIGN_IN_FAILED, who, client=client.personal())
        if wrong.locked and asked:
            _note_lock(deps, account.person, known_browser=known)
        raise Invalid([FieldError("password", FieldCode.SIGN_IN_WRONG)]) from wrong
    except TooMany as refusal:
        if refusal.code == ErrorCode.SIGN_IN_LOCKED:
            raise Invalid([FieldError("password", FieldCode.SIGN_IN_WRONG)]) from refusal
        raise
    with deps.database.begin() as tx:
        now = tx.accounts.by_id(account.person.id, lock=True)
        if now is None or now.password_hash != account.password_hash:
            # Changed during the check: a password change also ends sessions of the old one.
            raise Invalid([FieldError("password", FieldCode.SIGN_IN_WRONG)])
        if renewed:
            tx.accounts.renew_hash(account.person.id, account.password_hash, renewed)
        secret = begin(tx, account.person, former=former, user_agent=user_agent)
        cookie = remember_browser(deps, tx, account.person.id, instead_of=browser)
        tx.audit.append(
            None,
            Event.STAFF_SIGNED_IN,
            account.person,
            personal=Client(address, user_agent).personal(name=account.person.name),
        )
    return SignedIn(secret, cookie)


def confirm_password(deps: Deps, staff: Staff, password: str, browser: str = "") -> None:
    """Check the password again before a sensitive action. Raises Invalid naming ``password``;
    TooMany if the account is locked or too many passwords are being checked."""
    with deps.database.look() as tx:
        account = tx.accounts.by_id(staff.id)
        if account is None:
            raise NotFound(ErrorCode.NOT_FOUND)
        browser_id = known_browser_id(deps.secret_key, browser)
        known = tx.accounts.knows_browser(staff.id, browser_id)
    counter = limits.of_browser(deps, browser_id) if known else limits.of_address(deps, staff.email)
    try:
        renewed = _judge(deps, [counter], account.password_hash, password)
    except _Wrong as wrong:
        if wrong.locked:
            _note_lock(deps, staff, known_browser=known)
            raise TooMany(ErrorCode.SIGN_IN_LOCKED, minutes=limits.LOCK_MINUTES) from wrong
        raise Invalid([FieldError("password", FieldCode.PASSWORD_WRONG)]) from wrong
    if renewed:
        with deps.database.begin() as tx:
            tx.accounts.renew_hash(staff.id, account.password_hash, renewed)


class _Wrong(Exception):
    """A wrong password; ``locked``: it was the last attempt that the first counter allowed."""

    def __init__(self, *, locked: bool) -> None:
        super().__init__(locked)
        self.locked = locked


def _judge(
    deps: Deps,
    counters: Sequence[Counter],
    password_hash: str,
    password: str,
    patience: float = passwords.PATIENCE_SECONDS,
) -> str:
    """Count the attempt, then check the password without any lock or transaction.

    Returns a new hash to store, or an empty string if up to date. Raises _Wrong, TooMany.
    """
    with deps.database.look() as tx:  # read-only, for clients that try in a loop
        _refuse_if_used_up(tx, counters)
    with passwords.turn(patience):
        with deps.database.begin() as tx:
            tries = [tx.tries.count(counter) for counter in counters]
            if 0 in tries:
                _refuse_if_used_up(tx, counters)
                raise TooMany(ErrorCode.PASSWORDS_BUSY, seconds=passwords.BUSY_SECONDS)
        if not passwords.matches(password_hash, password):
            raise _Wrong(locked=tries[0] == counters[0].most)
        renewed = passwords.hashed_anew(password_hash, password)
    with deps.database.begin() as tx:
        tx.tries.clear(counters[0])
        for counter in counters[1:]:
            tx.tries.give_back(counter)
    return renewed


def _refuse_if_used_up(tx: Transaction, counters: Sequence[Counter]) -> None:
    own, *shared = [tx.tries.seconds_left(counter) for counter in counters]
    if own:
        raise TooMany(ErrorCode.SIGN_IN_LOCKED, minutes=-(-own // 60))
    if any(shared):
        raise TooMany(ErrorCode.SIGN_IN_OFTEN, seconds=max(shared))


def _note_lock(deps: Deps, person: Staff, *, known_browser: bool) -> None:
    with deps.database.begin() as tx:
        tx.audit.append(None, Event.STAFF_LOCKED, person, known_browser=known_browser)


def remember_browser(deps: Deps, tx: Transaction, staff_id: str, *, instead_of: str = "") -> str:
    """Make a browser known under a new id; returns its cookie."""
    former = known_browser_id(deps.secret_key, instead_of)
    if former:
        tx.accounts.forget_browser(former)
    browser_id = str(uuid.uuid4())
    tx.accounts.remember_browser(staff_id, browser_id)
    return known_browser_for(deps.secret_key, browser_id)
