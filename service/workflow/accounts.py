"""Staff: signing in and out, passwords, who there is."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from service.agreement.capabilities import (
    hash_secret,
    known_browser_for,
    known_browser_id,
    new_session_secret,
)
from service.agreement.events import Event
from service.agreement.fields import Checker
from service.agreement.permissions import Permission, Role, Staff, require
from service.database.accounts import KNOWN_BROWSER_DAYS, Account
from service.database.engine import Transaction
from service.database.sign_in_tries import Counter
from service.deps import Deps
from service.errors import FieldError, Invalid, NotFound, Refused, TooMany
from service.workflow import passwords
from service.workflow import sign_in_limits as limits
from service.workflow.actors import SYSTEM, staff_actor

LEAST_CHARACTERS = 12
KNOWN_BROWSER_SECONDS = KNOWN_BROWSER_DAYS * 24 * 60 * 60
_COMMON = ("wachtwoord", "password", "123456789012", "qwertyuiop", "azertyuiop", "welkom")


@dataclass(frozen=True)
class SignedIn:
    """The cookies of somebody who signed in: of the session, and that this browser is known."""

    session: str
    browser: str


def sign_in(
    deps: Deps, email: str, password: str, browser: str = "", address: str = ""
) -> SignedIn:
    """Check a password and begin a session; ``address`` is the IP address that asks.

    A browser from which this account signed in before (``browser`` is its cookie) has a count of
    tries of its own, so that a stranger who knows the e-mail address locks strangers only.

    Nobody learns who has an account here: an unknown address, a disabled account and a wrong
    password take the same road, with the same questions to the database, one hash of the same cost
    and the same answer. Raises Invalid; TooMany when so much is tried that this try was not judged.
    """
    email = email.strip()
    with deps.database.begin() as tx:
        found = tx.accounts.to_judge(email, limits.of_address(deps, email).key.hex())
        if found is None:
            raise Invalid([FieldError("password", "sign_in_wrong")])
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
        if wrong.locked and asked:
            _note_lock(deps, account.person, known_browser=known)
        raise Invalid([FieldError("password", "sign_in_wrong")]) from wrong
    except TooMany as refusal:
        if refusal.code == "sign_in_locked":
            raise Invalid([FieldError("password", "sign_in_wrong")]) from refusal
        raise
    secret = new_session_secret()
    with deps.database.begin() as tx:
        if renewed:
            tx.accounts.renew_hash(account.person.id, account.password_hash, renewed)
        tx.accounts.start_session(account.person.id, hash_secret(secret))
        cookie = _remember(deps, tx, account.person.id, instead_of=browser)
        tx.audit.append(
            None,
            Event.STAFF_SIGNED_IN,
            staff_actor(account.person),
            personal={"name": account.person.name},
        )
    return SignedIn(secret, cookie)


def confirm_password(deps: Deps, staff: Staff, password: str, browser: str = "") -> None:
    """Ask the password again before something weighty. Raises Invalid naming ``password``; TooMany
    when the account is locked or too many passwords are being checked."""
    with deps.database.begin() as tx:
        account = tx.accounts.by_id(staff.id)
        if account is None:
            raise NotFound("not_found")
        browser_id = known_browser_id(deps.secret_key, browser)
        known = tx.accounts.knows_browser(staff.id, browser_id)
    counter = limits.of_browser(deps, browser_id) if known else limits.of_address(deps, staff.email)
    try:
        renewed = _judge(deps, [counter], account.password_hash, password)
    except _Wrong as wrong:
        if wrong.locked:
            _note_lock(deps, staff, known_browser=known)
            raise TooMany("sign_in_locked", minutes=limits.LOCK_MINUTES) from wrong
        raise Invalid([FieldError("password", "password_wrong")]) from wrong
    if renewed:
        with deps.database.begin() as tx:
            tx.accounts.renew_hash(staff.id, account.password_hash, renewed)


class _Wrong(Exception):
    """Not the password; ``locked`` when that was the last try that the first counter allowed."""

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
    """Whether this is the password: counted first, then judged without any lock or transaction.

    Returns the hash to keep instead, or an empty string when it can stay. Raises _Wrong; TooMany
    when a counter allows no try, or nobody has time for it.
    """
    with deps.database.begin() as tx:  # a look that writes nothing, for whoever asks in a loop
        _refuse_if_used_up(tx, counters)
    with passwords.turn(patience):
        with deps.database.begin() as tx:
            tries = [tx.tries.count(counter) for counter in counters]
            if 0 in tries:
                _refuse_if_used_up(tx, counters)
                raise TooMany("passwords_busy", seconds=passwords.BUSY_SECONDS)
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
        raise TooMany("sign_in_locked", minutes=-(-own // 60))
    if any(shared):
        raise TooMany("sign_in_often", seconds=max(shared))


def _note_lock(deps: Deps, person: Staff, *, known_browser: bool) -> None:
    with deps.database.begin() as tx:
        tx.audit.append(None, Event.STAFF_LOCKED, staff_actor(person), known_browser=known_browser)


def _remember(deps: Deps, tx: Transaction, staff_id: str, *, instead_of: str = "") -> str:
    """Know a browser from now on, under a new name; returns its cookie."""
    former = known_browser_id(deps.secret_key, instead_of)
    if former:
        tx.accounts.forget_browser(former)
    browser_id = str(uuid.uuid4())
    tx.accounts.remember_browser(staff_id, browser_id)
    return known_browser_for(deps.secret_key, browser_id)


def session(deps: Deps, secret: str) -> Staff | None:
    """Who is signed in with this cookie, if anybody."""
    if not secret:
        return None
    digest = hash_secret(secret)
    with deps.database.begin() as tx:
        person = tx.accounts.by_session(digest)
        if person:
            tx.accounts.prolong_session(digest)
        return person


def sign_out(deps: Deps, secret: str) -> None:
    """End the session behind this cookie."""
    with deps.database.begin() as tx:
        tx.accounts.end_session(hash_secret(secret))


def first_administrator(deps: Deps, email: str, name: str, function: str) -> str | None:
    """Make the first account with every role and return its password, or None when one exists."""
    password = secrets.token_urlsafe(15)
    with deps.database.begin() as tx:
        if tx.accounts.any_staff():
            return None
    password_hash = passwords.hashed(password)
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        if tx.accounts.any_staff():
            return None
        person = Staff(str(uuid.uuid4()), name, email, function, frozenset(Role))
        tx.accounts.add(person, password_hash)
        tx.audit.append(None, Event.STAFF_CREATED, SYSTEM, personal={"email": email})
    return password


def add_staff(
    deps: Deps, *, name: str, email: str, function: str, roles: Sequence[str], by: Staff
) -> str:
    """A new member of staff with a first password, which is returned and shown once."""
    require(by, Permission.MANAGE_STAFF)
    check = Checker()
    person = Staff(
        id=str(uuid.uuid4()),
        name=check.person("name", name),
        email=check.email("email", email),
        function=check.line("function", function, most=100, required=False),
        roles=_roles(roles, check),
    )
    check.raise_if_wrong()
    password = secrets.token_urlsafe(15)
    password_hash = passwords.hashed(password)
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        if tx.accounts.by_email(person.email):
            raise Invalid([FieldError("email", "email_taken")])
        tx.accounts.add(person, password_hash)
        tx.audit.append(
            None,
            Event.STAFF_CREATED,
            staff_actor(by),
            personal={"email": person.email, "name": person.name},
            roles=sorted(person.roles),
        )
    return password


def change_staff(
    deps: Deps,
    staff_id: str,
    *,
    name: str,
    function: str,
    roles: Sequence[str],
    active: bool,
    by: Staff,
) -> None:
    """Change name, function, roles, or whether the account may be used.

    Raises Refused when no active administrator would be left.
    """
    require(by, Permission.MANAGE_STAFF)
    check = Checker()
    new_name = check.person("name", name)
    new_function = check.line("function", function, most=100, required=False)
    new_roles = _roles(roles, check)
    check.raise_if_wrong()
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        account = tx.accounts.by_id(staff_id, lock=True)
        if account is None:
            raise NotFound("not_found")
        person = Staff(staff_id, new_name, account.person.email, new_function, new_roles)
        tx.accounts.change(person, active=active)
        if not tx.accounts.with_role(Role.ADMIN):
            raise Refused("last_admin")
        if not active:
            tx.accounts.end_all_sessions(staff_id)
            tx.accounts.forget_browsers(staff_id)
        tx.audit.append(
            None,
            Event.STAFF_CHANGED,
            staff_actor(by),
            personal={"email": person.email, "name": person.name},
            roles=sorted(person.roles),
            active=active,
        )


def reset_password(deps: Deps, staff_id: str, by: Staff) -> str:
    """A new first password for somebody who lost theirs.

    Every session of the account ends, no browser is known any more, and a lock is lifted.
    """
    require(by, Permission.MANAGE_STAFF)
    password = secrets.token_urlsafe(15)
    password_hash = passwords.hashed(password)
    with deps.database.begin() as tx:
        account = tx.accounts.by_id(staff_id, lock=True)
        if account is None:
            raise NotFound("not_found")
        tx.accounts.change_password(staff_id, password_hash)
        tx.tries.clear(limits.of_address(deps, account.person.email))
        tx.audit.append(
            None,
            Event.STAFF_CHANGED,
            staff_actor(by),
            personal={"email": account.person.email},
            password=True,
        )
    return password


def change_password(
    deps: Deps, staff: Staff, *, old: str, new: str, again: str, browser: str = ""
) -> str:
    """Choose an own password; every session ends and every browser is forgotten but this one.

    Returns this browser's new cookie, so that a stranger who locks the account meanwhile does not
    keep its owner out. Raises Invalid naming the field, TooMany.
    """
    check = Checker()
    if len(new) < LEAST_CHARACTERS:
        check.refuse("new", "password_short")
    elif any(word in new.casefold() for word in _COMMON) or len(set(new)) < 5:
        check.refuse("new", "password_common")
    elif new != again:
        check.refuse("again", "password_repeat")
    check.raise_if_wrong()
    try:
        confirm_password(deps, staff, old, browser)
    except Invalid as wrong:
        raise Invalid([FieldError("old", "password_wrong")]) from wrong
    password_hash = passwords.hashed(new)
    with deps.database.begin() as tx:
        tx.accounts.change_password(staff.id, password_hash)
        tx.audit.append(None, Event.STAFF_CHANGED, staff_actor(staff), password=True)
        return _remember(deps, tx, staff.id)


def everyone(deps: Deps, by: Staff) -> list[Account]:
    """All accounts, for the administrator."""
    require(by, Permission.MANAGE_STAFF)
    with deps.database.begin() as tx:
        return tx.accounts.everyone()


def _roles(given: Sequence[str], check: Checker) -> frozenset[Role]:
    known = {role.value for role in Role}
    roles = frozenset(Role(role) for role in given if role in known)
    if not roles:
        check.refuse("roles", "roles_empty")
    return roles
