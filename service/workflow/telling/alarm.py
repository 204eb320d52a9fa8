"""Somebody is told when something keeps failing (DESIGN.md §1.5). A periodic job.

Everything that fails is tried again without an end, so nothing here repairs; it warns whoever
holds the role ``beheer`` (there is always one). What stands still is read from the state tables:
a job that was lost, a worker that is gone for good and a server that refuses all look the same.

* The first warning comes when something has stood still for 15 minutes, and one a day after that.
* A package that is damaged or missing in the archive is told at once: it does not heal. What is
  found in the same minute is in one mail.
* What joins a trouble of a kind that people were just warned of waits for an hour, so that a
  server that is down for everybody brings one mail that names many and not many mails. What takes
  nights to catch up waits for a day.
* A periodic job of which the last run failed is told like an agreement that stands still. The
  alarm ends when a run of that job succeeds.
* A mail that was refused for good is told to its sender at once (``undelivered.py``), not here.
* A time stamp that ended before it was renewed is told once: nobody can do anything about it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from service.agreement.events import Event
from service.agreement.permissions import Permission, Role, Staff, require
from service.database.engine import Transaction
from service.database.lists.alarms import ALARM, Standing, Subject, What
from service.deps import Deps
from service.texts import text
from service.workflow.actors import SYSTEM
from service.workflow.one_by_one import one_by_one
from service.workflow.telling.notify import tell, tell_staff

PATIENCE = timedelta(minutes=15)
AGAIN = timedelta(days=1)
NEWS = {
    **dict.fromkeys(What, timedelta(hours=1)),
    **dict.fromkeys((What.REREAD, What.RENEW, What.LATE), timedelta(days=1)),
    What.DAMAGED: timedelta(0),
}
ONCE = What.LATE
TOLD_TO_THE_SENDER = {What.UNDELIVERED}
AT_MOST = 50  # named in one mail; their rows are locked for as long as it takes to note it
SHOWN_AFTER = timedelta(minutes=1)  # sooner it is only busy
SHOWN_AT_MOST = 100


def alarm(deps: Deps) -> int:
    """Warn of what is due, each kind in a transaction of its own; returns how much was told.

    Raises SomeFailed when people could not be warned of some kinds; of the others they were.
    """
    with deps.database.begin() as tx:
        tx.alarms.forget_recovered()
    told_here = [what for what in What if what not in TOLD_TO_THE_SENDER]
    return one_by_one(told_here, lambda what: _tell_kind(deps, what))


def _tell_kind(deps: Deps, what: What) -> int:
    again = None if what is ONCE else AGAIN
    with deps.database.begin() as tx:
        due = tx.alarms.due(what, PATIENCE, again, limit=AT_MOST)
        if not due or tx.alarms.told_within(what, NEWS[what]):
            return 0
        for standing in sorted(due, key=lambda each: each.subject_id):  # never a deadlock
            _note(tx, standing)
        unnamed = tx.alarms.count(what, PATIENCE) - len(due)
        _mail(tx, due[0], due[1:], unnamed)
    return len(due)


def _note(tx: Transaction, standing: Standing) -> None:
    """Remember that people are warned of this now, and say so in the log it belongs to."""
    about_agreement = standing.subject is Subject.AGREEMENT
    if about_agreement:
        tx.agreements.lock_by_id(standing.subject_id)
    tx.alarms.note(standing)
    tx.audit.append(
        standing.subject_id if about_agreement else None,
        Event.ALARM_RAISED,
        SYSTEM,
        personal={"reason": standing.reason[:300]},
        what=_code(standing),
        since=standing.since.isoformat(),
    )


def _mail(tx: Transaction, first: Standing, others: list[Standing], unnamed: int) -> None:
    days = (tx.now() - first.since) // AGAIN
    values: dict[str, Any] = {
        "once": f"{first.what.value}:{first.subject_id}:{first.since.isoformat()}:{days}",
        "page": "/taken",
        "what": _code(first),
        "trouble": first.what.value,
        "since": first.since.isoformat(),
        "reason": first.reason,
        "others": [_named(each) for each in others],
        "unnamed": unnamed,
    }
    for person in tx.accounts.with_role(Role.ADMIN):
        if first.subject is Subject.JOB:
            tell_staff(tx, person, ALARM, **values)
        else:
            agreement = tx.agreements.get_by_id(first.subject_id)
            tell(tx, agreement, ALARM, to=person.email, name=person.name, **values)


def what_fails(standing: Standing) -> str:
    """What does not succeed, in words: the name of a job, or what an agreement waits for."""
    return text(f"labels.{_code(standing)}")


def _code(standing: Standing) -> str:
    if standing.subject is Subject.JOB:
        return f"job.{standing.subject_id}"
    return f"standing.{standing.what.value}"


def _named(standing: Standing) -> str:
    if standing.subject is Subject.JOB:
        return _code(standing)
    return f"{standing.reference} ({standing.organisation})"


def standing_still(deps: Deps, staff: Staff) -> tuple[list[Standing], str | None]:
    """What stands still, the longest first, and why a warning could not be mailed yet, if so."""
    require(staff, Permission.SEE_OPERATIONS)
    with deps.database.begin() as tx:
        return tx.alarms.standing(SHOWN_AFTER, limit=SHOWN_AT_MOST), tx.alarms.unsent()
