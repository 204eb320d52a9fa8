"""Reminds the signatory of an unused link with the same link, automatically or by hand.

The rules are in ``service/agreement/reminders.py``; ``ZEGEL_REMINDER_DAYS`` can turn automatic ones
off. A person who got one link for several agreements is reminded in one mail, which counts for
each.
"""

from __future__ import annotations

from datetime import datetime

from service.agreement import reminders
from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM, Permission, Principal, require
from service.agreement.reminders import Situation
from service.agreement.states import Step, next_state
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import Refused
from service.mail.bundles import Bundled, BundleReminder
from service.mail.kinds import Reminder
from service.workflow.one_by_one import one_by_one
from service.workflow.telling.notify import last_day, sender, tell_about_all, tell_signatory
from signatures.effective_date import local_date

AT_ONCE = 50  # agreements per statement


def remind_due(deps: Deps, *, now: datetime | None = None) -> int:
    """Send all due reminders and return how many; a periodic job.

    ``now`` defaults to the database's clock. The rules are checked again under the agreement's
    lock. Raises SomeFailed.
    """
    marks = deps.settings.reminder_days
    with deps.database.begin() as tx:
        moment = now or tx.now()
        if not marks or not reminders.is_time(moment):
            return 0
    found: list[str] = []
    with deps.database.look() as tx:
        part = tx.reminders.waiting(AT_ONCE)
        while part:
            situations = tx.reminders.situations([each for _, each in part])
            found += [each for each, one in situations.items() if reminders.due(one, marks, moment)]
            part = tx.reminders.waiting(AT_ONCE, part[-1])
    return one_by_one(found, lambda agreement_id: _remind_one(deps, agreement_id, moment))


def _remind_one(deps: Deps, agreement_id: str, now: datetime) -> bool:
    with deps.database.begin() as tx:
        tx.bundles.hold_with(agreement_id)
        tx.agreements.lock_by_id(agreement_id)
        situation = tx.reminders.situation(agreement_id)
        if situation is None:
            return False
        due = reminders.due(situation, deps.settings.reminder_days, now)
        if due is None:
            return False
        # A mark before the end belongs to that end: an extended term gets its own.
        end = local_date(situation.expires_at) if due.mark < 0 else ""
        return _remind(
            tx,
            agreement_id,
            situation,
            once=f"{due.mark}:{end}",
            by=SYSTEM,
            why="before" if due.mark < 0 else "after",
            days=abs(due.mark),
        )


def remind(deps: Deps, reference: str, by: Principal) -> None:
    """Send a reminder now: at most one mail with the link a day, and four reminders in all.

    Raises WrongState or TooLate if nobody can sign any more, otherwise Refused.
    """
    require(by, Permission.SEND)
    with deps.database.begin() as tx:
        tx.bundles.hold_with(tx.agreements.get(reference).id)
        remind_in(tx, tx.agreements.lock(reference), by)


def remind_in(tx: Transaction, agreement: Agreement, by: Principal) -> None:
    """The caller locked the bundle's agreements before ``agreement``."""
    next_state(Step.RESEND, agreement.state)
    situation = tx.reminders.situation(agreement.id)
    now = tx.now()
    refused = reminders.refused_by_hand(situation.reached if situation else None, now)
    if refused or situation is None:
        raise Refused(refused or ErrorCode.REMIND_NOBODY, most=reminders.MOST)
    _remind(
        tx,
        agreement.id,
        situation,
        once=f"staff:{local_date(now)}",
        by=by,
        why="staff",
    )


def _remind(
    tx: Transaction,
    agreement_id: str,
    situation: Situation,
    *,
    once: str,
    by: Principal,
    why: str,
    days: int | None = None,
) -> bool:
    agreement = tx.agreements.get_by_id(agreement_id)
    sent_by, link_ids = sender(tx, agreement).name, _waiting_with(tx, situation)
    others = [tx.agreements.get_by_id(each) for each in link_ids]
    if others:
        every = [agreement, *others]
        named = sorted(every, key=lambda each: each.reference)
        lines = [Bundled(each.controller.name, each.reference, last_day(each)) for each in named]
        queued = tell_about_all(
            tx,
            every,
            BundleReminder(sent_by, lines),
            once=f"{situation.link_id}:{once}",
            link_ids={agreement_id: situation.link_id, **link_ids},
        )
    else:
        queued = tell_signatory(
            tx,
            agreement,
            Reminder(sent_by, last_day(agreement)),
            once=f"{situation.link_id}:{once}",
            link_id=situation.link_id,
        )
    if queued:
        _log(tx, agreement, by, why=why, **({"days": days} if days else {}))
        for each in others:
            _log(tx, each, by, why="together")
    return queued


def _waiting_with(tx: Transaction, situation: Situation) -> dict[str, str]:
    """The other agreements of the bundle that wait for the same person, with their links."""
    links = tx.bundles.others_with(situation.link_id)
    found, now = tx.reminders.situations(list(links)) if links else {}, tx.now()
    return {
        agreement_id: links[agreement_id]
        for agreement_id, each in sorted(found.items())
        if now <= each.expires_at and not each.question_waits
    }


def _log(tx: Transaction, agreement: Agreement, by: Principal, **data: object) -> None:
    tx.audit.append(
        agreement.id,
        Event.SIGNATORY_REMINDED,
        by,
        personal={"to": agreement.signatory.email, **({"name": by.name} if by.name else {})},
        **data,
    )
