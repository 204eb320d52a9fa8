"""The controller's representative does not sign: declines, or asks first.

Neither asks for a code (docs/decisions/0011): the log and the mails say whether one was given.
"""

from __future__ import annotations

import dataclasses
import uuid
from datetime import timedelta
from typing import Any

from service.agreement.drafting import free_text
from service.agreement.events import Event
from service.agreement.pasted import clean
from service.agreement.states import Order, PlaceState, Step, after
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, TooMany
from service.texts import catalogue
from service.workflow.actors import Client, signer_actor
from service.workflow.signing.open_link import load_open_visit
from service.workflow.telling.notify import Reader, signed_for_us, tell, tell_sender, tell_signatory

QUESTIONS_PER_DAY = 10


def decline(deps: Deps, secret: str, reason: str, explanation: str, client: Client) -> None:
    """Refuse to sign. Everyone involved is told, who signed already first of all.

    Raises Invalid naming ``reason``, LinkUnusable.
    """
    if f"decline_reason.{reason}" not in catalogue("labels"):
        raise Invalid([FieldError("reason", FieldCode.CHOOSE)])
    told = free_text(explanation, "explanation", required=reason == "other")
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        before = found.agreement
        declined = tx.agreements.save(
            before,
            dataclasses.replace(
                before,
                state=after(Step.DECLINE, before.state),
                places=before.unsigned_become(PlaceState.DECLINED),
            ),
        )
        tx.drafts.forget(found.link.signatory_id, "decline")
        said: dict[str, Any] = {
            "signer_name": before.signatory.name,
            "declined_at": tx.now().isoformat(),
            "reason": reason,
            "explanation": told,
            "mailbox_proved": found.proved,
        }
        tx.audit.append(
            before.id,
            Event.AGREEMENT_DECLINED,
            signer_actor(found.link.signatory_id),
            personal=client.personal(name=before.signatory.name, reason=reason, explanation=told),
            mailbox="proved" if found.proved else "not_proved",
        )
        tell_sender(tx, declined, "declined", once="declined", **said)
        if before.order is Order.PROCESSOR_FIRST:
            for person in signed_for_us(tx, before):
                tell(
                    tx,
                    declined,
                    "declined",
                    to=Reader.of(person),
                    once="declined",
                    page=f"/overeenkomsten/{declined.reference}",
                    **said,
                )
        tell_signatory(
            tx, declined, "decline_confirmed", once="declined", declined_at=said["declined_at"]
        )


def ask(deps: Deps, secret: str, question: str, client: Client) -> None:
    """Ask the sender a question; the link keeps working.

    Raises Invalid naming ``question``, TooMany after ten in a day: each is a mail.
    """
    if not clean(question):
        raise Invalid([FieldError("question", FieldCode.QUESTION_REQUIRED)])
    asked = free_text(question, "question")
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        agreement = found.agreement
        since = tx.now() - timedelta(days=1)
        earlier = [e for e in tx.audit.of(agreement.id) if e.event is Event.QUESTION_ASKED]
        if sum(e.at > since for e in earlier) >= QUESTIONS_PER_DAY:
            raise TooMany(ErrorCode.QUESTION_TOO_MANY)
        tx.audit.append(
            agreement.id,
            Event.QUESTION_ASKED,
            signer_actor(found.link.signatory_id),
            personal=client.personal(name=agreement.signatory.name, question=asked),
        )
        tx.drafts.forget(found.link.signatory_id, "ask")
        tx.questions.ask(agreement.id, asked, signatory_id=agreement.signatory_id)
        tell_sender(
            tx,
            agreement,
            "question",
            once=str(uuid.uuid4()),
            from_name=agreement.signatory.name,
            from_email=agreement.signatory.email,
            question=asked,
            asked_at=tx.now().isoformat(),
        )
