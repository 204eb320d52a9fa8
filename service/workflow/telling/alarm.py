"""Notifies everybody with the role ``beheer`` when something keeps failing. A periodic job.

It repairs nothing. Stalled items are read from the state tables: a lost job, a dead worker and a
server that refuses look the same there.

- The first alarm comes after 15 minutes, then one every day.
- A damaged or missing package is reported at once, because it cannot recover by itself; those found
  in the same minute share a mail.
- After an alarm, further items of its kind wait for an hour, so that one outage causes one mail.
  Kinds that take nights to recover wait for a day.
- A periodic job whose last run failed is reported until a run succeeds.
- A permanently refused mail is reported to its sender at once (``deliver.py``), not here.
- A time stamp that expired before its renewal is reported once: nothing can be done about it.
"""

from __future__ import annotations

from datetime import timedelta

from service.agreement.alarms import AlarmKind, StalledItem
from service.agreement.events import Event
from service.agreement.permissions import SYSTEM, Permission, Principal, Role, require
from service.agreement.reasons import within
from service.agreement.subjects import SubjectKind
from service.database.engine import Transaction
from service.deps import Deps
from service.mail.kinds import Alarm
from service.texts import OURS, text
from service.workflow.one_by_one import one_by_one
from service.workflow.telling.notify import Reader, tell, tell_staff

PATIENCE = timedelta(minutes=15)
AGAIN = timedelta(days=1)
NEWS = {
    **dict.fromkeys(AlarmKind, timedelta(hours=1)),
    **dict.fromkeys((AlarmKind.REREAD, AlarmKind.RENEW, AlarmKind.LATE), timedelta(days=1)),
    AlarmKind.DAMAGED: timedelta(0),
}
ONCE = AlarmKind.LATE
TOLD_TO_THE_SENDER = {AlarmKind.UNDELIVERED}
AT_MOST = 50  # items in one mail; their rows are locked while the alarm is recorded
SHOWN_AFTER = timedelta(minutes=1)  # earlier it is merely busy
SHOWN_AT_MOST = 100


def alarm(deps: Deps) -> int:
    """Send the due alarms, each kind in its own transaction; returns the number of items reported.

    Raises SomeFailed if some kinds could not be reported.
    """
    with deps.database.begin() as tx:
        tx.alarms.forget_recovered()
    told_here = [kind for kind in AlarmKind if kind not in TOLD_TO_THE_SENDER]
    return one_by_one(told_here, lambda kind: _tell_kind(deps, kind))


def _tell_kind(deps: Deps, kind: AlarmKind) -> int:
    again = None if kind is ONCE else AGAIN
    with deps.database.begin() as tx:
        due = tx.alarms.due(kind, PATIENCE, again, limit=AT_MOST)
        if not due or tx.alarms.told_within(kind, NEWS[kind]):
            return 0
        for item in sorted(due, key=lambda each: each.subject.id):  # prevents deadlocks
            _note(tx, item)
        unnamed = tx.alarms.count(kind, PATIENCE) - len(due)
        _mail(tx, due[0], due[1:], unnamed)
    return len(due)


def _note(tx: Transaction, item: StalledItem) -> None:
    """Record the alarm, also in the log of its subject."""
    agreement_id = item.subject.agreement_id
    if agreement_id:
        tx.agreements.lock_by_id(agreement_id)
    tx.alarms.note(item)
    tx.audit.append(
        agreement_id,
        Event.ALARM_RAISED,
        SYSTEM,
        personal={"reason": within(item.reason, 300)},
        what=_code(item),
        since=item.since.isoformat(),
    )


_PAGE = "/taken"


def _mail(tx: Transaction, first: StalledItem, others: list[StalledItem], unnamed: int) -> None:
    days = (tx.now() - first.since) // AGAIN
    once = f"{first.kind.value}:{first.subject.id}:{first.since.isoformat()}:{days}"
    mail = Alarm(
        what=_code(first),
        trouble=first.kind.value,
        since=first.since,
        reason=first.reason,
        others=[_named(each) for each in others],
        unnamed=unnamed,
    )
    for person in tx.accounts.with_role(Role.ADMIN):
        if first.subject.agreement_id is None:
            tell_staff(tx, person, mail, first.subject, once=once, page=_PAGE)
        else:
            agreement = tx.agreements.get_by_id(first.subject.agreement_id)
            tell(tx, agreement, mail, to=Reader.of(person), once=once, page=_PAGE)


def what_fails(item: StalledItem) -> str:
    """The failing work in words: the name of a job, or what an agreement waits for."""
    return text(f"labels.{_code(item)}", OURS)


def _code(item: StalledItem) -> str:
    """The key of those words. Mails and log entries store it, so a key is never renamed."""
    if item.subject.kind is SubjectKind.JOB:
        return f"job.{item.subject.id}"
    return f"standing.{item.kind.value}"


def _named(item: StalledItem) -> str:
    if item.reference:
        return f"{item.reference} ({item.organisation})"
    return _code(item)


def stalled_items(deps: Deps, by: Principal) -> tuple[list[StalledItem], str | None]:
    """The stalled items, the longest first, and why an alarm could not be mailed yet, if so."""
    require(by, Permission.SEE_OPERATIONS)
    with deps.database.look() as tx:
        return tx.alarms.stalled(SHOWN_AFTER, limit=SHOWN_AT_MOST), tx.alarms.unsent()
