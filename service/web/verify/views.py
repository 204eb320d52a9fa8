"""The verify page: upload a PDF, read what holds and what does not; as JSON for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request

from service.errors import Invalid
from service.texts import text
from service.web.context import deps, public
from service.web.forms import upload as uploaded
from service.web.security import body_limit, without_cookies
from service.web.staff.blueprint import show
from service.workflow.verify import MOST_BYTES, Checked, verify_upload
from signatures.report import FAILS, GENUINE, HOLDS, INVALID, UNKNOWN, moment_words, place_words

blueprint = Blueprint("verify", __name__)
_FORM_AROUND_IT = 64 * 1024
_TONES = {HOLDS: "good", FAILS: "bad", UNKNOWN: "turn"}
_VERDICT_TONES = {GENUINE: "good", INVALID: "bad"}


@blueprint.get("/verifieer")
@public("whoever was handed a PDF must be able to have it checked")
def upload() -> Any:
    """The form."""
    return _page()


@blueprint.post("/verifieer")
@public("whoever was handed a PDF must be able to have it checked")
@body_limit(MOST_BYTES + _FORM_AROUND_IT)
def verify() -> Any:
    """The findings; the file is read and forgotten."""
    try:
        checked = verify_upload(deps(), uploaded(request.files, "file"))
    except Invalid as wrong:
        return _page(errors=wrong.by_field(), status=422)
    return _page(report=_in_words(checked), file_name=request.files["file"].filename or "")


@blueprint.post("/api/verify")
@public("whoever was handed a PDF must be able to have it checked")
@without_cookies
@body_limit(MOST_BYTES + _FORM_AROUND_IT)
def verify_as_json() -> Any:
    """The same findings for programs: the PDF as the body (``application/pdf``) or as ``file`` of a
    form. ``language`` is nl or en. A mistake is answered with problem+json that names the field."""
    whole = request.mimetype == "application/pdf"
    checked = verify_upload(
        deps(), request.get_data() if whole else uploaded(request.files, "file")
    )
    language = "en" if request.args.get("language") == "en" else "nl"
    recorded = None
    if checked.reference:
        effective = checked.effective_date
        recorded = {
            "reference": checked.reference,
            "effective_date": effective.isoformat() if effective else None,
        }
    return jsonify({**checked.report.as_json(language), "recorded": recorded})


def _in_words(checked: Checked) -> dict[str, Any]:
    report = checked.report
    return {
        "tone": _VERDICT_TONES.get(report.verdict, "warn"),
        "sentence": report.sentence(),
        "reason": next((each.sentence() for each in report.answers if each.state == FAILS), ""),
        "agreement": report.agreement,
        "recorded": bool(checked.reference),
        "effective_date": checked.effective_date or report.effective_date,
        "level": report.level,
        "notes": report.notes(),
        "checks": [
            {
                "tone": _TONES[answer.state],
                "label": text(f"staff.verify.{answer.state}"),
                "sentence": answer.sentence(),
            }
            for answer in report.answers
        ],
        "sha256": report.sha256,
        "seals": [
            {
                "place": place_words(seal.field),
                "name": seal.name,
                "capacity": seal.capacity,
                "signed_at": moment_words(seal.signed_at) if seal.signed_at else "",
                "token_time": moment_words(seal.token_time) if seal.token_time else "",
            }
            for seal in report.seals
        ],
    }


def _page(
    *,
    report: dict[str, Any] | None = None,
    file_name: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> tuple[str, int]:
    return show(
        "staff/verify.html", status, report=report, file_name=file_name, errors=errors or {}
    )
