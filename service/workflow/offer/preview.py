"""The preview of a draft: its document with the data filled in so far."""

from __future__ import annotations

import hashlib

import rfc8785

from service.agreement.model import Agreement
from service.agreement.printed import preview_context
from service.agreement.states import DocumentKind
from service.database.agreement.documents import Document
from service.database.engine import Transaction
from service.deps import Deps
from service.errors import GenerationFailed
from service.workflow.offer.generate import TEMPLATE_MISSING, as_document, template_of
from service.workflow.tasks import PREVIEW


def request_preview(deps: Deps, reference: str) -> None:
    """Have the preview made, unless there is one for the present data."""
    with deps.database.begin() as tx:
        agreement = tx.agreements.lock(reference)
        known = tx.documents.preview(agreement.id)
        if not (known and known.pdf and known.context.get("digest") == _digest(agreement)):
            tx.jobs.defer(PREVIEW, agreement_id=agreement.id)


def preview(deps: Deps, reference: str) -> bytes | None:
    """The preview for the present data, or None while it is being made.

    Raises GenerationFailed if the last attempt failed with exactly these data.
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
    """Make the preview; a job. Missing data are marked."""
    with deps.database.begin() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        template = template_of(deps, tx, agreement)
        now = tx.now()
    digest = _digest(agreement)
    if template is None:
        note_failed_preview(deps, agreement_id, TEMPLATE_MISSING)
        return
    maker = deps.maker()
    printed = preview_context(agreement, template.version)
    try:
        made = maker.agreement(template, printed, fields=agreement.fields, dated=now, preview=True)
    except GenerationFailed as failure:
        with deps.database.begin() as tx:
            _keep_failed(tx, agreement, digest, str(failure.reason))
        return
    with deps.database.begin() as tx:
        document = as_document(made, agreement, DocumentKind.PREVIEW, {"digest": digest})
        tx.documents.put(agreement.id, document)


def note_failed_preview(deps: Deps, agreement_id: str, reason: str) -> None:
    """Record that making the preview kills its worker, to report it to the person who asked."""
    with deps.database.begin() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        _keep_failed(tx, agreement, _digest(agreement), reason)


def _digest(agreement: Agreement) -> str:
    """A digest of the printed data and their template: a changed one needs a new preview."""
    printed = rfc8785.dumps(preview_context(agreement, ""))
    return hashlib.sha256(agreement.template_sha256.encode() + printed).hexdigest()


def _keep_failed(tx: Transaction, agreement: Agreement, digest: str, reason: str) -> None:
    tx.documents.put(
        agreement.id,
        Document(
            edition=agreement.edition,
            kind=DocumentKind.PREVIEW,
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
