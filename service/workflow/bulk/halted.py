"""Tells people that a list paused, or a step for many agreements stopped, by itself."""

from __future__ import annotations

from service.agreement.permissions import Permission, Role
from service.agreement.subjects import Subject
from service.database.engine import Transaction
from service.mail.kinds import BulkHalted
from service.workflow.telling.notify import tell_staff


def tell_halted(
    tx: Transaction,
    by_id: str,
    permission: Permission,
    *,
    once: str,
    page: str,
    reason: str,
    left: int,
    list_name: str = "",
    what: str = "",
) -> None:
    """Queue one mail to whoever began it, or to every administrator if that person may not open the
    page any more. ``permission`` is what the page needs; ``once`` as of any mail."""
    account = tx.accounts.by_id(by_id)
    starter = account.person if account else None
    theirs = account is not None and account.active and account.person.may(permission)
    mail = BulkHalted(
        list_name=list_name,
        what=what,
        started_by=starter.name if starter else "",
        reason=reason,
        left=left,
    )
    for person in [starter] if starter and theirs else tx.accounts.with_role(Role.ADMIN):
        tell_staff(tx, person, mail, Subject.account(by_id), once=once, page=page)
