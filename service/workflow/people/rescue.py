"""Account recovery from the command line, for when no administrator can sign in any more.

Who may run commands here can read the database and the secret key, so no password is asked. All
administrators are notified.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from service.agreement.capabilities import AccountPurpose
from service.agreement.changes import Change, What
from service.agreement.events import Event
from service.agreement.permissions import SYSTEM, Role, Staff
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.workflow.people.account_links import make
from service.workflow.people.account_mail import tell_of_change
from service.workflow.telling.links import account_address
from service.workflow.telling.notify import PRODUCT


@dataclass(frozen=True)
class RescueLink:
    """A single-use link for choosing a password. ``until`` is aware UTC."""

    name: str
    link: str
    until: datetime


def password_link(deps: Deps, email: str) -> RescueLink:
    """A password link for an active account. Raises NotFound."""
    with deps.database.begin() as tx:
        account = tx.accounts.by_email(email)
        if account is None or not account.active:
            raise NotFound(ErrorCode.NOT_FOUND)
        return _link(tx, deps, account.person, What.PASSWORD_LINK)


def administrator(deps: Deps, email: str) -> RescueLink:
    """Reactivate an account with the role ``beheer``, and return such a link. Raises NotFound."""
    with deps.database.begin() as tx:
        tx.accounts.lock_staff()
        account = tx.accounts.by_email(email)
        if account is None:
            raise NotFound(ErrorCode.NOT_FOUND)
        roles = account.person.roles | {Role.ADMIN}
        person = dataclasses.replace(account.person, roles=roles)
        tx.accounts.change(person, active=True)
        tx.audit.append(
            None,
            Event.STAFF_CHANGED,
            SYSTEM,
            personal={"email": person.email, "name": person.name},
            staff=person.id,
            roles=sorted(roles),
            active=True,
        )
        return _link(tx, deps, person, What.ADMINISTRATOR)


def _link(tx: Transaction, deps: Deps, person: Staff, what: What) -> RescueLink:
    made = make(tx, deps, person, AccountPurpose.PASSWORD)
    once = tx.audit.append(
        None,
        Event.STAFF_LINK_SENT,
        SYSTEM,
        purpose=AccountPurpose.PASSWORD.value,
        staff=person.id,
    )
    tell_of_change(tx, [Change(what)], about=person, by=PRODUCT, once=once)
    return RescueLink(person.name, account_address(deps, made.id), made.until)
