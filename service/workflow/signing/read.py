"""The signatory reads and downloads: the frozen text, its PDF, the sealed original, the acts.

Also the answers for a browser whose link no longer works.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.agreement.act_record import AcceptedAct
from service.agreement.capabilities import hash_secret, token_for
from service.agreement.events import Event
from service.agreement.file_names import saved_as
from service.agreement.in_session import Colleague
from service.agreement.model import Agreement
from service.agreement.shown import PDF, VIEW
from service.agreement.states import LinkEnd
from service.database.agreement.documents import FrozenText
from service.database.engine import Transaction
from service.deps import Deps
from service.error_codes import ErrorCode
from service.errors import LinkUnusable, NotFound, Refused
from service.workflow.actors import Client
from service.workflow.package_files import reading_view, sealed_files, shown_pdf
from service.workflow.signing.open_link import (
    Visit,
    controller_signed_at,
    load_open_visit,
    load_proved_visit,
)
from service.workflow.signing.prove_mailbox import code_wanted
from signatures.package.names import AGREEMENT, SHOWN


@dataclass(frozen=True)
class Reading:
    visit: Visit
    document: FrozenText
    html: str


@dataclass(frozen=True)
class Download:
    """A PDF for the signatory and the name to save it under."""

    saved_as: str
    pdf: bytes


@dataclass(frozen=True)
class Ending:
    """How an agreement or link ended, and when (None if it does not matter)."""

    agreement: Agreement
    since: datetime | None


def frozen(deps: Deps, secret: str) -> Reading:
    """Raises LinkUnusable, Refused after signing until the mailbox is proved, NotFound while there
    is none, or what the store raises."""
    with deps.database.look() as tx:
        found = load_proved_visit(tx, secret, lock=False)
        document = tx.documents.frozen_text(found.agreement.id, found.agreement.edition)
    if document is None or document.sha256 != found.agreement.frozen_sha256:
        raise NotFound(ErrorCode.NOT_FOUND)
    return Reading(found, document, reading_view(deps, found.agreement.id, document))


def confirm_reading(
    deps: Deps, secret: str, document_sha256: str, client: Client, *, view_sha256: str
) -> bool:
    """Record that the text was shown; returns whether a code must still be mailed.

    ``view_sha256`` is of the reading view, ``document_sha256`` of the PDF. Raises Refused if the
    text is not the current one.
    """
    with deps.database.begin() as tx:
        found = load_open_visit(tx, secret)
        if not found.agreement.awaits(found.link.turn):
            raise Refused(ErrorCode.NOT_YOUR_TURN)
        view = tx.openings.view(found.agreement.id, found.agreement.edition)
        if view is None or (document_sha256, view_sha256) != (
            found.agreement.frozen_sha256,
            view.sha256,
        ):
            raise Refused(ErrorCode.CHANGED)
        tx.signing.note_shown(hash_secret(secret), document_sha256)
        tx.openings.note(
            found.agreement.id,
            found.agreement.edition,
            VIEW,
            document_sha256=document_sha256,
            sha256=view_sha256,
            signatory_id=found.link.signatory_id,
        )
        tx.audit.append(
            found.agreement.id,
            Event.DOCUMENT_SHOWN,
            found.signer,
            personal=client.personal(),
            sha256=document_sha256,
            view_sha256=view_sha256,
        )
        return code_wanted(tx, found)


def fetch_shown(deps: Deps, secret: str, client: Client) -> Download:
    """The frozen PDF, for keeping or printing. Raises as ``frozen``."""
    with deps.database.begin() as tx:
        found = load_proved_visit(tx, secret, lock=True)
        kept = tx.documents.frozen_pdf(found.agreement.id, found.agreement.edition)
        if kept is None or kept[1] != found.agreement.frozen_sha256:
            raise NotFound(ErrorCode.NOT_FOUND)
        pdf, sha256 = kept
        if pdf is not None:
            _note_shown(tx, found, client, sha256)
    if pdf is None:
        pdf = shown_pdf(deps, found.agreement.id, pdf)
        with deps.database.begin() as tx:
            _note_shown(tx, load_proved_visit(tx, secret, lock=True), client, sha256)
    return Download(saved_as(found.agreement, SHOWN), pdf)


def _note_shown(tx: Transaction, found: Visit, client: Client, sha256: str) -> None:
    _log(tx, found, client, sha256)
    tx.openings.note(
        found.agreement.id,
        found.agreement.edition,
        PDF,
        document_sha256=sha256,
        sha256=sha256,
        signatory_id=found.link.signatory_id,
    )


def fetch_sealed(deps: Deps, secret: str, client: Client, name: str) -> Download:
    """The sealed original or its evidence sheet, by its name in the package.

    Raises LinkUnusable, Refused until the mailbox is proved, NotFound before completion.
    """
    with deps.database.begin() as tx:
        found = load_proved_visit(tx, secret, lock=False)
        original = tx.documents.original(found.agreement.id)
    if original is None or found.status != "completed":
        raise NotFound(ErrorCode.NOT_FOUND)
    agreement_id = found.agreement.id
    sha256 = original.sha256 if name == AGREEMENT else original.evidence_sha256
    (pdf,) = sealed_files(deps, agreement_id, name)
    with deps.database.begin() as tx:
        _log(tx, load_proved_visit(tx, secret, lock=True), client, sha256)
    return Download(saved_as(found.agreement, name), pdf)


def acts(deps: Deps, secret: str) -> list[AcceptedAct]:
    """In the order of signing. Raises LinkUnusable, Refused until the mailbox is proved."""
    with deps.database.look() as tx:
        agreement = load_proved_visit(tx, secret, lock=False).agreement
        return tx.documents.acts(agreement.id, agreement.edition)


def ending(deps: Deps, agreement: Agreement, reason: str) -> Ending:
    """The ending of an agreement whose link does not work for this ``reason``."""
    with deps.database.look() as tx:
        return _ending(tx, agreement, reason)


def ending_of(deps: Deps, secret: str, reason: str) -> Ending | None:
    """For the link of a browser's session."""
    with deps.database.look() as tx:
        found = tx.visits.visit(hash_secret(secret)) if secret else None
        return _ending(tx, found[1], reason) if found else None


def passed_on_to(deps: Deps, secret: str) -> tuple[Agreement, Colleague] | None:
    """The agreement that this browser delegated, and the named colleague; else None."""
    with deps.database.look() as tx:
        found = tx.visits.visit(hash_secret(secret)) if secret else None
        if found is None:
            return None
        session, agreement, _ = found
        passed_on = session.link.ended is LinkEnd.DELEGATED and session.colleague
        return (agreement, passed_on) if passed_on else None


def bundle_behind(deps: Deps, secret: str) -> str | None:
    """The bundle through which this browser opened its link, also if the link has ended."""
    with deps.database.look() as tx:
        session = tx.visits.session(hash_secret(secret)) if secret else None
    return session.link.bundle_id if session and session.browser else None


def token_of(deps: Deps, secret: str) -> str:
    """The token of the link of a browser's session. Raises LinkUnusable."""
    with deps.database.look() as tx:
        session = tx.visits.session(hash_secret(secret)) if secret else None
    if session is None:
        raise LinkUnusable("unknown")
    return token_for(deps.secret_key, session.link.id)


def _ending(tx: Transaction, agreement: Agreement, reason: str) -> Ending:
    since = None
    if reason == "expired":
        since = agreement.expires_at
    elif reason == "declined":
        declined = [e for e in tx.audit.of(agreement.id) if e.event is Event.AGREEMENT_DECLINED]
        since = declined[-1].at if declined else None
    elif reason in ("signed", "completed"):
        since = controller_signed_at(tx, agreement)
    return Ending(agreement, since)


def _log(tx: Transaction, found: Visit, client: Client, sha256: str) -> None:
    """Log a download: that a party has its copy is evidence of delivery."""
    tx.audit.append(
        found.agreement.id,
        Event.DOCUMENT_DOWNLOADED,
        found.signer,
        personal=client.personal(),
        sha256=sha256,
    )
