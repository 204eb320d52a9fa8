"""Makes and freezes the document: from then on, exactly these bytes are shown and signed.

Every edition has the template chosen at the start, even if another one is the default by then.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from service.agreement.events import Event
from service.agreement.model import Agreement
from service.agreement.permissions import SYSTEM, Permission, Principal, require
from service.agreement.printed import common_context, context
from service.agreement.states import DocumentKind, Order, State, Step, next_state
from service.agreement.template_version import TemplateVersion
from service.database.agreement.documents import Document
from service.database.engine import Transaction
from service.deps import Deps, MadeDocument
from service.error_codes import ErrorCode
from service.error_words import kept_code
from service.errors import GenerationFailed
from service.mail.kinds import NotMade
from service.workflow.tasks import GENERATE
from service.workflow.telling.ask_countersigners import tell_countersigners
from service.workflow.telling.notify import tell_sender

TEMPLATE_MISSING = kept_code(ErrorCode.TEMPLATE_MISSING)


def generate(deps: Deps, agreement_id: str) -> None:
    """Make and freeze the document of an agreement that is being prepared; a job.

    Only the first finished document of an edition is stored.
    """
    with deps.database.look() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        if agreement.state is not State.PREPARING:
            return
        template = template_of(deps, tx, agreement)
        now = tx.now()
    if template is None:
        _fail(deps, agreement, GenerationFailed(TEMPLATE_MISSING))
        return
    maker = deps.maker()
    printed = context(agreement, template.version)
    try:
        made = maker.agreement(template, printed, fields=agreement.fields, dated=now)
        common = maker.common_text(template, common_context(agreement, template.version), dated=now)
    except GenerationFailed as failure:
        _fail(deps, agreement, failure)
        return
    with deps.database.begin() as tx:
        before = tx.agreements.lock_by_id(agreement_id)
        if before.state is not State.PREPARING or before.edition != agreement.edition:
            return
        tx.documents.put(
            before.id,
            as_document(made, before, DocumentKind.FROZEN, printed),
            common_sha256=tx.openings.keep_common(common),
        )
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
    """Record that making the document kills its worker: a person must look into it and retry."""
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
            NotMade(reason[:500], now),
            once=f"{failed.edition}:{now.isoformat()}",
        )


def retry_generation(deps: Deps, reference: str, by: Principal) -> None:
    """Retry after a failure, for staff or signer. Raises NotAllowed, WrongState."""
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


def as_document(
    made: MadeDocument, agreement: Agreement, kind: DocumentKind, printed: dict[str, Any]
) -> Document:
    """A document of the agreement's present edition."""
    return Document(
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
    )


def template_of(deps: Deps, tx: Transaction, agreement: Agreement) -> TemplateVersion | None:
    """The template of this agreement, which is stored; the installed one, stored at each start, if
    it names none or if former code stored only the Word file. None for a missing own template
    (``TEMPLATE_MISSING``)."""
    named = agreement.template_sha256
    kept = tx.templates.get(named, deps.template) if named else None
    if kept is None and tx.own_templates.of_digest(agreement.template_sha256):
        return None
    return kept or deps.template


def install(deps: Deps) -> None:
    """Store the installed template, and assign it to agreements that have no template and no text.

    Runs first at each start.
    """
    with deps.database.begin() as tx:
        tx.templates.keep(deps.template)
        tx.templates.name_where_none(deps.template.sha256)
