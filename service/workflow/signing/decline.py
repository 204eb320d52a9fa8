"""The controller's representative declines.

No code is required (docs/decisions/0011): the log and the mails say whether one was given.
"""

from __future__ import annotations

import dataclasses

from service.agreement.decline_reason import DeclineReason
from service.agreement.drafting import free_text
from service.agreement.events import Event
from service.agreement.states import Order, PlaceState, Step, next_state
from service.deps import Deps
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid
from service.mail.kinds import DeclineConfirmed, Declined
from service.workflow.actors import Client
from service.workflow.signing.open_link import load_open_visit
from service.workflow.telling.notify import Reader, signed_for_us, tell, tell_sender, tell_signatory


def decline(deps: Deps, secret: str, reason: str, explanation: str, client: Client) -> None:
    """Notifies everyone involved.

    Raises Invalid naming ``reason``, LinkUnusable.
    """
    if reason not in list(DeclineReason):
        raise Invalid([FieldError("reason", FieldCode.CHOOSE)])
    empty = FieldCode.REQUIRED if reason == DeclineReason.OTHER else None
    told = free_text(explanation, "explanation", empty=empty)
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        before = found.agreement
        declined = tx.agreements.save(
            before,
            dataclasses.replace(
                before,
                state=next_state(Step.DECLINE, before.state),
                places=before.unsigned_become(PlaceState.DECLINED),
            ),
        )
        tx.drafts.forget(found.link.signatory_id, "decline")
        said = Declined(
            signer_name=before.signatory.name,
            declined_at=tx.now(),
            reason=reason,
            explanation=told,
            mailbox_proved=found.proved,
        )
        tx.audit.append(
            before.id,
            Event.AGREEMENT_DECLINED,
            found.signer,
            personal=client.personal(name=before.signatory.name, reason=reason, explanation=told),
            mailbox="proved" if found.proved else "not_proved",
        )
        tell_sender(tx, declined, said, once="declined")
        if before.order is Order.PROCESSOR_FIRST:
            for person in signed_for_us(tx, before):
                tell(
                    tx,
                    declined,
                    said,
                    to=Reader.of(person),
                    once="declined",
                    page=f"/overeenkomsten/{declined.reference}",
                )
        tell_signatory(tx, declined, DeclineConfirmed(said.declined_at), once="declined")
