"""Sales sends the agreement: this fixes the order of signing and the term."""

from __future__ import annotations

import dataclasses

from service.agreement.annex import Annex
from service.agreement.deadlines import end_of_day_after
from service.agreement.drafting import suggested
from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.parties import Countersigner
from service.agreement.permissions import Permission, Principal, Role, require
from service.agreement.states import Order, Step, next_state
from service.agreement.suggestions import with_suggestions
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import Refused
from service.workflow.offer.sample import prepare
from service.workflow.tasks import GENERATE
from service.workflow.telling.links import confirm_request, invite, issue
from service.workflow.telling.notify import last_day


def send(deps: Deps, reference: str, by: Principal) -> Agreement:
    """Send a draft and return the sent agreement.

    The link is mailed now if the controller signs first; otherwise the document is made first.
    Raises WrongState if it was already sent, Refused if nobody can sign for us.
    """
    require(by, Permission.SEND)
    with deps.database.begin() as tx:
        return send_in(deps, tx, tx.agreements.lock(reference), by)


def send_in(
    deps: Deps, tx: Transaction, before: Agreement, by: Principal, *, requested: bool = False
) -> Agreement:
    """``requested``: the signatory began on the public page, so the mail confirms that."""
    sent = send_without_mail(tx, before, by)
    if sent.order is Order.PROCESSOR_FIRST:
        tx.audit.append(sent.id, Event.DOCUMENT_REQUESTED, by)
        tx.jobs.defer(GENERATE, agreement_id=sent.id)
    else:
        tell = confirm_request if requested else invite
        tell(tx, sent, issue(deps, tx, sent, by))
        prepare(deps, tx, sent)  # so that the text can be read before filling anything in
    return sent


def send_without_mail(tx: Transaction, before: Agreement, by: Principal) -> Agreement:
    """The same without what follows: the link and its mail, or making the document."""
    pre_signed = before.order is Order.PROCESSOR_FIRST
    state = next_state(Step.COMPLETE if pre_signed else Step.SEND, before.state)
    now = tx.now()
    sent = tx.agreements.save(
        before,
        dataclasses.replace(
            before,
            state=state,
            sent_at=now,
            expires_at=end_of_day_after(now, before.link_days),
            details_confirmed=pre_signed,
            countersigner=_countersigner(tx, before),
            annex=before.annex if pre_signed else _suggested(tx, before),
        ),
    )
    tx.audit.append(
        sent.id,
        Event.AGREEMENT_OFFERED if pre_signed else Event.AGREEMENT_SENT,
        by,
        personal={
            "name": by.name,
            "email": sent.signatory.email,
            "recipient": sent.signatory.name,
        },
        until=last_day(sent),
    )
    return sent


def _suggested(tx: Transaction, draft: Agreement) -> Annex:
    """The lines from sales and the suggestions for these services; the controller decides."""
    return with_suggestions(draft.annex, draft.services, tx.profiles.suggestions())


def _countersigner(tx: Transaction, draft: Agreement) -> Countersigner:
    """Our signer: the chosen one or, if nobody was chosen, the suggested one."""
    chosen = draft.countersigner
    if chosen and chosen.can_sign:
        return chosen
    if chosen:
        raise Refused(ErrorCode.COUNTERSIGNER_LOST, name=chosen.name)
    able = tx.accounts.with_role(Role.SIGNATORY)
    person = suggested(able, draft.processor)
    if person is None:
        raise Refused(ErrorCode.COUNTERSIGNER_UNCHOSEN if able else ErrorCode.COUNTERSIGNER_NOBODY)
    return Countersigner.of(person)
