"""The queries of periodic jobs over many agreements: only the search for due work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from bench.asked import GOAL, Question
from service.agreement.alarms import AlarmKind
from service.agreement.states import State
from service.database.engine import Transaction
from service.workflow.keeping import renew_stamps, reread, retain
from service.workflow.offer import remind
from service.workflow.sweep import PATIENCE_SECONDS
from service.workflow.telling import alarm
from storage.retention import EXTEND_BELOW_DAYS

_LONG_AGO = date.today() - timedelta(days=4000)  # noqa: DTZ011  what ended before is not kept


def jobs() -> Iterator[Question]:
    def job(name: str, step: Callable[[Transaction], object]) -> Question:
        return f"job: {name}", GOAL, lambda asked: asked.undone(step)

    seconds = PATIENCE_SECONDS
    yield job(
        "sweep, texts and seals",
        lambda tx: (
            tx.lagging.in_state_since((State.PREPARING,), seconds),
            tx.lagging.unsealed(seconds),
        ),
    )
    yield job("sweep, not archived", lambda tx: tx.lagging.not_archived(seconds))
    yield job(
        "sweep, mails and requests",
        lambda tx: (tx.messages.waiting(seconds), tx.account_links.waiting_requests(seconds)),
    )
    yield job("sweep, signed elsewhere", lambda tx: tx.registered_files.waiting(seconds))
    yield job("sweep, recorded ends", lambda tx: tx.end_records.any_waiting(seconds))
    yield job("alarm, what recovered", lambda tx: tx.alarms.forget_recovered())
    for kind in (AlarmKind.SEAL, AlarmKind.REREAD, AlarmKind.MAIL, AlarmKind.UNDELIVERED):
        yield job(f"alarm, {kind.value}", partial(_alarms, kind))
    yield job("alarm, counted", lambda tx: tx.alarms.count(AlarmKind.ARCHIVE, alarm.PATIENCE))
    yield job("expire", lambda tx: tx.lagging.overdue())
    yield job("remind, a part", lambda tx: _remind(tx, None))
    yield job("remind, a later part", lambda tx: _remind(tx, tx.now() + timedelta(days=15)))
    yield job("locked accounts", lambda tx: tx.accounts.to_tell_of_lock())
    yield job("tidy, working copies", lambda tx: tx.archive.verified_for(retain.WORKING_COPY_HOURS))
    yield job("shed, shown texts", lambda tx: tx.shedding.due(30, retain.SHED_AT_ONCE))
    yield job("tidy, sessions and codes", lambda tx: tx.signing.drop_ended())
    yield job("tidy, a part of the drafts", lambda tx: tx.drafts.drop_ended())
    yield job("tidy, repeated requests", lambda tx: tx.idempotency.drop_ended())
    yield job("tidy, staff log", lambda tx: tx.activity.drop_old())
    yield job("anchor, what waits", lambda tx: (tx.anchors.newest(), tx.anchors.not_stored()))
    yield job("anchor, chains that grew", lambda tx: tx.anchors.grown())
    yield job("anchor, locks", lambda tx: tx.anchors.locked_for_less_than(60))
    yield job("round, how many", lambda tx: tx.archive_round.total())
    yield job(
        "round, what is due",
        lambda tx: tx.archive_round.due(reread.DUE_AFTER, reread.DAMAGED_AFTER, reread.AT_ONCE),
    )
    yield job("probe, some originals", lambda tx: tx.archive_round.some_originals(5))
    yield job("stamps, not read yet", lambda tx: tx.stamps.unread(renew_stamps.AT_ONCE))
    yield job(
        "stamps, due",
        lambda tx: tx.stamps.due(
            now := tx.now(), now + timedelta(days=180), _LONG_AGO, renew_stamps.AT_ONCE
        ),
    )
    yield job("stamps, late", lambda tx: tx.stamps.late(tx.now(), _LONG_AGO))
    yield job("stamps, in trouble", lambda tx: tx.renewals.troubled())
    yield job(
        "locks, a part",
        lambda tx: tx.archive.locks_ending(_soon(tx), after=None, limit=retain.AT_ONCE),
    )
    yield job("locks, of other years", lambda tx: tx.archive.reopen_locks(10, 10_000))
    yield job("locks, what recovered", lambda tx: tx.archive.forget_lock_failures(_soon(tx)))


def _soon(tx: Transaction) -> datetime:
    return tx.now() + timedelta(days=EXTEND_BELOW_DAYS)


def _alarms(kind: AlarmKind, tx: Transaction) -> object:
    return tx.alarms.due(kind, alarm.PATIENCE, alarm.AGAIN, limit=alarm.AT_MOST)


def _remind(tx: Transaction, after: datetime | None) -> object:
    part = tx.reminders.waiting(remind.AT_ONCE, (after, str(UUID(int=0))) if after else None)
    return tx.reminders.situations([each for _, each in part])
