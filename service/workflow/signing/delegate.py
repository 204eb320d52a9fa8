"""The controller's representative delegates to a colleague.

First the colleague is named, then the mailbox proved, then the agreement handed over. Without the
proof, anybody with the link could sign from their own mailbox (docs/decisions/0011).
"""

from __future__ import annotations

import dataclasses
import uuid

from service.agreement.capabilities import hash_secret
from service.agreement.drafting import free_text
from service.agreement.events import Event
from service.agreement.fields import Checker
from service.agreement.in_session import Colleague
from service.agreement.model import Agreement
from service.agreement.parties import Signatory
from service.agreement.states import LinkEnd, State, Step, next_state, refusal
from service.deps import Deps
from service.error_codes import ErrorCode, FieldCode
from service.errors import FieldError, Invalid, Refused
from service.mail.kinds import DelegatedConfirmed, DelegatedNotice
from service.workflow.actors import Client
from service.workflow.offer.their_turn import open_again
from service.workflow.signing.complete import thaw
from service.workflow.signing.open_link import load_open_visit
from service.workflow.signing.prove_mailbox import mailbox_proof
from service.workflow.telling.links import invite, issue
from service.workflow.telling.notify import tell_sender, tell_signatory


def name_colleague(
    deps: Deps, secret: str, *, name: str, function: str, email: str, message: str
) -> None:
    """Store the colleague in this browser's session; nothing else changes.

    Raises Invalid naming the field, LinkUnusable, Refused if delegating would be refused.
    """
    check = Checker()
    given = Colleague(
        name=check.person("name", name),
        function=check.line("function", function, most=100, required=False),
        email=check.email("email", email),
        message="",
    )
    check.raise_if_wrong()
    colleague = dataclasses.replace(given, message=free_text(message, "message"))
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        _refuse(found.agreement)
        if found.agreement.signatory.email.casefold() == colleague.email.casefold():
            raise Invalid([FieldError("email", FieldCode.DELEGATE_SAME)])
        tx.signing.name_colleague(hash_secret(secret), colleague)


def delegate(deps: Deps, secret: str, client: Client) -> Signatory:
    """Hand over to the named colleague, who gets a new link in place of the present one.

    A frozen text is made again with the new name. The former signatory is notified too, because
    somebody else may have done this. Raises LinkUnusable, Refused until a colleague is named and
    the mailbox is proved in this browser, and if the processor has already signed.
    """
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        before = found.agreement
        _refuse(before)
        given = found.session.colleague
        if given is None:
            raise Refused(ErrorCode.COLLEAGUE_FIRST)
        proof = mailbox_proof(found)
        colleague = given.signatory
        by = found.signer
        if before.state in (State.READY, State.GENERATION_FAILED):
            before = thaw(tx, before, by, client)
        passed = dataclasses.replace(
            before,
            signatory=colleague,
            signatory_id=str(uuid.uuid4()),
            opened_at=None,  # the colleague has opened nothing yet
            details_confirmed=False,
            places=open_again(before),
        )
        tx.agreements.replace_signatory(passed, delegated_by=before.signatory.name, proved=proof)
        tx.agreements.save(before, passed)
        tx.drafts.forget(found.link.signatory_id, "delegate")
        tx.drafts.hand_over(found.link.signatory_id, passed.signatory_id)
        tx.agreements.add_flag(before.id, "delegated")
        tx.audit.append(
            before.id,
            Event.SIGNATORY_DELEGATED,
            by,
            personal=client.personal(
                **{"from": before.signatory.name, "to": colleague.name, "email": colleague.email}
            ),
            mailbox_proved=proof.code_confirmed_at.isoformat(),
        )
        link_id = issue(deps, tx, passed, by, ended=LinkEnd.DELEGATED)
        invite(
            tx,
            dataclasses.replace(passed, message=given.message),
            link_id,
            delegated_by=before.signatory.name,
        )
        to, at = colleague, tx.now()
        confirmed = DelegatedConfirmed(to.name, to.function, to.email, at)
        tell_signatory(tx, before, confirmed, once=link_id)
        notice = DelegatedNotice(
            from_name=before.signatory.name,
            to_name=to.name,
            to_function=to.function,
            to_email=to.email,
            delegated_at=at,
            message=given.message,
        )
        tell_sender(tx, passed, notice, once=link_id)
        return colleague


def _refuse(agreement: Agreement) -> None:
    """Raises WrongState or Refused if delegating is not possible."""
    next_state(Step.DELEGATE, agreement.state)
    if agreement.signed_places:
        raise Refused(ErrorCode.DELEGATE_PRE_SIGNED)
    if agreement.state is State.PREPARING:
        raise refusal(agreement.state)
