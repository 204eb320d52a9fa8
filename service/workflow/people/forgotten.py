"""Somebody who is not signed in asks for a link: a password was forgotten, or strangers locked it.

The request costs the same whether there is such an account or not: it is one row and one job, and
the worker looks who it is. What was asked is bounded for each address, each network and for all
together.
"""

from __future__ import annotations

from service.agreement.activity import Activity
from service.agreement.capabilities import AccountPurpose, address_key
from service.agreement.events import Event
from service.agreement.fields import Checker
from service.agreement.permissions import SYSTEM, Staff
from service.agreement.subjects import Subject
from service.database.engine import Transaction
from service.deps import Deps
from service.mail.kinds import PasswordLink, UnlockLink
from service.workflow.actors import Client
from service.workflow.people import sign_in_limits as limits
from service.workflow.people.account_links import make
from service.workflow.tasks import FORGOTTEN
from service.workflow.telling.notify import tell_staff


def ask(deps: Deps, email: str, purpose: str, client: Client) -> None:
    """Ask for a link. The answer says nothing about who has an account. Raises Invalid."""
    check = Checker()
    address = check.email("email", email)
    wanted = AccountPurpose.UNLOCK if purpose == AccountPurpose.UNLOCK else AccountPurpose.PASSWORD
    check.raise_if_wrong()
    with deps.database.begin() as tx:
        key = address_key(deps.secret_key, address)
        tx.activity.note(Activity.LINK_ASKED, None, wanted.value, client=client.personal())
        # First the network's own share, so that no one network uses up what all may ask.
        within = tx.tries.count(limits.of_links(deps, client.ip))
        request_id = tx.account_links.ask(wanted.value, address, key) if within else None
        if request_id:
            tx.jobs.defer(FORGOTTEN, request_id=request_id)


def answer(deps: Deps, request_id: str) -> None:
    """Mail the link, if there is such an account; a job."""
    with deps.database.begin() as tx:
        request = tx.account_links.take_request(request_id)
        account = tx.accounts.by_email(request.email) if request else None
        if request is None or account is None or not account.active:
            return
        purpose = AccountPurpose(request.purpose)
        if account.invited:
            purpose = AccountPurpose.PASSWORD  # there is nothing to unlock yet
        mail_link(tx, deps, account.person, purpose, asked=True)
        tx.audit.append(
            None, Event.STAFF_LINK_SENT, SYSTEM, purpose=purpose.value, staff=account.person.id
        )


def mail_link(
    tx: Transaction,
    deps: Deps,
    person: Staff,
    purpose: AccountPurpose,
    *,
    asked: bool,
    by_name: str = "",
) -> None:
    """Mail a link for another password or against a lock.

    ``asked`` when the reader may have asked for it; ``by_name`` is the colleague who sent it.
    """
    link = make(tx, deps, person, purpose)
    mail = (
        UnlockLink(link.until, asked)
        if purpose is AccountPurpose.UNLOCK
        else PasswordLink(link.until, asked, by_name)
    )
    tell_staff(
        tx,
        person,
        mail,
        Subject.account(person.id),
        once=link.id,
        account_link_id=link.id,
    )


def tell_locked(deps: Deps) -> int:
    """Tell who is locked out by wrong passwords, with a way in; a periodic job.

    At most one mail a day for each account; returns how many.
    """
    told = 0
    with deps.database.begin() as tx:
        for person in tx.accounts.to_tell_of_lock():
            if tx.tries.seconds_left(limits.of_address(deps, person.email)):
                mail_link(tx, deps, person, AccountPurpose.UNLOCK, asked=False)
                tx.accounts.note_told_of_lock(person.id)
                told += 1
    return told
