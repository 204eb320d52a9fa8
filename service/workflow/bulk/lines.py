"""One line of an import: its agreement is made as by the form, and sent as by the button."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from service.agreement.bulk.columns import Columns
from service.agreement.bulk.options import People
from service.agreement.bulk.rows import given_in
from service.agreement.bulk.states import LineState
from service.agreement.bulk.verdicts import Note, Skip
from service.agreement.events import Event
from service.agreement.permissions import Staff
from service.agreement.states import State
from service.agreement.template_version import TemplateVersion
from service.database.bulk.imports import Import
from service.database.bulk.lines import Line
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.error_words import kept, kept_code
from service.errors import Invalid, Unavailable, ZegelError
from service.workflow.offer.create import Ground, add
from service.workflow.offer.send import send_in
from service.workflow.offer.send_together import MOST, same_mail, send_together

log = logging.getLogger(__name__)

_Step = Callable[[Transaction, Line], None]
TRIES = 2  # of a line that fails unexpectedly, as when the database restarts


@dataclass(frozen=True)
class Maker:
    """Makes and sends lines of one import, in the name of ``actor``."""

    deps: Deps
    found: Import
    actor: Staff
    ground: Ground
    people: People
    template: TemplateVersion | None
    """None if it was withdrawn since the import was started: then nothing is made."""

    def make_next(self) -> bool:
        """Make the agreement of the next good line, or mark why not; False if there is none or the
        import is not running. Raises Unavailable."""
        template = self.template
        if template is None:
            return False
        return self._next(LineState.GOOD, lambda tx, line: self._make(tx, line, template))

    def make_and_send_next(self) -> bool:
        """The same and its sending, in one transaction; if that is refused or fails, only made, so
        that ``send_next`` shows why."""
        template = self.template
        if template is None:
            return False
        return self._next(
            LineState.GOOD,
            lambda tx, line: self._make(tx, line, template, send=True),
            otherwise=lambda tx, line: self._make(tx, line, template),
        )

    def send_next(self) -> bool:
        """Send the agreement of the next line that was made; as ``make_next``.

        If mails are joined, with those of the same person; if that is refused, by itself, because
        any of them may be the reason.
        """
        if not self.found.together:
            return self._next(LineState.MADE, self._send)
        return self._next(LineState.MADE, self._send_together, otherwise=self._send)

    def _next(self, state: LineState, step: _Step, *, otherwise: _Step | None = None) -> bool:
        """``otherwise`` is tried where the step itself is refused or fails."""
        line: Line | None = None
        failure: Exception | None = None
        for each in (step, otherwise) if otherwise else (step,):
            for _ in range(TRIES):
                try:
                    with self.deps.database.begin() as tx:
                        line = self._take(tx, state)
                        if line is None:
                            return False
                        each(tx, line)
                    return True
                except Unavailable:
                    raise
                except ZegelError as refused:
                    failure = refused
                    break
                except Exception as unexpected:
                    log.exception("import %d, row %s", self.found.number, line and line.row)
                    failure = unexpected
                    self.deps.database.ping()
        if line is None:  # nothing is wrong with a line: the job is tried again
            raise failure or LookupError(state)
        self._note_failure(line, state, failure)
        return True

    def _take(self, tx: Transaction, state: LineState) -> Line | None:
        """The next line, if the import still runs; it cannot be paused or stopped meanwhile."""
        if not tx.imports.hold_running(self.found.id):
            return None
        tx.jobs.in_bulk = True
        if state is LineState.MADE and self.found.together:
            tx.lines.take_turns(self.found.id)
        return tx.lines.take_next(self.found.id, state)

    def _make(
        self, tx: Transaction, line: Line, template: TemplateVersion, *, send: bool = False
    ) -> None:
        found = self.found
        given = given_in(line.cells, Columns(found.targets), found.options, self.people)
        if given.errors:
            raise Invalid(list(given.errors))
        if not found.options.again:
            # Another import of the same list may be running, and this line was judged before.
            tx.known.hold_list(found.shape)
            if made := tx.known.made(line.keys, found.shape):
                before = Note(Skip.MADE_BEFORE, {"reference": next(iter(made.values()))})
                tx.lines.mark(found.id, line.row, LineState.SKIPPED, skip=before)
                return
        owner_id = given.owner_id or found.options.owner_id
        agreement = add(
            self.deps,
            tx,
            given.content,
            self.actor,
            ground=self.ground,
            owner_id=owner_id,
            template=template,
        )
        tx.audit.append(
            agreement.id,
            Event.AGREEMENT_IMPORTED,
            self.actor,
            number=found.number,
            row=line.row,
        )
        state = LineState.SENT if send else LineState.MADE
        tx.lines.mark(found.id, line.row, state, agreement_id=agreement.id)
        if send:
            send_in(self.deps, tx, agreement, self.actor)

    def _send(self, tx: Transaction, line: Line) -> None:
        before = tx.agreements.lock_by_id(line.agreement_id or "")
        # Somebody may have sent it by hand meanwhile.
        if before.state is State.DRAFT or before.sent_at is None:
            send_in(self.deps, tx, before, self.actor)
        tx.lines.mark(self.found.id, line.row, LineState.SENT)

    def _send_together(self, tx: Transaction, line: Line) -> None:
        """Send all that this person signs in one mail, in this one transaction."""
        lines = tx.lines.take_with(self.found.id, line, limit=MOST)
        ids = sorted(each.agreement_id or "" for each in lines)
        drafts = {each: tx.agreements.lock_by_id(each) for each in ids}
        mail = same_mail(drafts[line.agreement_id or ""])
        alike = [each for each in lines if same_mail(drafts[each.agreement_id or ""]) == mail]
        if mail is None or len(alike) < 2:
            self._send(tx, line)
            return
        of_person = [drafts[each.agreement_id or ""] for each in alike]
        send_together(self.deps, tx, of_person, self.actor)
        for each in alike:
            tx.lines.mark(self.found.id, each.row, LineState.SENT)

    def _note_failure(self, line: Line, state: LineState, failure: Exception | None) -> None:
        """Show why a line could not be made or sent, unless another worker did it meanwhile."""
        with self.deps.database.begin() as tx:
            now = tx.lines.hold(self.found.id, line.row)
            if now is None or now.state is not state:
                return
            if isinstance(failure, Invalid):
                errors = tuple(failure.errors)
                tx.lines.mark(self.found.id, line.row, LineState.FAULTY, errors=errors)
            else:
                reason = kept(failure) if failure else kept_code(ErrorCode.UNAVAILABLE)
                tx.lines.mark(self.found.id, line.row, LineState.FAILED, failure=reason[:500])
