"""Mailed single-use links to an account: making, showing, using.

They invite, replace forgotten passwords and unlock: nobody chooses a password for somebody else.
The token is derived from the secret key (docs/decisions/0003), and the database stores its hash.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from service.agreement.capabilities import (
    AccountPurpose,
    account_token_for,
    hash_secret,
    token_hash,
)
from service.agreement.changes import Change, What
from service.agreement.events import Event
from service.agreement.fields import Checker
from service.agreement.password_rules import mistake
from service.agreement.permissions import Staff
from service.database.engine import Transaction
from service.database.people.account_links import AccountLink
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import Refused
from service.workflow.people import passwords
from service.workflow.people import sign_in_limits as limits
from service.workflow.people.account_mail import tell_of_change
from service.workflow.people.accounts import remember_browser
from service.workflow.telling.notify import PRODUCT

MINUTES = {
    AccountPurpose.INVITATION: 72 * 60,
    AccountPurpose.PASSWORD: 60,
    AccountPurpose.UNLOCK: 60,
}


@dataclass(frozen=True)
class MadeLink:
    """``until`` is aware UTC."""

    id: str
    until: datetime


def make(tx: Transaction, deps: Deps, person: Staff, purpose: AccountPurpose) -> MadeLink:
    """Make a link that replaces any former one for the same purpose."""
    link_id = str(uuid.uuid4())
    hashed = hash_secret(account_token_for(deps.secret_key, link_id))
    until = tx.account_links.add(
        link_id, person.id, purpose.value, hashed, minutes=MINUTES[purpose]
    )
    return MadeLink(link_id, until)


def look(deps: Deps, token: str) -> AccountLink:
    """For showing its page. Raises Refused if it has ended."""
    with deps.database.begin() as tx:
        return _living(tx, token, lock=False)


def choose_password(deps: Deps, token: str, *, new: str, again: str, browser: str = "") -> str:
    """Choose a password through a link; returns the cookie by which this browser is known.

    Ends all sessions, forgets all other browsers, lifts a lock, and notifies the person and all
    administrators. Raises Invalid naming the field, Refused if the link has ended.
    """
    with deps.database.begin() as tx:
        person = _to_choose(tx, token, lock=False).person
        about = words_about(tx, person)
    check_new(about, new, again)
    password_hash = passwords.hashed(new)  # slow: outside the transaction
    with deps.database.begin() as tx:
        link = _to_choose(tx, token, lock=True)
        tx.account_links.use(link.id)
        keep_password(tx, link.person, password_hash)
        tx.tries.clear(limits.of_address(deps, link.person.email))
        kept = tx.audit.append(None, Event.STAFF_PASSWORD, link.person, how=link.purpose)
        said = [Change(What(f"password.{link.purpose}"))]
        tell_of_change(tx, said, about=link.person, by=link.person.name, once=kept)
        return remember_browser(deps, tx, link.person.id, instead_of=browser)


def unlock(deps: Deps, token: str, *, browser: str = "") -> str:
    """Make this browser known, so that a lock caused by strangers does not apply; returns its
    cookie.

    Raises Refused if the link has ended.
    """
    with deps.database.begin() as tx:
        link = _living(tx, token, lock=True)
        if link.purpose != AccountPurpose.UNLOCK:
            raise Refused(ErrorCode.ACCOUNT_LINK_ENDED)
        tx.account_links.use(link.id)
        tx.audit.append(None, Event.STAFF_BROWSER_KNOWN, link.person)
        return remember_browser(deps, tx, link.person.id, instead_of=browser)


def check_new(about: list[str], new: str, again: str) -> None:
    """Raises Invalid naming ``new`` or ``again``."""
    check = Checker()
    wrong = mistake(new, about)
    if wrong:
        check.refuse("new", wrong)
    elif new != again:
        check.refuse("again", FieldCode.PASSWORD_REPEAT)
    check.raise_if_wrong()


def words_about(tx: Transaction, person: Staff) -> list[str]:
    """Words that this person's password may not be made of."""
    known = tx.profiles.newest()
    house = [known[1].name, known[1].trade_name, known[1].email] if known else []
    return [person.name, person.email, *house, PRODUCT]


def keep_password(tx: Transaction, person: Staff, password_hash: str) -> None:
    """Store the new password, and end everything that the old one or a link opened."""
    tx.accounts.change_password(person.id, password_hash)
    tx.account_links.end(person.id)


def _to_choose(tx: Transaction, token: str, *, lock: bool) -> AccountLink:
    link = _living(tx, token, lock=lock)
    if link.purpose == AccountPurpose.UNLOCK:
        raise Refused(ErrorCode.ACCOUNT_LINK_ENDED)
    return link


def _living(tx: Transaction, token: str, *, lock: bool) -> AccountLink:
    link = tx.account_links.by_token(token_hash(token), lock=lock)
    if link is None or not link.alive:
        raise Refused(ErrorCode.ACCOUNT_LINK_ENDED)
    return link
