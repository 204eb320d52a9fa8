"""Questions before signing, from the countersigner to sales."""

from __future__ import annotations

from typing import Any

from flask import request

from service.agreement.permissions import Permission
from service.agreement.questions import Question
from service.error_codes import ErrorCode
from service.errors import NotFound
from service.web.again import again, shown_at
from service.web.context import current_staff, deps, require_staff
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.keeping.dossier import dossier_of
from service.workflow.offer import answer as answering
from service.workflow.signing.send_back import send_back as give_back


@blueprint.get("/overeenkomsten/<reference>/terugzending")
@require_staff(Permission.COUNTERSIGN)
def send_back(reference: str) -> Any:
    found, typed = dossier_of(deps(), reference, current_staff()), again()
    return show(
        "staff/ask_sender.html",
        agreement=found.agreement,
        sender_name=found.sender_name,
        values=typed.values,
        errors=typed.errors,
    )


@blueprint.post("/overeenkomsten/<reference>/terugzending")
@require_staff(Permission.COUNTERSIGN)
def return_with_question(reference: str) -> Any:
    """Return it with a question; the queue lists it separately."""
    question = request.form.get("question", "")
    give_back(deps(), reference, question, current_staff())
    return to("staff.countersign", done="returned")


@blueprint.get("/overeenkomsten/<reference>/vragen/<question_id>/antwoord")
@require_staff(Permission.SEND)
def answer(reference: str, question_id: str) -> Any:
    found, typed = dossier_of(deps(), reference, current_staff()), again()
    return show(
        "staff/answer.html",
        agreement=found.agreement,
        question=_one(found.questions, question_id),
        values=typed.values,
        errors=typed.errors,
    )


@blueprint.post("/overeenkomsten/<reference>/vragen/<question_id>/antwoord")
@require_staff(Permission.SEND)
def send_answer(reference: str, question_id: str) -> Any:
    words = request.form.get("answer", "")
    answering.answer(deps(), reference, question_id, words, current_staff())
    return to("staff.dossier_page", reference=reference, done="answered")


@blueprint.post("/overeenkomsten/<reference>/vragen/<question_id>/afhandeling")
@require_staff(Permission.SEND)
@shown_at("staff.dossier_page")
def settle(reference: str, question_id: str) -> Any:
    answering.settle(deps(), reference, question_id, current_staff())
    return to("staff.dossier_page", reference=reference, done="question_closed")


def _one(questions: list[Question], question_id: str) -> Question:
    for question in questions:
        if question.id == question_id:
            return question
    raise NotFound(ErrorCode.NOT_FOUND)
