"""The document: its preview, the text shown to both parties, and a retry."""

from __future__ import annotations

from typing import Any

from flask import request
from markupsafe import Markup

from service.agreement.permissions import Permission
from service.agreement.shown import sha256_of
from service.error_words import words_of
from service.errors import GenerationFailed
from service.texts import OURS, text
from service.web.again import again, shown_at
from service.web.context import client, current_staff, deps, require_staff
from service.web.files import file
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.keeping.dossier import dossier_of
from service.workflow.keeping.retrieve import file_name, shown_pdf, shown_text
from service.workflow.offer.generate import retry_generation
from service.workflow.offer.preview import preview as current_preview
from service.workflow.offer.preview import request_preview
from service.workflow.signing.open_text import note_view, opened_at
from signatures.package.names import SHOWN


@blueprint.get("/overeenkomsten/<reference>/voorbeeld")
@require_staff(Permission.SEE_AGREEMENTS)
def preview(reference: str) -> Any:
    """The PDF with the current data; meanwhile a page that polls."""
    try:
        pdf = current_preview(deps(), reference)
    except GenerationFailed as failure:
        return show("staff/preview_wait.html", reference=reference, problem=words_of(failure))
    if pdf is None:
        return show("staff/preview_wait.html", 202, reference=reference, problem="")
    return file(
        pdf, "application/pdf", text("staff.preview_name", OURS, reference=reference), show=True
    )


@blueprint.post("/overeenkomsten/<reference>/voorbeeld")
@require_staff(Permission.SEE_AGREEMENTS)
@shown_at("staff.dossier_page")
def make_preview(reference: str) -> Any:
    request_preview(deps(), reference)
    return to("staff.preview", reference=reference)


@blueprint.get("/overeenkomsten/<reference>/voorbeeld/stand")
@require_staff(Permission.SEE_AGREEMENTS)
def preview_state(reference: str) -> dict[str, str]:
    try:
        made = current_preview(deps(), reference)
    except GenerationFailed:
        return {"state": "failed"}
    return {"state": "ready" if made else "preparing"}


@blueprint.get("/overeenkomsten/<reference>/getoond.pdf")
@require_staff(Permission.SEE_AGREEMENTS)
def shown(reference: str) -> Any:
    pdf = shown_pdf(deps(), reference, current_staff())
    name = file_name(deps(), reference, SHOWN, current_staff())
    return file(pdf, "application/pdf", name, show=True)


@blueprint.get("/overeenkomsten/<reference>/tekst")
@require_staff(Permission.SEE_AGREEMENTS)
def reading(reference: str) -> Any:
    """The text as a page, on which a signatory confirms having read it."""
    staff = current_staff()
    found = dossier_of(deps(), reference, staff)
    html = shown_text(deps(), found)
    waits = (
        found.agreement.awaits_processor
        and staff.may(Permission.COUNTERSIGN)
        and found.agreement.signed_for_us_by(staff.id)
    )
    return show(
        "staff/reading.html",
        dossier=found,
        agreement=found.agreement,
        # Our own; escaped when it was made.
        reading_html=Markup(html),  # noqa: S704
        view_sha256=sha256_of(html),
        waits=waits,
        opened_at=opened_at(deps(), found.agreement, staff) if waits else None,
        problem=again().errors.get("form", ""),
    )


@blueprint.post("/overeenkomsten/<reference>/tekst")
@require_staff(Permission.COUNTERSIGN)
def read(reference: str) -> Any:
    """Record that the countersigner was shown this text."""
    digest = request.form.get("view_sha256", "")
    note_view(deps(), reference, digest, current_staff(), client())
    return to("staff.countersign", kenmerk=reference, done="read_one")


@blueprint.post("/overeenkomsten/<reference>/document")
@require_staff(Permission.SEND)
@shown_at("staff.dossier_page")
def retry(reference: str) -> Any:
    retry_generation(deps(), reference, current_staff())
    return to("staff.dossier_page", reference=reference, done="retried")
