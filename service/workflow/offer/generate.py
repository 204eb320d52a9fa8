"""The document is made and frozen: from here on, these bytes are what is shown and signed."""

from __future__ import annotations

import dataclasses
import hashlib
import uuid
from typing import Any

import rfc8785

from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM, Permission, Principal, require
from service.agreement.printed import common_context, context, preview_context
from service.agreement.states import Order, State, Step, next_state
from service.database.agreement.documents import NewDocument
from service.database.engine import Transaction
from service.deps import Deps, MadeDocument
from service.errors import GenerationFailed
from service.workflow.offer.template import template_of
from service.workflow.tasks import GENERATE, PREVIEW
from service.workflow.telling.ask_countersigners import tell_countersigners
from service.workflow.telling.notify import tell_sender


def generate(deps: Deps, agreement_id: str) -> None:
    """Make and freeze the document of an agreement that is being prepared; a job.

    Repeated or run twice it changes nothing: only the first finished document of an edition is
    kept, and only while the agreement still waits for it.
    """
    with deps.database.begin() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        if agreement.state is not State.PREPARING:
            return
        template = template_of(deps, tx, agreement)
        now = tx.now()
    maker = deps.maker()
    printed = context(agreement, template.version)
    try:
        made = maker.agreement(template, printed, signing_order=agreement.order.value, dated=now)
        common = maker.common_text(template, common_context(agreement, template.version), dated=now)
    except GenerationFailed as failure:
        _fail(deps, agreement, failure)
        return
    with deps.database.begin() as tx:
        before = tx.agreements.lock_by_id(agreement_id)
        if before.state is not State.PREPARING or before.edition != agreement.edition:
            return
        tx.templates.keep(template)
        _keep(tx, before, made, printed, "frozen", common=tx.openings.keep_common(common))
        frozen = tx.agreements.save(
            before,
            dataclasses.replace(
                before,
                state=next_state(Step.FREEZE, before.state),
                template_sha256=template.sha256,
                frozen_sha256=made.sha256,
                failure="",
            ),
        )
        tx.audit.append(
            before.id,
            Event.DOCUMENT_FROZEN,
            SYSTEM,
            pages=made.pages,
            sha256=made.sha256,
            template_version=made.template_version,
            template_sha256=made.template_sha256,
            revision=before.edition,
        )
        if frozen.order is Order.PROCESSOR_FIRST:
            tell_countersigners(tx, frozen)


def note_failure(deps: Deps, agreement_id: str, reason: str) -> None:
    """Making the document takes its worker down: for a person to look at, and to try again."""
    with deps.database.begin() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
    _fail(deps, agreement, GenerationFailed(reason))


def _fail(deps: Deps, agreement: Agreement, failure: GenerationFailed) -> None:
    with deps.database.begin() as tx:
        before = tx.agreements.lock_by_id(agreement.id)
        if before.state is not State.PREPARING or before.edition != agreement.edition:
            return
        reason = f"{failure.reason} {failure.detail}".strip()
        now = tx.now()
        failed = tx.agreements.save(
            before,
            dataclasses.replace(
                before, state=next_state(Step.FAIL_GENERATION, before.state), failure=reason[:500]
            ),
        )
        tx.audit.append(before.id, Event.DOCUMENT_FAILED, SYSTEM, personal={"reason": reason[:500]})
        tell_sender(
            tx,
            failed,
            "generation_failed",
            once=f"{failed.edition}:{now.isoformat()}",
            reason=reason[:500],
            failed_at=now.isoformat(),
        )


def retry_generation(deps: Deps, reference: str, by: Principal) -> None:
    """Try again after a failure, for staff or signer. Raises NotAllowed, WrongState."""
    require(by, Permission.MAKE_TEXT_AGAIN)
    with deps.database.begin() as tx:
        before = tx.agreements.lock(reference)
        tx.agreements.save(
            before,
            dataclasses.replace(
                before, state=next_state(Step.RETRY_GENERATION, before.state), failure=""
            ),
        )
        tx.audit.append(before.id, Event.DOCUMENT_REQUESTED, by)
        tx.jobs.defer(GENERATE, agreement_id=before.id)


def request_preview(deps: Deps, reference: str) -> None:
    """Have the preview made, unless there is one of what the data now give."""
    with deps.database.begin() as tx:
        agreement = tx.agreements.lock(reference)
        known = tx.documents.preview(agreement.id)
        if not (known and known.pdf and known.context.get("digest") == _digest(agreement)):
            tx.jobs.defer(PREVIEW, agreement_id=agreement.id)


def preview(deps: Deps, reference: str) -> bytes | None:
    """The preview of what the data now give, or None while it is being made; changes nothing.

    Raises GenerationFailed when the last try failed for these very data.
    """
    with deps.database.begin() as tx:
        agreement = tx.agreements.get(reference)
        known = tx.documents.preview(agreement.id)
    if known is None or known.context.get("digest") != _digest(agreement):
        return None
    if failure := known.context.get("failure"):
        raise GenerationFailed(failure)
    return known.pdf


def make_preview(deps: Deps, agreement_id: str) -> None:
    """Make the preview; a job. What is not filled in yet is marked as such."""
    with deps.database.begin() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        template = template_of(deps, tx, agreement)
        now = tx.now()
    maker = deps.maker()
    digest = _digest(agreement)
    printed = preview_context(agreement, template.version)
    try:
        made = maker.agreement(
            template, printed, signing_order=agreement.order.value, dated=now, preview=True
        )
    except GenerationFailed as failure:
        with deps.database.begin() as tx:
            _keep_failed_preview(tx, agreement, digest, str(failure.reason))
        return
    with deps.database.begin() as tx:
        _keep(tx, agreement, made, {"digest": digest}, "preview")


def note_failed_preview(deps: Deps, agreement_id: str, reason: str) -> None:
    """Making the preview takes its worker down: said to who asked for it."""
    with deps.database.begin() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        _keep_failed_preview(tx, agreement, _digest(agreement), reason)


def _digest(agreement: Agreement) -> str:
    """What the printed data amount to, so that a preview is made again when they change."""
    return hashlib.sha256(rfc8785.dumps(preview_context(agreement, ""))).hexdigest()


def _keep(
    tx: Transaction,
    agreement: Agreement,
    made: MadeDocument,
    printed: dict[str, Any],
    kind: str,
    *,
    common: str = "",
) -> None:
    tx.documents.put(
        agreement.id,
        str(uuid.uuid4()),
        NewDocument(
            edition=agreement.edition,
            kind=kind,
            sha256=made.sha256,
            pdf=made.pdf,
            pages=made.pages,
            reading_html=made.reading_html,
            context=printed,
            template_version=made.template_version,
            template_sha256=made.template_sha256,
            engine=made.engine,
        ),
        common_sha256=common,
    )


def _keep_failed_preview(tx: Transaction, agreement: Agreement, digest: str, reason: str) -> None:
    tx.documents.put(
        agreement.id,
        str(uuid.uuid4()),
        NewDocument(
            edition=agreement.edition,
            kind="preview",
            sha256="",
            pdf=b"",
            pages=0,
            reading_html="",
            context={"digest": digest, "failure": reason},
            template_version="",
            template_sha256="",
            engine="",
        ),
    )
