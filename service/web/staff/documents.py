"""The document: its preview, the text as shown to both parties, and another try at making it."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from service.agreement.permissions import Permission
from service.errors import GenerationFailed, NotFound, Refused
from service.texts import text
from service.web.context import current_staff, deps, require_staff
from service.web.files import file
from service.web.staff.agreements import show_dossier
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.actors import staff_actor
from service.workflow.generate import preview as current_preview
from service.workflow.generate import request_preview, retry_generation
from service.workflow.retrieve import dossier, shown_pdf


@blueprint.get("/overeenkomsten/<reference>/voorbeeld")
@require_staff(Permission.SEE_AGREEMENTS)
def preview(reference: str) -> Any:
    """The PDF as the data now give it; while it is being made, a page that asks again."""
    try:
        pdf = current_preview(deps(), reference)
    except GenerationFailed as failure:
        return show("staff/preview_wait.html", reference=reference, problem=failure.sentence())
    if pdf is None:
        return show("staff/preview_wait.html", 202, reference=reference, problem="")
    return file(pdf, "application/pdf", text("staff.preview_name", reference=reference), show=True)


@blueprint.post("/overeenkomsten/<reference>/voorbeeld")
@require_staff(Permission.SEE_AGREEMENTS)
def make_preview(reference: str) -> Any:
    """Have the preview made; the page that waits for it comes next."""
    request_preview(deps(), reference)
    return to("staff.preview", reference=reference)


@blueprint.get("/overeenkomsten/<reference>/voorbeeld/stand")
@require_staff(Permission.SEE_AGREEMENTS)
def preview_state(reference: str) -> dict[str, str]:
    """Whether the waiting page should look again."""
    try:
        made = current_preview(deps(), reference)
    except GenerationFailed:
        return {"state": "failed"}
    return {"state": "ready" if made else "preparing"}


@blueprint.get("/overeenkomsten/<reference>/getoond.pdf")
@require_staff(Permission.SEE_AGREEMENTS)
def shown(reference: str) -> Any:
    """The frozen document."""
    pdf = shown_pdf(deps(), reference, current_staff())
    name = text("staff.download", reference=reference, name="getoond.pdf")
    return file(pdf, "application/pdf", name, show=True)


@blueprint.get("/overeenkomsten/<reference>/tekst")
@require_staff(Permission.SEE_AGREEMENTS)
def reading(reference: str) -> Any:
    """The same text as a page."""
    found = dossier(deps(), reference, current_staff())
    if found.frozen is None:
        raise NotFound("not_found")
    # Our own reading view: escaped when it was made from the frozen document.
    html = Markup(found.frozen.reading_html)  # noqa: S704
    return show("staff/reading.html", dossier=found, agreement=found.agreement, reading_html=html)


@blueprint.post("/overeenkomsten/<reference>/document")
@require_staff(Permission.SEND)
def retry(reference: str) -> Any:
    """Make the document again after a failure."""
    try:
        retry_generation(deps(), reference, staff_actor(current_staff()))
    except Refused as refusal:
        return show_dossier(reference, problem=refusal.sentence(), status=409)
    return to("staff.dossier_page", reference=reference, done="retried")
