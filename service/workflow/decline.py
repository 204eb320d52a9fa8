"""The controller's representative does not sign: declines, passes on, or asks first."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import timedelta
from typing import Any

from service.agreement.deadlines import show_moment
from service.agreement.drafting import lines_of
from service.agreement.events import Event
from service.agreement.fields import Checker, clean
from service.agreement.parties import Signatory
from service.agreement.permissions import Role
from service.agreement.states import Order, PlaceState, State, Step, after, refusal
from service.deps import Deps
from service.errors import FieldError, Invalid, Refused, TooMany
from service.texts import catalogue, text
from service.workflow.actors import Client, signer_actor
from service.workflow.complete import thaw
from service.workflow.links import issue
from service.workflow.notify import invite, tell, tell_sender, tell_signatory
from service.workflow.open_link import load_open_visit
from service.workflow.resend import open_again

QUESTIONS_PER_DAY = 10


def decline(deps: Deps, secret: str, reason: str, explanation: str, client: Client) -> None:
    """Refuse to sign. Everyone involved is told, who signed already first of all.

    Raises Invalid naming ``reason``, LinkUnusable.
    """
    if f"decline_reason.{reason}" not in catalogue("labels"):
        raise Invalid([FieldError("reason", "choose")])
    told = _text(explanation, "explanation", required=reason == "other")
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        before = found.agreement
        declined = tx.agreements.save(
            before,
            dataclasses.replace(
                before,
                state=after(Step.DECLINE, before.state),
                places=dict.fromkeys(before.places, PlaceState.DECLINED),
            ),
        )
        label = text(f"labels.decline_reason.{reason}")
        full = f"{label}. {told}" if told else label
        said: dict[str, Any] = {
            "signer_name": before.signatory.name,
            "declined_at": show_moment(tx.now()),
            "reason": label,
            "explanation": told,
        }
        tx.audit.append(
            before.id,
            Event.AGREEMENT_DECLINED,
            signer_actor(found.link.signatory_id),
            personal=client.personal(name=before.signatory.name),
            reason=full,
        )
        tell_sender(tx, declined, "declined", once="declined", **said)
        if before.order is Order.PROCESSOR_FIRST:
            for person in tx.accounts.with_role(Role.SIGNATORY):
                tell(
                    tx,
                    declined,
                    "declined",
                    to=person.email,
                    name=person.name,
                    once="declined",
                    page=f"/overeenkomsten/{declined.reference}",
                    **said,
                )
        tell_signatory(
            tx, declined, "decline_confirmed", once="declined", declined_at=said["declined_at"]
        )


def delegate(
    deps: Deps,
    secret: str,
    *,
    name: str,
    function: str,
    email: str,
    message: str,
    client: Client,
) -> None:
    """Pass on to a colleague: a new link for that person, the present one dies.

    The text names who signs, so a frozen one is made again for the colleague. Raises Invalid,
    LinkUnusable, Refused when the processor has already signed a text with this name in it.
    """
    check = Checker()
    colleague = Signatory(
        name=check.person("name", name),
        function=check.line("function", function, most=100, required=False),
        email=check.email("email", email),
    )
    check.raise_if_wrong()
    note = _text(message, "message")
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        before = found.agreement
        after(Step.DELEGATE, before.state)
        if before.signed_places:
            raise Refused("delegate_pre_signed")
        if before.signatory.email.casefold() == colleague.email.casefold():
            raise Invalid([FieldError("email", "delegate_same")])
        actor = signer_actor(found.link.signatory_id)
        if before.state in (State.READY, State.GENERATION_FAILED):
            before = thaw(tx, before, actor, client)
        elif before.state is State.PREPARING:
            raise refusal(before.state)
        passed = dataclasses.replace(
            before,
            signatory=colleague,
            signatory_id=str(uuid.uuid4()),
            details_confirmed=False,
            places=open_again(before),
        )
        tx.agreements.replace_signatory(passed, delegated_by=before.signatory.name)
        tx.agreements.save(before, passed)
        tx.agreements.add_flag(before.id, "delegated")
        tx.audit.append(
            before.id,
            Event.SIGNATORY_DELEGATED,
            actor,
            personal=client.personal(
                **{"from": before.signatory.name, "to": colleague.name, "email": colleague.email}
            ),
        )
        link_id = issue(deps, tx, passed, actor, ended="delegated")
        invite(
            tx,
            dataclasses.replace(passed, message=note),
            link_id,
            delegated_by=before.signatory.name,
        )
        tell_sender(
            tx,
            passed,
            "delegated_notice",
            once=link_id,
            from_name=before.signatory.name,
            to_name=colleague.name,
            to_function=colleague.function,
            to_email=colleague.email,
            delegated_at=show_moment(tx.now()),
            message=note,
        )


def ask(deps: Deps, secret: str, question: str, client: Client) -> None:
    """Ask the sender a question; the link keeps working.

    Raises Invalid naming ``question``, TooMany after ten in a day: each is a mail.
    """
    if not clean(question):
        raise Invalid([FieldError("question", "question_required")])
    asked = _text(question, "question")
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        agreement = found.agreement
        since = tx.now() - timedelta(days=1)
        earlier = [e for e in tx.audit.of(agreement.id) if e.event is Event.QUESTION_ASKED]
        if sum(e.at > since for e in earlier) >= QUESTIONS_PER_DAY:
            raise TooMany("question_too_many")
        tx.audit.append(
            agreement.id,
            Event.QUESTION_ASKED,
            signer_actor(found.link.signatory_id),
            personal=client.personal(name=agreement.signatory.name, question=asked),
        )
        tell_sender(
            tx,
            agreement,
            "question",
            once=str(uuid.uuid4()),
            from_name=agreement.signatory.name,
            from_email=agreement.signatory.email,
            question=asked,
            asked_at=show_moment(tx.now()),
        )


def _text(typed: str, name: str, *, required: bool = False) -> str:
    """Several lines of free text, at most 2,000 characters. Raises Invalid."""
    check = Checker()
    lines = [check.line(name, line, most=2000, required=False) for line in lines_of(typed)]
    whole = "\n".join(lines).strip()
    if required and not whole:
        check.refuse(name, "required")
    if len(whole) > 2000:
        check.refuse(name, "length", least=0, most=2000)
    check.raise_if_wrong()
    return whole
