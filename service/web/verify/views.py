"""The verification page: what holds of a PDF or an evidence package; as JSON for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request

from service.agreement.deadlines import show_date
from service.error_words import words_of
from service.errors import Busy, Invalid
from service.texts import OURS, text
from service.web.again import again, ask_again
from service.web.context import client, deps, public
from service.web.forms import upload as uploaded
from service.web.mistakes import sentences
from service.web.security import body_limit, without_cookies
from service.web.staff.blueprint import show
from service.workflow.keeping.verify import (
    MOST_BYTES,
    Checked,
    CheckedElsewhere,
    CheckedPackage,
    verify_upload,
)
from signatures.effective_date import local_date
from signatures.package.names import SHEET
from signatures.verdict.report import (
    FAILS,
    GENUINE,
    HOLDS,
    INVALID,
    UNKNOWN,
    Report,
    date_words,
    moment_words,
    place_words,
)

blueprint = Blueprint("verify", __name__)
_FORM_AROUND_IT = 64 * 1024
_WHOLE_BODIES = ("application/pdf", "application/zip")
_TONES = {HOLDS: "good", FAILS: "bad", UNKNOWN: "turn"}
_VERDICT_TONES = {GENUINE: "good", INVALID: "bad"}


@blueprint.get("/verifieer")
@public("whoever was handed a PDF must be able to have it checked")
def upload() -> Any:
    return _page(errors=again().errors)


@blueprint.post("/verifieer")
@public("whoever was handed a PDF must be able to have it checked")
@body_limit(MOST_BYTES + _FORM_AROUND_IT)
def verify() -> Any:
    """The findings, in the answer itself: a redirect would require keeping the file."""
    try:
        checked = verify_upload(deps(), uploaded(request.files, "file"), client().ip)
    except Invalid as wrong:
        return ask_again(sentences(wrong))
    except Busy as busy:
        return ask_again({"file": words_of(busy)}, 503, wait_seconds=busy.wait_seconds)
    return _page(report=_in_words(checked), file_name=request.files["file"].filename or "")


@blueprint.post("/api/verify")
@public("whoever was handed a PDF must be able to have it checked")
@without_cookies
@body_limit(MOST_BYTES + _FORM_AROUND_IT)
def verify_as_json() -> Any:
    """The findings for programs: the file is the body (``application/pdf`` or ``application/zip``)
    or ``file`` of a form; ``language`` is nl or en. A mistake is problem+json."""
    whole = request.mimetype in _WHOLE_BODIES
    file = request.get_data() if whole else uploaded(request.files, "file")
    checked = verify_upload(deps(), file, client().ip)
    if isinstance(checked, CheckedElsewhere):
        return jsonify(_registered_as_json(checked))
    language = "en" if request.args.get("language") == "en" else "nl"
    recorded = None
    if checked.reference:
        effective = checked.effective_date
        recorded = {
            "reference": checked.reference,
            "effective_date": effective.isoformat() if effective else None,
        }
    told = {**checked.report.as_json(language), "recorded": recorded}
    if isinstance(checked, CheckedPackage) and checked.report.registration is not None:
        told["withdrawn"] = checked.withdrawn
    return jsonify(told)


def _registered_as_json(checked: CheckedElsewhere) -> dict[str, Any]:
    """Nothing was verified but that this file was registered."""
    signed_on = checked.effective_date.isoformat()
    return {
        "verdict": "registered",
        "withdrawn": checked.withdrawn,
        "sha256": checked.sha256,
        "recorded": {"reference": checked.reference, "effective_date": signed_on},
    }


def _registered_in_words(checked: CheckedElsewhere) -> dict[str, Any]:
    record = checked.record
    on, signed_on = show_date(local_date(record.at), OURS), show_date(checked.effective_date, OURS)
    about = text("registration.about", OURS, on=on, signed_on=signed_on)
    withdrawn = text("registration.about_withdrawn", OURS) if checked.withdrawn else ""
    nothing: dict[str, Any] = {"checks": [], "seals": [], "notes": [], "agreement": None}
    return {
        "tone": "warn",
        "sentence": text("registration.verdict", OURS, reference=record.reference),
        "reason": f"{about} {withdrawn}".strip(),
        "sheet_of": "",
        "package": False,
        "told": [],
        "recorded": True,
        "effective_date": None,
        "level": "",
        "digests": [("", checked.sha256)],
        **nothing,
    }


def _in_words(checked: Checked | CheckedPackage | CheckedElsewhere) -> dict[str, Any]:
    if isinstance(checked, CheckedElsewhere):
        return _registered_in_words(checked)
    if isinstance(checked, CheckedPackage):
        return _package_in_words(checked)
    report = checked.report
    return {
        "tone": _VERDICT_TONES.get(report.verdict, "warn"),
        "sentence": report.sentence(),
        "reason": _why(report),
        "sheet_of": checked.reference if checked.name == SHEET else "",
        "package": False,
        "told": [],
        "checks": [
            {
                "tone": _TONES[answer.state],
                "label": text(f"staff.verify.{answer.state}", OURS),
                "sentence": answer.sentence(),
                "found": [],
            }
            for answer in report.answers
        ],
        "digests": [("", report.sha256)],
        **_of_agreement(report, checked),
    }


def _why(report: Report) -> str:
    """The first rule that fails; *not recorded* only if all else holds."""
    failing = [each for each in report.answers if each.state == FAILS]
    others = [each for each in failing if each.rule != "ledger"]
    return next((each.sentence() for each in (*others, *failing)), "")


def _package_in_words(checked: CheckedPackage) -> dict[str, Any]:
    """A package's rules, each with what is wrong."""
    report = checked.report
    wrong = [each.sentence() for each in report.findings if each.state == FAILS]
    said = report.registration if report.verdict != INVALID else None
    withdrawn = [text("registration.about_withdrawn", OURS)] if checked.withdrawn else []
    digests = [(name, each.sha256) for name, each in report.documents.items()]
    return {
        "tone": _VERDICT_TONES.get(report.verdict, "warn"),
        "sentence": report.sentence(),
        "reason": next(iter(wrong), ""),
        "sheet_of": "",
        "package": True,
        "checks": [
            {
                "tone": _TONES[report.state(rule)],
                "label": text(f"staff.verify.{report.state(rule)}", OURS),
                "sentence": report.rule_sentence(rule),
                "found": [each.sentence() for each in report.of(rule)],
            }
            for rule in report.rules
        ],
        "told": [*said.lines(), *withdrawn] if said else [],
        "digests": [*digests, *sorted(said.digests.items())] if said else digests,
        **_of_agreement(report.agreement if report.verdict != INVALID else None, checked),
    }


def _of_agreement(report: Report | None, checked: Checked | CheckedPackage) -> dict[str, Any]:
    """What the agreement's seals prove; empty when it is invalid."""
    if report is None:
        nothing = {"agreement": None, "recorded": False, "effective_date": None, "level": ""}
        return {**nothing, "notes": [], "seals": []}
    return {
        "agreement": report.agreement,
        "recorded": bool(checked.reference),
        "effective_date": checked.effective_date or report.effective_date,
        "level": report.level,
        "notes": report.notes(),
        "seals": [
            {
                "place": place_words(seal.field),
                "name": seal.name,
                "capacity": seal.capacity,
                "signed_at": moment_words(seal.signed_at) if seal.signed_at else "",
                "mandate_of": date_words(seal.mandate_of) if seal.mandate_of else "",
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
) -> tuple[str, int]:
    return show("staff/verify.html", report=report, file_name=file_name, errors=errors or {})
