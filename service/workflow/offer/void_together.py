"""Several agreements withdrawn at once: who got one mail about them gets one mail again.

Used by a step over many agreements (``bulk/batch.py``), as ``renew_together``. The caller holds all
of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from service.agreement.model import Agreement
from service.agreement.permissions import Principal
from service.agreement.states import State, Step, may
from service.database.engine import Transaction
from service.mail.bundles import Bundled, BundleVoided
from service.workflow.offer.send_together import bundled_with
from service.workflow.offer.void import void_in, void_without_mail
from service.workflow.telling.notify import last_day, tell_about_all


def void_together(
    tx: Transaction,
    agreement: Agreement,
    reason: str,
    by: Principal,
    *,
    since: datetime,
    also: Callable[[Sequence[str]], Collection[str]],
) -> list[str]:
    """Withdraw this agreement and the others of its bundle that ``also`` leaves, and mail once
    about all.

    Returns their ids; none if done after ``since``. Raises as for one.
    """
    if agreement.state is State.VOIDED and _told_with_others(tx, agreement, since):
        return [agreement.id]
    others = [each for each in bundled_with(tx, agreement) if may(Step.VOID, each.state)]
    left = also([each.id for each in others])
    every = [agreement, *(each for each in others if each.id in left)]
    if len(every) == 1:
        void_in(tx, agreement, reason, by)
        return [agreement.id]
    every.sort(key=lambda each: each.reference)
    voided = [void_without_mail(tx, each, reason, by) for each in every]
    lines = [Bundled(each.controller.name, each.reference, last_day(each)) for each in voided]
    tell_about_all(tx, voided, BundleVoided(reason, lines), once="voided")
    return [each.id for each in voided]


def _told_with_others(tx: Transaction, agreement: Agreement, since: datetime) -> bool:
    mails = tx.messages.of(agreement.id)
    return any(each.kind == BundleVoided.kind and each.queued_at > since for each in mails)
