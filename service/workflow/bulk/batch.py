"""One step for many agreements: counted first, then done by the worker, one by one, by the rules of
the step for one agreement."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from service.agreement.batch import (
    MOST,
    BatchKind,
    BatchLineState,
    BatchState,
    Facts,
    Now,
    check,
)
from service.agreement.deadlines import end_of_day_after
from service.agreement.events import Event
from service.agreement.lists import Search, too_short
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Staff, require
from service.database.bulk.batches import Batch, NewLines, NotDone
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.error_words import kept, kept_code, kept_line
from service.errors import FieldError, Invalid, Refused, Unavailable, ZegelError
from service.workflow.bulk.halted import tell_halted
from service.workflow.offer.extend import checked_term
from service.workflow.offer.hand_over import hand_over_in, new_owner, tell_of_many
from service.workflow.offer.remind import remind_in
from service.workflow.offer.renew_together import extend_together, resend_together
from service.workflow.offer.void import checked_reason
from service.workflow.offer.void_together import void_together
from service.workflow.tasks import BATCH

log = logging.getLogger(__name__)

PART_SECONDS = 3.0
TRIES = 2  # of a line that fails unexpectedly, as when the database restarts
SHOWN = 200  # agreements that were not done

_Step = Callable[[Deps, Transaction, Agreement, Batch, Staff], None]
_STEPS: dict[BatchKind, _Step] = {
    BatchKind.REMIND: lambda _, tx, one, __, by: remind_in(tx, one, by),
    BatchKind.EXTEND: lambda deps, tx, one, batch, by: _extend(deps, tx, one, batch, by),
    BatchKind.RESEND: lambda deps, tx, one, batch, by: _resend(deps, tx, one, batch, by),
    BatchKind.VOID: lambda _, tx, one, batch, by: _void(tx, one, batch, by),
    BatchKind.HAND_OVER: lambda _, tx, one, batch, by: _hand_over(tx, one, batch, by),
}


def _extend(deps: Deps, tx: Transaction, one: Agreement, batch: Batch, by: Staff) -> None:
    done = extend_together(
        deps,
        tx,
        one,
        batch.days,
        by,
        since=batch.created_at,
        also=lambda ids: tx.batches.waiting(batch.id, ids),
    )
    tx.batches.mark_with(batch.id, done)


def _resend(deps: Deps, tx: Transaction, one: Agreement, batch: Batch, by: Staff) -> None:
    tx.batches.mark_with(batch.id, resend_together(deps, tx, one, by, since=batch.created_at))


def _void(tx: Transaction, one: Agreement, batch: Batch, by: Staff) -> None:
    done = void_together(
        tx,
        one,
        batch.reason,
        by,
        since=batch.created_at,
        also=lambda ids: tx.batches.waiting(batch.id, ids),
    )
    tx.batches.mark_with(batch.id, done)


def _hand_over(tx: Transaction, one: Agreement, batch: Batch, by: Staff) -> None:
    hand_over_in(tx, one, new_owner(tx, batch.to_id), by)


@dataclass(frozen=True)
class Selected:
    """Agreements chosen by their references, or all that ``search`` finds."""

    references: Sequence[str] = ()
    search: Search | None = None


@dataclass(frozen=True)
class Counted:
    """What would happen: to how many agreements in all, how many have their turn, and the reasons
    of the others with how many.

    ``too_many``: more than ``MOST``, so nothing was counted.
    """

    total: int = 0
    possible: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    too_many: bool = False


@dataclass(frozen=True)
class BatchProgress:
    batch: Batch
    counts: Mapping[BatchLineState, int]
    not_done: Sequence[NotDone]

    def of(self, state: str) -> int:
        return self.counts.get(BatchLineState(state), 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def count(
    deps: Deps, kind: BatchKind, chosen: Selected, by: Staff, *, days: str = "", to_id: str = ""
) -> Counted:
    """Count what a step would do. Raises Invalid for a wrong number of days, a new owner who may
    not send, or words that are too short."""
    require(by, Permission.SEND)
    term = checked_term(days) if kind is BatchKind.EXTEND else 0
    with deps.database.look() as tx:
        counted, _ = _judged(tx, kind, chosen, term, to_id)
        return counted


def begin(
    deps: Deps,
    batch_id: str,
    kind: BatchKind,
    chosen: Selected,
    by: Staff,
    *,
    seen: int,
    days: str = "",
    reason: str = "",
    to_id: str = "",
) -> None:
    """Let the worker do it. A repetition with the same id changes nothing.

    Raises Invalid for days, a reason or a new owner, Refused if the number ``seen`` changed or is
    zero.
    """
    require(by, Permission.SEND)
    given = checked_reason(reason) if kind is BatchKind.VOID else ""
    with deps.database.begin() as tx:
        if tx.batches.known(batch_id):
            return
        term = checked_term(days) if kind is BatchKind.EXTEND else 0
        to_id = to_id if kind is BatchKind.HAND_OVER else ""
        counted, lines = _judged(tx, kind, chosen, term, to_id, ids=True)
        if counted.possible != seen or not seen:
            raise Refused(ErrorCode.BATCH_CHANGED)
        if tx.batches.add(batch_id, kind, by.id, lines, days=term, reason=given, to_id=to_id):
            tx.audit.append(None, Event.BATCH_BEGUN, by, what=kind.value, count=seen)
            tx.jobs.defer(BATCH)


def _judged(
    tx: Transaction, kind: BatchKind, chosen: Selected, term: int, to_id: str, *, ids: bool = False
) -> tuple[Counted, list[NewLines]]:
    """The count, and the agreements with each answer."""
    if kind is BatchKind.HAND_OVER:
        new_owner(tx, to_id)
    if chosen.search is not None and too_short(chosen.search.words):
        raise Invalid([FieldError("zoek", FieldCode.SEARCH_SHORT)])
    wanted = chosen.references[:MOST] if chosen.search is None else chosen.search
    cases = tx.chosen.alike(kind, wanted, MOST + 1, ids=ids)
    total = sum(each.count for each in cases)
    if total > MOST:
        return Counted(too_many=True), []
    now = tx.now()
    at = Now(now, end_of_day_after(now, term), to_id)
    numbers: Counter[str] = Counter()
    lines = []
    for each in cases:
        refused = _refused(kind, each.facts, at)
        numbers[refused] += each.count
        lines.append(NewLines(each.ids, refused))
    possible = numbers.pop("", 0)
    return Counted(total, possible, dict(numbers.most_common())), lines


def progress(deps: Deps, batch_id: str, by: Staff) -> BatchProgress:
    """Raises NotFound."""
    require(by, Permission.SEND)
    with deps.database.look() as tx:
        return BatchProgress(
            tx.batches.get(batch_id),
            tx.batches.counts(batch_id),
            tx.batches.not_done(batch_id, limit=SHOWN),
        )


def newest(deps: Deps, by: Staff) -> list[Batch]:
    if not by.may(Permission.SEND):
        return []
    with deps.database.look() as tx:
        return tx.batches.newest_of(by.id, limit=5)


def stop(deps: Deps, batch_id: str, by: Staff) -> None:
    """What is done stays done. Repeatable."""
    require(by, Permission.SEND)
    with deps.database.begin() as tx:
        batch = tx.batches.lock(batch_id)
        if batch.state is BatchState.RUNNING:
            _end(tx, batch, BatchState.STOPPED)


def run(deps: Deps) -> None:
    """Work for some seconds at all batches in turn, and defer the rest; a job."""
    ends = monotonic() + PART_SECONDS
    with deps.database.look() as tx:
        waiting = tx.batches.unfinished()
    while waiting and monotonic() < ends:
        waiting = [each for each in waiting if _one(deps, each)]
    if waiting:
        with deps.database.begin() as tx:
            tx.jobs.defer(BATCH)


def _one(deps: Deps, batch: Batch) -> bool:
    """Do the next agreement; False if the batch has ended. Raises Unavailable."""
    position: int | None = None
    failure: Exception | None = None
    for _ in range(TRIES):
        try:
            with deps.database.begin() as tx:
                position = None
                actor = _actor(tx, batch)
                taken = tx.batches.take_next(batch.id) if actor else None
                if actor is None or taken is None:
                    return _ended(tx, batch, orphaned=actor is None)
                position, agreement_id = taken
                tx.jobs.in_bulk = True
                tx.bundles.hold_with(agreement_id)
                agreement = tx.agreements.lock_by_id(agreement_id)
                _STEPS[batch.kind](deps, tx, agreement, batch, actor)
                tx.batches.mark(batch.id, position, BatchLineState.DONE)
            return True
        except Unavailable:
            raise
        except ZegelError as refused:
            failure = refused
            break
        except Exception as unexpected:
            log.exception("batch %s, line %s", batch.id, position)
            failure = unexpected
            deps.database.ping()
    if position is None or failure is None:  # nothing is wrong with a line: the job is tried again
        raise failure or LookupError(batch.id)
    ours = isinstance(failure, ZegelError)
    with deps.database.begin() as tx:
        state = BatchLineState.REFUSED if ours else BatchLineState.FAILED
        tx.batches.mark(batch.id, position, state, _reason(failure)[:500])
    return True


def _actor(tx: Transaction, batch: Batch) -> Staff | None:
    """Who began it, while the batch runs and that person may still send."""
    if tx.batches.hold(batch.id) is None:
        return None
    account = tx.accounts.by_id(batch.by_id)
    may = account is not None and account.active and account.person.may(Permission.SEND)
    return account.person if account and may else None


def _ended(tx: Transaction, batch: Batch, *, orphaned: bool) -> bool:
    """End a batch of which nothing is left, or that nobody answers for any more; False. Lines that
    another worker has are left to it."""
    now = tx.batches.lock(batch.id)
    if now.state is not BatchState.RUNNING:
        return False
    left = tx.batches.counts(batch.id).get(BatchLineState.WAITING, 0)
    if not left:
        _end(tx, now, BatchState.DONE)
    elif orphaned:
        why = kept_code(ErrorCode.STARTER_GONE)
        _end(tx, now, BatchState.STOPPED, why)
        tell_halted(
            tx,
            now.by_id,
            Permission.SEND,
            once=now.id,
            page=f"/overeenkomsten/samen/{now.id}",
            reason=why,
            left=left,
            what=now.kind.value,
        )
    return False


def _end(tx: Transaction, batch: Batch, state: BatchState, failure: str = "") -> None:
    """End it, and tell a new owner how many agreements were handed over."""
    tx.batches.end(batch.id, state, failure)
    done = tx.batches.counts(batch.id).get(BatchLineState.DONE, 0)
    if batch.kind is BatchKind.HAND_OVER and done and batch.to_id != batch.by_id:
        account = tx.accounts.by_id(batch.to_id)
        if account and account.active:
            tell_of_many(tx, account.person, done, batch.by_name, once=batch.id)


def _refused(kind: BatchKind, facts: Facts, at: Now) -> str:
    try:
        check(kind, facts, at)
    except ZegelError as refused:
        return _reason(refused)
    return ""


def _reason(failure: Exception) -> str:
    """The stored reason; of a field, what is wrong with it."""
    if isinstance(failure, Invalid):
        first = failure.errors[0]
        return kept_line(f"errors.{first.code}", first.values)
    return kept(failure)
