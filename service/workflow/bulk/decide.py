"""What people decide about an import: its columns and choices, and whether it goes on."""

from __future__ import annotations

from collections.abc import Sequence

from service.agreement.bulk.choices import checked
from service.agreement.bulk.columns import Columns
from service.agreement.bulk.options import Options
from service.agreement.bulk.states import ImportState, ImportStep, LineState, next_state
from service.agreement.bulk.verdicts import Note, Skip
from service.agreement.events import Event
from service.agreement.permissions import Permission, Principal, Role, Staff, require
from service.agreement.template_family import Choice
from service.database.bulk.imports import Import
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, Refused
from service.workflow.bulk.judge import judge_import, people
from service.workflow.bulk.take_in import JUDGED_NOW
from service.workflow.offered import offered, still_there
from service.workflow.tasks import IMPORT

TO_DO = (LineState.GOOD, LineState.MADE)


def choose(
    deps: Deps, number: int, by: Staff, *, targets: Sequence[str], options: Options
) -> Import:
    """Set the columns and the choices for all rows, which are judged anew.

    Raises Invalid naming ``columns`` or another choice; Refused once the import was started.
    """
    require(by, Permission.PREPARE)
    with deps.database.begin() as tx:
        found = tx.imports.lock(number)
        state = next_state(ImportStep.JUDGE_AGAIN, found.state)
        if len(targets) != len(found.headings):
            raise Invalid([FieldError("columns", FieldCode.CHOOSE)])
        profile = tx.profiles.newest()
        columns, processor = Columns(tuple(targets)), profile[1] if profile else None
        families = [each.family_id for each in offered(deps, tx)]
        checked_options = checked(columns, options, people(tx), processor, families)
        tx.imports.choose(found.id, targets, checked_options)
        tx.imports.set_state(found.id, state)
        judged = [each for each in LineState if each is not LineState.WAITING]
        tx.lines.move(found.id, judged, LineState.WAITING)
        tx.jobs.defer(IMPORT)
        rows = sum(tx.imports.counts(found.id).values())
    if rows <= JUDGED_NOW:
        judge_import(deps, number)
    return _now(deps, number)


def leave_out(deps: Deps, number: int, rows: Sequence[int], by: Staff) -> int:
    """Leave out rows that would be made; returns how many."""
    require(by, Permission.PREPARE)
    with deps.database.begin() as tx:
        found = tx.imports.lock(number)
        skip = Note(Skip.BY_HAND)
        return tx.lines.move(found.id, (LineState.GOOD,), LineState.SKIPPED, rows=rows, skip=skip)


def put_back(deps: Deps, number: int, rows: Sequence[int], by: Staff) -> int:
    """Make rows all the same that a person left out; returns how many."""
    require(by, Permission.PREPARE)
    with deps.database.begin() as tx:
        found = tx.imports.lock(number)
        left_out = [
            each.row
            for each in tx.lines.page(found.id, (LineState.SKIPPED,))
            if each.skip and each.skip.code == Skip.BY_HAND and each.row in set(rows)
        ]
        return tx.lines.move(found.id, (LineState.SKIPPED,), LineState.GOOD, rows=left_out)


def start(
    deps: Deps,
    number: int,
    by: Staff,
    *,
    send: bool = False,
    per_minute: int | None = None,
    doubtful: bool = True,
    together: bool = False,
    seen: int | None = None,
) -> Import:
    """Make the agreements of all good lines in the name of ``by``; with ``send``, also send them
    and those made before.

    ``per_minute`` limits the sending; None: as set for the installation. ``doubtful``: also lines
    with a warning. ``together``: one mail for all of a person's agreements. Raises Refused if the
    number of lines ``seen`` changed, nothing is left to do, nobody can sign for us, or the template
    is not offered.
    """
    require(by, Permission.PREPARE)
    if send:
        require(by, Permission.SEND)
    with deps.database.begin() as tx:
        found = tx.imports.lock(number)
        state = next_state(ImportStep.START, found.state)
        if tx.profiles.newest() is None:
            raise Refused(ErrorCode.NO_PROCESSOR)
        if send and not tx.accounts.with_role(Role.SIGNATORY):
            raise Refused(ErrorCode.COUNTERSIGNER_NOBODY)
        open_now = _left(tx, found, sending=True)
        if seen is not None and seen != open_now:
            raise Refused(ErrorCode.IMPORT_CHANGED, count=open_now)
        if not doubtful:
            skip = Note(Skip.BY_HAND)
            tx.lines.move(found.id, (LineState.GOOD,), LineState.SKIPPED, doubtful=True, skip=skip)
        sending = send or (found.sending and found.state is ImportState.RUNNING)
        to_do = _left(tx, found, sending=sending)
        if not to_do:
            raise Refused(ErrorCode.IMPORT_NOTHING)
        template = found.template_sha256 or template_of(deps, tx, found).sha256
        tx.imports.set_state(
            found.id,
            state,
            by_id=by.id,
            sending=sending,
            per_minute=per_minute,
            together=together,
            template_sha256=template,
        )
        _note(tx, found, Event.IMPORT_STARTED, by, count=to_do)
        tx.jobs.defer(IMPORT)
    return _now(deps, number)


def template_of(deps: Deps, tx: Transaction, found: Import) -> Choice:
    """What agreements of an import get as their template if it is started now. Raises Refused."""
    there = offered(deps, tx)
    if not found.options.family:
        return there[0]
    for each in there:
        if each.family_id == found.options.family:
            return each
    raise Refused(ErrorCode.IMPORT_TEMPLATE)


def pause(deps: Deps, number: int, by: Staff) -> Import:
    """Takes effect after the line in progress."""
    return _change(deps, number, by, ImportStep.PAUSE, Event.IMPORT_PAUSED)


def resume(deps: Deps, number: int, by: Staff, *, template: str = "") -> Import:
    """Go on, with the text ``template`` if the import's own version was withdrawn. Raises Refused
    if that is not offered."""
    return _change(deps, number, by, ImportStep.RESUME, Event.IMPORT_RESUMED, template)


def texts_for_the_rest(deps: Deps, number: int, by: Staff) -> list[Choice]:
    """The texts for the rest if the import's own version was withdrawn, its family first; else
    empty."""
    require(by, Permission.PREPARE)
    with deps.database.look() as tx:
        found = tx.imports.get(number)
        if not _lost_its_text(deps, tx, found):
            return []
        same = found.options.family
        return sorted(offered(deps, tx), key=lambda each: each.family_id != same)


def _lost_its_text(deps: Deps, tx: Transaction, found: Import) -> bool:
    named = found.template_sha256
    if named is None or not tx.imports.counts(found.id).get(LineState.GOOD):
        return False
    return still_there(deps, tx, named) is None


def _change(
    deps: Deps, number: int, by: Staff, step: ImportStep, event: Event, template: str = ""
) -> Import:
    require(by, Permission.PREPARE)
    with deps.database.begin() as tx:
        found = tx.imports.lock(number)
        state = next_state(step, found.state)
        if state is ImportState.RUNNING and found.sending:
            require(by, Permission.SEND)
        # Who resumes it answers for the rest.
        changed = {"by_id": by.id} if state is ImportState.RUNNING else {}
        if state is ImportState.RUNNING and _lost_its_text(deps, tx, found):
            if template not in {each.sha256 for each in offered(deps, tx)}:
                raise Refused(ErrorCode.IMPORT_WITHDRAWN)
            changed["template_sha256"] = template
        tx.imports.set_state(found.id, state, **changed)
        _note(tx, found, event, by)
        if state is ImportState.RUNNING:
            tx.jobs.defer(IMPORT)
    return _now(deps, number)


def stop(deps: Deps, number: int, by: Staff) -> int:
    """End an import, and return the number of lines that this stops. Agreements made but not sent
    stay drafts."""
    require(by, Permission.PREPARE)
    with deps.database.begin() as tx:
        return end(tx, number, by)


def end(tx: Transaction, number: int, by: Principal) -> int:
    """The same within a transaction, also for the service itself."""
    found = tx.imports.lock(number)
    state = next_state(ImportStep.STOP, found.state)
    states = [LineState.WAITING, LineState.GOOD, LineState.FAILED]
    if found.sending:
        states.append(LineState.MADE)
    stopped = tx.lines.move(found.id, states, LineState.STOPPED)
    tx.imports.set_state(found.id, state, failure=found.failure)  # the report says it too
    _note(tx, found, Event.IMPORT_STOPPED, by, count=stopped)
    return stopped


def try_again(deps: Deps, number: int, by: Staff) -> int:
    """Let the next start try the failed lines once more; returns how many."""
    require(by, Permission.PREPARE)
    with deps.database.begin() as tx:
        found = tx.imports.lock(number)
        next_state(ImportStep.START, found.state)
        failed = (LineState.FAILED,)
        unmade = tx.lines.move(found.id, failed, LineState.GOOD, made=False)
        return unmade + tx.lines.move(found.id, failed, LineState.MADE, made=True)


def _left(tx: Transaction, found: Import, *, sending: bool) -> int:
    counts = tx.imports.counts(found.id)
    return counts.get(LineState.GOOD, 0) + (counts.get(LineState.MADE, 0) if sending else 0)


def _note(tx: Transaction, found: Import, event: Event, by: Principal, **data: int) -> None:
    personal = {"name": by.name} if isinstance(by, Staff) else None
    tx.audit.append(None, event, by, personal=personal, number=found.number, **data)


def _now(deps: Deps, number: int) -> Import:
    with deps.database.look() as tx:
        return tx.imports.get(number)
