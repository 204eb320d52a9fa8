"""A countersigner returns an agreement to the sender with a question; it may still be signed.

The question's text is not in the log, which becomes part of the archived package.
"""

from __future__ import annotations

from service.agreement.drafting import free_text
from service.agreement.events import Event
from service.agreement.permissions import Permission, Staff, require
from service.agreement.states import RUNNING, refusal
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import Refused
from service.mail.kinds import Returned
from service.workflow.telling.notify import Reader, sender, tell


def send_back(deps: Deps, reference: str, question: str, staff: Staff) -> None:
    """Ask the sender; replies go to the person who asked. Repeatable.

    Raises Invalid naming ``question``, Refused if it is not our turn or another question is open,
    WrongState or TooLate.
    """
    require(staff, Permission.COUNTERSIGN)
    asked = free_text(question, "question", empty=FieldCode.QUESTION_REQUIRED)
    with deps.database.begin() as tx:
        agreement = tx.agreements.lock(reference)
        if not agreement.awaits_processor:
            raise (
                Refused(ErrorCode.NOT_YOUR_TURN)
                if agreement.state in RUNNING
                else refusal(agreement.state)
            )
        waiting = tx.questions.returned(agreement.id)
        if waiting and (waiting.staff_id, waiting.question) == (staff.id, asked):
            return
        if waiting:
            raise Refused(ErrorCode.QUESTION_OPEN)
        question_id = tx.questions.ask(agreement.id, asked, staff_id=staff.id)
        tx.audit.append(
            agreement.id,
            Event.AGREEMENT_RETURNED,
            staff,
            personal={"name": staff.name},
        )
        person = sender(tx, agreement)
        tell(
            tx,
            agreement,
            Returned(staff.name, asked),
            to=Reader.of(person),
            once=question_id,
            reply_to=staff.email,
            page=f"/overeenkomsten/{reference}",
        )
