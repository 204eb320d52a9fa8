"""The controller completes the organisation's details, then Bijlage 1; then the text is made.

Going back before anyone has signed begins the next edition.
"""

from __future__ import annotations

import dataclasses

from service.agreement.annex import Annex, parse_annex
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
from service.workflow.signing.draft import Sent, step_or_keep
from service.workflow.signing.open_link import Visit
from service.workflow.tasks import GENERATE


def save_details(
    deps: Deps, secret: str, given: Input, client: Client, *, sent: Sent | None = None
) -> None:
    """Step 1: confirm or correct the organisation and the signatory's name and function.

    ``sent`` are the fields as typed, kept as a draft if refused. If a text exists, a change begins
    its next edition. Not the e-mail address: the mailbox proof depends on it. Raises Invalid,
    LinkUnusable, and WrongState while the text is made and after the first act.
    """

    def step(tx: Transaction, found: Visit) -> None:
        before = found.agreement
        _require_editable(before)
        check = Checker()
        controller = parse_controller(given.fields, check, complete=True)
        fields = {**given.fields, "signatory_email": before.signatory.email}
        signatory = parse_signatory(fields, check, complete=True)
        check.raise_if_wrong()
        if before.state is not State.SENT:
            if (controller, signatory) == (before.controller, before.signatory):
                return
            before = thaw(tx, before, found.signer, client)
        changed = dataclasses.replace(
            before, controller=controller, signatory=signatory, details_confirmed=True
        )
        tx.agreements.save(before, changed)
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

    step_or_keep(deps, secret, "details", sent, step)


def save_annex(
    deps: Deps, secret: str, given: Input, client: Client, *, sent: Sent | None = None
) -> None:
    """Step 2: Bijlage 1 is complete, and the text or its next edition is made; as ``save_details``.

    Raises Invalid, LinkUnusable, WrongState.
    """

    def step(tx: Transaction, found: Visit) -> None:
        before = found.agreement
        _require_editable(before)
        if not before.details_confirmed:
            raise Invalid([FieldError("details", FieldCode.REQUIRED)])
        annex = _annex(before, given)
        if before.state is not State.SENT:
            if annex.same_as(before.annex):
                return
            before = thaw(tx, before, found.signer, client)
        filled = dataclasses.replace(before, annex=annex, failure="")
        tx.agreements.save(
            before, dataclasses.replace(filled, state=next_state(Step.COMPLETE, before.state))
        )
        tx.audit.append(
            before.id,
            Event.ANNEX_SAVED,
            found.signer,
            personal=client.personal(name=before.signatory.name),
            personal_data=len(annex.of("personal_data")),
            data_subjects=len(annex.of("data_subjects")),
        )
        tx.audit.append(before.id, Event.DOCUMENT_REQUESTED, found.signer)
        tx.jobs.defer(GENERATE, agreement_id=before.id)

    step_or_keep(deps, secret, "annex", sent, step)


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


def _annex(before: Agreement, given: Input) -> Annex:
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
    return annex


def _require_editable(agreement: Agreement) -> None:
    if agreement.annex_locked:
        raise refusal(State.READY)
    if agreement.state is not State.SENT:
        next_state(Step.REOPEN, agreement.state)  # raises WrongState
