"""The controller completes the organisation's details, then Bijlage 1; then the text is made.

Going back afterwards, before anyone has signed, begins the next edition: the frozen text stays on
record but will not be signed (DESIGN.md §1.2).
"""

from __future__ import annotations

import dataclasses

from service.agreement.annex import parse_annex
from service.agreement.drafting import Input
from service.agreement.events import Event
from service.agreement.fields import Checker
from service.agreement.model import Agreement
from service.agreement.parties import parse_controller, parse_signatory
from service.agreement.permissions import Principal
from service.agreement.states import State, Step, next_state, refusal
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid
from service.workflow.actors import Client
from service.workflow.signing.open_link import load_open_visit
from service.workflow.tasks import GENERATE


def save_details(deps: Deps, secret: str, given: Input, client: Client) -> None:
    """Step 1: confirm or correct the organisation and the signatory's name and function.

    The signatory's e-mail address cannot be changed here: the mailbox proof depends on it.
    Raises Invalid, LinkUnusable, WrongState once the text is frozen.
    """
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        before = found.agreement
        _require_editable(before)
        check = Checker()
        controller = parse_controller(given.fields, check, complete=True)
        fields = {**given.fields, "signatory_email": before.signatory.email}
        signatory = parse_signatory(fields, check, complete=True)
        check.raise_if_wrong()
        changed = dataclasses.replace(
            before, controller=controller, signatory=signatory, details_confirmed=True
        )
        tx.agreements.save(before, changed)
        tx.drafts.forget(found.link.signatory_id, "details")
        if before.controller.name != controller.name or (
            before.controller.number and before.controller.number != controller.number
        ):
            tx.agreements.add_flag(before.id, "organisation_changed")
        if controller.kind in ("public_body", "unincorporated"):
            tx.agreements.add_flag(before.id, "public_or_informal")
        tx.audit.append(
            before.id,
            Event.DETAILS_SAVED,
            found.signer,
            personal=client.personal(name=signatory.name),
        )


def save_annex(deps: Deps, secret: str, given: Input, client: Client) -> None:
    """Step 2: Bijlage 1 is complete, and the text is made.

    Raises Invalid, LinkUnusable, WrongState.
    """
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        before = found.agreement
        _require_editable(before)
        if not before.details_confirmed:
            raise Invalid([FieldError("details", FieldCode.REQUIRED)])
        filled = _with_annex(before, given)
        tx.agreements.save(
            before,
            dataclasses.replace(filled, state=next_state(Step.COMPLETE, before.state), failure=""),
        )
        tx.drafts.forget(found.link.signatory_id, "annex")
        by = found.signer
        tx.audit.append(
            before.id,
            Event.ANNEX_SAVED,
            by,
            personal=client.personal(name=before.signatory.name),
            personal_data=len(filled.annex.of("personal_data")),
            data_subjects=len(filled.annex.of("data_subjects")),
        )
        tx.audit.append(before.id, Event.DOCUMENT_REQUESTED, by)
        tx.jobs.defer(GENERATE, agreement_id=before.id)


def reopen(deps: Deps, secret: str, client: Client) -> None:
    """Go back to make changes before signing. Raises WrongState after the first act."""
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        if found.agreement.state is State.SENT:
            return
        thaw(tx, found.agreement, found.signer, client)


def thaw(tx: Transaction, before: Agreement, by: Principal, client: Client | None) -> Agreement:
    """Begin the next edition, and drop signatures prepared in any browser for the old text."""
    thawed = tx.agreements.save(
        before,
        dataclasses.replace(
            before,
            state=next_state(Step.REOPEN, before.state),
            edition=before.edition + 1,
            frozen_sha256="",
            failure="",
        ),
    )
    tx.signing.forget_pending(before.id)
    tx.audit.append(
        before.id,
        Event.AGREEMENT_REOPENED,
        by,
        personal=client.personal() if client else None,
        revision=thawed.edition,
    )
    return thawed


def _with_annex(before: Agreement, given: Input) -> Agreement:
    check = Checker()
    annex = parse_annex(
        given.chosen_of(),
        given.typed_of(),
        given.fields,
        country=before.controller.country,
        before=before.annex,
        by="controller",
        check=check,
        complete=True,
    )
    check.raise_if_wrong()
    return dataclasses.replace(before, annex=annex)


def _require_editable(agreement: Agreement) -> None:
    """Raise unless the agreement was sent and the controller is to complete its annex."""
    if agreement.state is not State.SENT or agreement.annex_locked:
        raise refusal(State.READY if agreement.annex_locked else agreement.state)
