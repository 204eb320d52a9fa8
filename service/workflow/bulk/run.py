"""The worker's part of imports: judges, makes and sends, line by line, until nothing is left.

One job serves all imports for a few seconds and then defers itself, so that other work gets a turn
and the worker can stop.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import takewhile
from time import monotonic

from service.agreement.bulk import pace
from service.agreement.bulk.states import ImportState, LineState
from service.agreement.events import Event
from service.agreement.permissions import SYSTEM, Permission, Staff
from service.agreement.subjects import Subject
from service.database.bulk.imports import Import
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.error_words import kept_code
from service.mail.kinds import ImportEnded
from service.workflow.bulk.halted import tell_halted
from service.workflow.bulk.judge import judge_import, people
from service.workflow.bulk.lines import Maker
from service.workflow.offer.create import ground
from service.workflow.offered import still_there
from service.workflow.tasks import IMPORT
from service.workflow.telling.notify import tell_staff

PART_SECONDS = 3.0
LINES_IN_TURN = 20  # of one import, before the next one has its turn
LONG = timedelta(minutes=10)  # whoever started it is no longer watching
LOOK_AGAIN = timedelta(seconds=1)  # while another process has the last lines


def run(deps: Deps) -> None:
    """Work for some seconds at all imports, and defer the rest; a job."""
    ends = monotonic() + PART_SECONDS
    pauses: list[timedelta] = []
    with deps.database.look() as tx:
        waiting = tx.imports.unfinished()
    while waiting:
        found = waiting.pop(0)
        pause = turn(deps, found)
        if pause is None:
            continue
        if pause or monotonic() > ends:
            pauses.append(pause)
        else:
            waiting.append(found)
    if pauses:
        with deps.database.begin() as tx:
            tx.jobs.defer(IMPORT, after=min(pauses) or None)


def turn(deps: Deps, found: Import) -> timedelta | None:
    """Do some lines of an import.

    Returns the pause before the next turn, zero for none; None if nothing is left to do.
    """
    if found.state is ImportState.JUDGING:
        judge_import(deps, found.number)
        return None
    actor = _actor(deps, found)
    if actor is None:
        return None
    maker = _maker(deps, found, actor)
    if maker.template is None and _waits_for_a_text(deps, found):
        return None
    if found.sending and not found.together:
        return _make_and_send(deps, maker, found)
    made = _times(maker.make_next, LINES_IN_TURN)
    if made == LINES_IN_TURN or not found.sending:
        if made:
            return timedelta(0)
        return None if _finish(deps, found) else LOOK_AGAIN
    if _still_made(deps, found):  # or a person would get two mails
        return LOOK_AGAIN
    may_send, pause = _pace(deps, found)
    sent = _times(maker.send_next, min(may_send, LINES_IN_TURN))
    if made or sent:
        return timedelta(0) if sent < may_send else pause
    return None if _finish(deps, found) else max(pause, LOOK_AGAIN)


def _make_and_send(deps: Deps, maker: Maker, found: Import) -> timedelta | None:
    """The lines made before first, then others; as many as may be sent. The rest is made
    meanwhile."""
    may_send, pause = _pace(deps, found)
    at_most = min(may_send, LINES_IN_TURN)
    sent = _times(maker.send_next, at_most)
    sent += _times(maker.make_and_send_next, at_most - sent)
    made = _times(maker.make_next, LINES_IN_TURN - sent)
    if made or sent:
        return timedelta(0) if made or sent < may_send else pause
    return None if _finish(deps, found) else max(pause, LOOK_AGAIN)


def _times(step: Callable[[], bool], at_most: int) -> int:
    """Take a step until it finds no line; returns how many it found."""
    return sum(1 for _ in takewhile(lambda _: step(), range(at_most)))


def make(deps: Deps, found: Import, *, seconds: float) -> bool:
    """Only make lines of an import, for so long; for the command line. Returns whether any was."""
    actor = _actor(deps, found)
    if actor is None:
        return False
    ends = monotonic() + seconds
    maker = _maker(deps, found, actor)
    if maker.template is None and _waits_for_a_text(deps, found):
        return False
    made = 0
    while monotonic() < ends and maker.make_next():
        made += 1
    return made > 0


def _maker(deps: Deps, found: Import, actor: Staff) -> Maker:
    with deps.database.begin() as tx:
        here = ground(deps, tx)
        named = found.template_sha256 or here.templates[0]  # none in imports of former versions
        template = still_there(deps, tx, named)
        return Maker(deps, found, actor, here, people(tx), template)


def _waits_for_a_text(deps: Deps, found: Import) -> bool:
    """Pause an import that still has to make agreements of a withdrawn template."""
    with deps.database.begin() as tx:
        now = tx.imports.lock(found.number)
        if now.state is not ImportState.RUNNING or now.template_sha256 != found.template_sha256:
            return False
        if not tx.imports.counts(found.id).get(LineState.GOOD):
            return False
        _pause(tx, now, ErrorCode.IMPORT_WITHDRAWN)
        return True


def _pause(tx: Transaction, found: Import, why: ErrorCode) -> None:
    """By itself, for who holds it; one mail says so."""
    counts = tx.imports.counts(found.id)
    left = [LineState.GOOD, *([LineState.MADE] if found.sending else [])]
    tx.imports.set_state(found.id, ImportState.PAUSED, failure=kept_code(why))
    entry = tx.audit.append(None, Event.IMPORT_PAUSED, SYSTEM, number=found.number)
    tell_halted(
        tx,
        found.by_id,
        Permission.PREPARE,
        once=entry,
        page=f"/importen/{found.number}",
        reason=kept_code(why),
        left=sum(counts.get(each, 0) for each in left),
        list_name=found.name,
    )


def _still_made(deps: Deps, found: Import) -> bool:
    """Whether another process has the last lines to make."""
    with deps.database.look() as tx:
        return bool(tx.imports.counts(found.id).get(LineState.GOOD))


def _pace(deps: Deps, found: Import) -> tuple[int, timedelta]:
    """How many may be sent now, and the pause before the next one."""
    most, pause = sys.maxsize, timedelta(0)
    with deps.database.look() as tx:
        now = tx.now()
        # That of the installation is for all imports together.
        limits = [(deps.settings.bulk_mails_per_minute, tx.lines.newest_sent())]
        if found.per_minute:
            limits.append((found.per_minute, tx.lines.newest_sent(found.id)))
    for per_minute, newest in limits:
        if per_minute:
            most = min(most, pace.allowed(per_minute, newest, now))
            pause = max(pause, pace.next_one(per_minute))
    return most, pause


def _actor(deps: Deps, found: Import) -> Staff | None:
    """Who answers for this import; if that person may no longer, it pauses with the reason."""
    with deps.database.begin() as tx:
        account = tx.accounts.by_id(found.by_id)
        needed = [Permission.PREPARE, *([Permission.SEND] if found.sending else [])]
        if account and account.active and all(map(account.person.may, needed)):
            return account.person
        now = tx.imports.lock(found.number)
        if now.state is ImportState.RUNNING and now.by_id == found.by_id:
            _pause(tx, now, ErrorCode.STARTER_GONE)
    return None


def _finish(deps: Deps, found: Import) -> bool:
    """Whether the import has ended: nothing is left, or somebody paused or stopped it."""
    with deps.database.begin() as tx:
        now = tx.imports.lock(found.number)
        if now.state is not ImportState.RUNNING:
            return True
        counts = tx.imports.counts(found.id)
        if counts.get(LineState.GOOD) or (now.sending and counts.get(LineState.MADE)):
            return False
        _end(tx, now, counts)
        return True


def _end(tx: Transaction, found: Import, counts: Mapping[LineState, int]) -> None:
    sent = counts.get(LineState.SENT, 0)
    made = counts.get(LineState.MADE, 0) + sent
    tx.imports.set_state(found.id, ImportState.DONE)
    entry = tx.audit.append(None, Event.IMPORT_FINISHED, SYSTEM, number=found.number, count=made)
    starter = tx.accounts.by_id(found.by_id)
    if starter and found.started_at and tx.now() - found.started_at > LONG:
        problems = counts.get(LineState.FAULTY, 0) + counts.get(LineState.FAILED, 0)
        tell_staff(
            tx,
            starter.person,
            ImportEnded(found.name, made, sent, problems),
            Subject.account(found.by_id),
            once=entry,
            page=f"/importen/{found.number}",
        )
