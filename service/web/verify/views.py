"""The verify page: upload a PDF, read what holds and what does not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from service.errors import Invalid
from service.texts import text
from service.web.context import deps, public
from service.web.forms import upload as uploaded
from service.web.security import body_limit
from service.web.staff.blueprint import show
from service.workflow.verify import MOST_BYTES, Checked, verify_upload
from signatures.report import FAILS, GENUINE, HOLDS, INVALID, UNKNOWN
from signatures.texts import words

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
    pdf = uploaded(request.files, "file")
    if not pdf.startswith(b"%PDF-"):
        return _page(errors={"file": text("errors.not_a_pdf")}, status=422)
    try:
        report = verify_upload(deps(), pdf)
    except Invalid as wrong:
        return _page(errors={"file": " ".join(wrong.by_field().values())}, status=422)
    return _page(report=_in_words(report), file_name=request.files["file"].filename or "")


def _in_words(checked: Checked) -> dict[str, Any]:
    report = checked.report
    rules = words("nl")["rule"]
    return {
        "tone": _VERDICT_TONES.get(report.verdict, "warn"),
        "sentence": report.sentence(),
        "checks": [
            {
                "tone": _TONES[answer.state],
                "label": text(f"staff.verify.{answer.state}"),
                "sentence": rules[answer.rule][answer.state],
                "detail": answer.detail,
            }
            for answer in report.answers
        ],
        "original": checked if checked.reference else None,
        "sha256": report.sha256,
        "seals": report.seals,
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
