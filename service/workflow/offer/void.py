"""Sales withdraws an agreement before everybody has signed."""

from __future__ import annotations

import dataclasses

from service.agreement.events import Event
from service.agreement.fields import Checker
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Principal, require
from service.agreement.states import PlaceState, Step, next_state
from service.database.engine import Transaction
from service.deps import Deps
from service.mail.kinds import Voided
from service.workflow.telling.notify import tell_signatory


def void(deps: Deps, reference: str, reason: str, by: Principal) -> None:
    """Withdraw with a reason, revoke the link, and notify an invited signatory.

    Raises Invalid without a reason, TooLate if the last signature came first.
    """
    require(by, Permission.SEND)
    given = checked_reason(reason)
    with deps.database.begin() as tx:
        void_in(tx, tx.agreements.lock(reference), given, by)


def checked_reason(reason: str) -> str:
    """Raises Invalid without one."""
    check = Checker()
    given = check.line("reason", reason, least=3, most=500)
    check.raise_if_wrong()
    return given


def void_in(tx: Transaction, before: Agreement, reason: str, by: Principal) -> None:
    """With a checked reason."""
    voided = void_without_mail(tx, before, reason, by)
    if tx.signing.live_link(before.id):  # otherwise nobody was invited yet
        tell_signatory(tx, voided, Voided(reason), once="voided")


def void_without_mail(tx: Transaction, before: Agreement, reason: str, by: Principal) -> Agreement:
    """The same, but nobody is told yet."""
    voided = tx.agreements.save(
        before,
        dataclasses.replace(
            before,
            state=next_state(Step.VOID, before.state),
            places=before.unsigned_become(PlaceState.LAPSED),
        ),
    )
    tx.audit.append(
        before.id,
        Event.AGREEMENT_VOIDED,
        by,
        personal={"name": by.name, "reason": reason},
    )
    tx.messages.settle_link_mails(before.id)
    return voided
