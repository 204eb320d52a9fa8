"""Requests for a link without signing in: after a forgotten password or a lock by strangers.

One row and one job, so equally long whether or not the account exists; limited per address, per
network and in total.
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
from service.mail.account_kinds import PasswordLink, UnlockLink
from service.workflow.actors import Client
from service.workflow.people import sign_in_limits as limits
from service.workflow.people.account_links import make
from service.workflow.tasks import FORGOTTEN
from service.workflow.telling.notify import tell_staff


def ask(deps: Deps, email: str, purpose: str, client: Client) -> None:
    """Request a link. The answer does not reveal whether an account exists. Raises Invalid."""
    check = Checker()
    address = check.email("email", email)
    wanted = AccountPurpose.UNLOCK if purpose == AccountPurpose.UNLOCK else AccountPurpose.PASSWORD
    check.raise_if_wrong()
    with deps.database.begin() as tx:
        key = address_key(deps.secret_key, address)
        tx.activity.note(Activity.LINK_ASKED, None, wanted.value, client=client.personal())
        # The network's own limit first, so that no network uses up the total.
        within = tx.tries.count(limits.of_links(deps, client.ip))
        request_id = tx.account_links.ask(wanted.value, address, key) if within else None
        if request_id:
            tx.jobs.defer(FORGOTTEN, request_id=request_id)


def answer(deps: Deps, request_id: str) -> None:
    """Mail the link if the account exists; a job."""
    with deps.database.begin() as tx:
        request = tx.account_links.take_request(request_id)
        account = tx.accounts.by_email(request.email) if request else None
        if request is None or account is None or not account.active:
            return
        purpose = AccountPurpose(request.purpose)
        if account.invited:
            purpose = AccountPurpose.PASSWORD  # no password to unlock yet
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
    """Mail a link for a new password or for unlocking.

    ``asked``: the recipient may have requested it; ``by_name`` is the colleague who sent it.
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
    """Mail an unlocking link, at most once a day per account, to people locked out by wrong
    passwords; a periodic job. Returns how many."""
    told = 0
    with deps.database.begin() as tx:
        for person in tx.accounts.to_tell_of_lock():
            if tx.tries.seconds_left(limits.of_address(deps, person.email)):
                mail_link(tx, deps, person, AccountPurpose.UNLOCK, asked=False)
                tx.accounts.note_told_of_lock(person.id)
                told += 1
    return told
