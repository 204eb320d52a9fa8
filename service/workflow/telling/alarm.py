"""Somebody is told when something keeps failing (DESIGN.md §1.5). A periodic job.

Everything that fails is retried indefinitely, so nothing here repairs anything. It warns whoever
holds the role ``beheer`` (there is always somebody). What is stalled is read from the state tables:
a lost job, a worker that is gone for good and a server that refuses all look the same.

* The first warning comes when something has been stalled for 15 minutes, then one every day.
* A package that is damaged or missing in the archive is reported at once: it cannot recover by
  itself. What is found in the same minute is in one mail.
* When people were just warned of trouble of some kind, more of the same kind waits for an hour: a
  server that is down for everybody brings one mail that names many agreements, not many mails.
  What takes nights to catch up waits for a day.
* A periodic job whose last run failed is reported like a stalled agreement. The alarm ends when a
  run of that job succeeds.
* A mail that was refused for good is reported to its sender at once (``undelivered.py``), not here.
* A time stamp that ended before it was renewed is reported once: nobody can do anything about it.
"""

from __future__ import annotations

from datetime import timedelta

from service.agreement.alarms import AlarmKind, StalledItem
from service.agreement.events import Event
from service.agreement.permissions import SYSTEM, Permission, Principal, Role, require
from service.agreement.subjects import SubjectKind
from service.database.engine import Transaction
from service.deps import Deps
from service.mail.kinds import Alarm
from service.texts import text
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
AT_MOST = 50  # named in one mail; their rows are locked for as long as it takes to note it
SHOWN_AFTER = timedelta(minutes=1)  # sooner it is only busy
SHOWN_AT_MOST = 100


def alarm(deps: Deps) -> int:
    """Warn of what is due, each kind in a transaction of its own; returns how many were reported.

    Raises SomeFailed when people could not be warned of some kinds; of the others they were.
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
        for item in sorted(due, key=lambda each: each.subject.id):  # never a deadlock
            _note(tx, item)
        unnamed = tx.alarms.count(kind, PATIENCE) - len(due)
        _mail(tx, due[0], due[1:], unnamed)
    return len(due)


def _note(tx: Transaction, item: StalledItem) -> None:
    """Record that people are warned of this now, also in the log it belongs to."""
    agreement_id = item.subject.agreement_id
    if agreement_id:
        tx.agreements.lock_by_id(agreement_id)
    tx.alarms.note(item)
    tx.audit.append(
        agreement_id,
        Event.ALARM_RAISED,
        SYSTEM,
        personal={"reason": item.reason[:300]},
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
    """What does not succeed, in words: the name of a job, or what an agreement waits for."""
    return text(f"labels.{_code(item)}")


def _code(item: StalledItem) -> str:
    """The key of those words. Mails and log entries keep it, so a key is never renamed."""
    if item.subject.kind is SubjectKind.JOB:
        return f"job.{item.subject.id}"
    return f"standing.{item.kind.value}"


def _named(item: StalledItem) -> str:
    if item.reference:
        return f"{item.reference} ({item.organisation})"
    return _code(item)


def stalled_items(deps: Deps, by: Principal) -> tuple[list[StalledItem], str | None]:
    """What is stalled, the longest first, and why a warning could not be mailed yet, if so."""
    require(by, Permission.SEE_OPERATIONS)
    with deps.database.begin() as tx:
        return tx.alarms.stalled(SHOWN_AFTER, limit=SHOWN_AT_MOST), tx.alarms.unsent()
