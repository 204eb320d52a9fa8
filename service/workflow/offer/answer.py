"""Sales answers a question of the signatory, or of the countersigner who returned the agreement."""

from __future__ import annotations

from service.agreement.drafting import free_text
from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import Permission, Staff, require
from service.agreement.questions import Question
from service.agreement.states import Step, next_state
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import NotFound, Refused
from service.mail.kinds import QuestionAnswered, ReturnAnswered
from service.texts import OURS
from service.workflow.telling.notify import Reader, last_day, tell


def answer(deps: Deps, reference: str, question_id: str, words: str, staff: Staff) -> None:
    """Mail the answer to the person who asked, and close the question; repeatable.

    Raises Invalid naming ``answer``, NotFound, Refused if closed in another way, TooLate.
    """
    require(staff, Permission.SEND)
    said = free_text(words, "answer", empty=FieldCode.ANSWER_REQUIRED)
    with deps.database.begin() as tx:
        agreement, question = _load(tx, reference, question_id)
        if question.answer == said:
            return
        _refuse_what_ended(agreement, question)
        tx.questions.end(question.id, "answered", answered_by=staff.id, answer=said)
        tx.audit.append(
            agreement.id,
            Event.QUESTION_ANSWERED,
            staff,
            personal={"name": staff.name},
            asker="staff" if question.by_staff else "controller",
        )
        tell_asker = _tell_countersigner if question.by_staff else _tell_signatory
        tell_asker(tx, agreement, question, said, staff)


def settle(deps: Deps, reference: str, question_id: str, staff: Staff) -> None:
    """Record that the question was answered elsewhere: by e-mail or telephone. Repeatable.

    Raises NotFound, Refused, TooLate.
    """
    require(staff, Permission.SEND)
    with deps.database.begin() as tx:
        agreement, question = _load(tx, reference, question_id)
        if question.ended == "elsewhere":
            return
        _refuse_what_ended(agreement, question)
        tx.questions.end(question.id, "elsewhere", answered_by=staff.id)
        tx.audit.append(agreement.id, Event.QUESTION_CLOSED, staff, personal={"name": staff.name})


def _load(tx: Transaction, reference: str, question_id: str) -> tuple[Agreement, Question]:
    agreement = tx.agreements.lock(reference)
    for question in tx.questions.of(agreement.id):
        if question.id == question_id:
            return agreement, question
    raise NotFound(ErrorCode.NOT_FOUND)


def _refuse_what_ended(agreement: Agreement, question: Question) -> None:
    if not question.waits:
        raise Refused(ErrorCode.QUESTION_ENDED)
    next_state(Step.RESEND, agreement.state)


def _tell_countersigner(
    tx: Transaction, agreement: Agreement, question: Question, said: str, staff: Staff
) -> None:
    tell(
        tx,
        agreement,
        ReturnAnswered(staff.name, question.question, said),
        to=Reader(question.name, question.email, OURS),
        once=question.id,
        reply_to=staff.email,
        page="/tekenen-namens-ons",
    )


def _tell_signatory(
    tx: Transaction, agreement: Agreement, question: Question, said: str, staff: Staff
) -> None:
    """With the valid link, if it is still theirs: they may have delegated to a colleague."""
    link = tx.signing.live_link(agreement.id)
    theirs = link is not None and link.signatory_id == question.signatory_id
    tell(
        tx,
        agreement,
        QuestionAnswered(staff.name, question.question, said, last_day(agreement)),
        to=Reader(question.name, question.email, agreement.language),
        once=question.id,
        reply_to=staff.email,
        link_id=link.id if link and theirs else None,
    )
