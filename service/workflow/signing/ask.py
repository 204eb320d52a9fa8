"""The controller's representative asks a question before signing; the link keeps working.

No code is asked for (docs/decisions/0011).
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from service.agreement.drafting import free_text
from service.agreement.events import Event
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import TooMany
from service.mail.kinds import QuestionAsked
from service.workflow.actors import Client
from service.workflow.signing.open_link import load_open_visit
from service.workflow.telling.notify import tell_sender

QUESTIONS_PER_DAY = 10


def ask(deps: Deps, secret: str, question: str, client: Client) -> None:
    """Ask the sender a question; the link keeps working.

    Raises Invalid naming ``question``, TooMany after ten in a day, because each is a mail.
    """
    asked = free_text(question, "question", empty=FieldCode.QUESTION_REQUIRED)
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
            found.signer,
            personal=client.personal(name=agreement.signatory.name, question=asked),
        )
        tx.drafts.forget(found.link.signatory_id, "ask")
        tx.questions.ask(agreement.id, asked, signatory_id=agreement.signatory_id)
        mail = QuestionAsked(
            from_name=agreement.signatory.name,
            from_email=agreement.signatory.email,
            question=asked,
            asked_at=tx.now(),
        )
        tell_sender(tx, agreement, mail, once=str(uuid.uuid4()))
