"""Staff: signing in and out, passwords, who there is."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from service.agreement.capabilities import (
    hash_secret,
    known_browser_for,
    known_browser_id,
    new_session_secret,
)
from service.agreement.events import Event
from service.agreement.fields import Checker
from service.agreement.permissions import Permission, Role, Staff, require
from service.database.accounts import KNOWN_BROWSER_DAYS, LOCK_MINUTES, Account
from service.database.engine import Transaction
from service.deps import Deps
from service.errors import FieldError, Invalid, NotFound, Refused, TooMany
from service.workflow.actors import SYSTEM, staff_actor

# argon2id with RFC 9106's second recommended choice: 64 MiB, three passes.
_HASHER = PasswordHasher()
LEAST_CHARACTERS = 12
KNOWN_BROWSER_SECONDS = KNOWN_BROWSER_DAYS * 24 * 60 * 60
_COMMON = ("wachtwoord", "password", "123456789012", "qwertyuiop", "azertyuiop", "welkom")


@dataclass(frozen=True)
class SignedIn:
    """The cookies of somebody who signed in: of the session, and that this browser is known."""

    session: str
    browser: str


def sign_in(deps: Deps, email: str, password: str, browser: str = "") -> SignedIn:
    """Check a password and begin a session.

    Failures are counted in the database; five in a row lock the account for a quarter of an hour.
    A browser from which this account signed in before (``browser`` is its cookie) has a count and
    a lock of its own, so that a stranger who knows the address locks strangers only.
    An unknown address, a wrong password and a locked account take the same time and give the same
    answer, so that nobody learns who has an account here. Raises Invalid.
    """
    with deps.database.begin() as tx:
        account = tx.accounts.by_email(email.strip())
    if account is None or not account.active:
        _matches(_nobody(), password)
        raise Invalid([FieldError("password", "sign_in_wrong")])
    try:
        _check(deps, account.person, password, browser, "sign_in_wrong")
    except TooMany as locked:
        raise Invalid([FieldError("password", "sign_in_wrong")]) from locked
    secret = new_session_secret()
    with deps.database.begin() as tx:
        tx.accounts.start_session(account.person.id, hash_secret(secret))
        known = _remember(deps, tx, account.person.id, instead_of=browser)
        tx.audit.append(
            None,
            Event.STAFF_SIGNED_IN,
            staff_actor(account.person),
            personal={"name": account.person.name},
        )
    return SignedIn(secret, known)


def confirm_password(deps: Deps, staff: Staff, password: str, browser: str = "") -> None:
    """Ask the password again before something weighty. Raises Invalid, TooMany."""
    _check(deps, staff, password, browser, "password_wrong")


def _check(deps: Deps, person: Staff, password: str, browser: str, code: str) -> None:
    with deps.database.begin() as tx:
        # Under the row's lock: tries that come at the same time are counted one after another.
        account = tx.accounts.by_id(person.id, lock=True)
        if account is None:
            raise NotFound("not_found")
        browser_id = known_browser_id(deps.secret_key, browser)
        minutes = tx.accounts.browser_locked(person.id, browser_id) if browser_id else None
        if minutes is None:
            browser_id, minutes = "", account.locked_minutes
        if minutes:
            _matches(_nobody(), password)  # as long as a check takes
            raise TooMany("sign_in_locked", minutes=minutes)
        if _matches(account.password_hash, password):
            tx.accounts.clear_failures(person.id, browser_id)
            return
        locked = tx.accounts.count_failure(person.id, browser_id)
        if locked:
            tx.audit.append(
                None, Event.STAFF_LOCKED, staff_actor(person), known_browser=bool(browser_id)
            )
    # Raised outside the transaction, so that the counted failure is kept.
    if locked:
        raise TooMany("sign_in_locked", minutes=LOCK_MINUTES)
    raise Invalid([FieldError("password", code)])


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
        tx.accounts.lock_staff()
        if tx.accounts.any_staff():
            return None
        person = Staff(str(uuid.uuid4()), name, email, function, frozenset(Role))
        tx.accounts.add(person, _HASHER.hash(password))
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
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        if tx.accounts.by_email(person.email):
            raise Invalid([FieldError("email", "email_taken")])
        tx.accounts.add(person, _HASHER.hash(password))
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
    with deps.database.begin() as tx:
        account = tx.accounts.by_id(staff_id, lock=True)
        if account is None:
            raise NotFound("not_found")
        tx.accounts.change_password(staff_id, _HASHER.hash(password))
        tx.accounts.clear_failures(staff_id)
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
        _check(deps, staff, old, browser, "password_wrong")
    except Invalid as wrong:
        raise Invalid([FieldError("old", "password_wrong")]) from wrong
    with deps.database.begin() as tx:
        tx.accounts.change_password(staff.id, _HASHER.hash(new))
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


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except VerificationError:
        return False


@cache
def _nobody() -> str:
    """A hash that no password matches, so that an unknown address takes as long as a known one."""
    return _HASHER.hash(secrets.token_urlsafe(32))
