"""Agreements signed elsewhere: the file, what a person read in it, and taking back a mistake."""

from __future__ import annotations

from typing import Any

from flask import request

from service.agreement.parties import countries
from service.agreement.permissions import Permission
from service.agreement.registration import MOST_BYTES
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid
from service.texts import OURS, catalogue
from service.web.again import again, ask_again
from service.web.context import current_staff, deps, require_staff
from service.web.files import file
from service.web.forms import upload
from service.web.mistakes import sentences
from service.web.security import body_limit
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.keeping.dossier import agreement_of
from service.workflow.keeping.register import FIELD, receive, register, uploaded
from service.workflow.life.withdraw import withdraw as take_back

LARGEST_POST = MOST_BYTES + 4 * 1024 * 1024  # above the limit the form says so


@blueprint.get("/elders-ondertekend")
@require_staff(Permission.PREPARE)
def signed_elsewhere() -> Any:
    typed = again()
    return show("staff/registered_file.html", errors=typed.errors, most_megabytes=MOST_BYTES >> 20)


@blueprint.post("/elders-ondertekend")
@require_staff(Permission.PREPARE)
@body_limit(LARGEST_POST)
def add_signed_elsewhere() -> Any:
    """Keep the file; later mistakes do not ask for it again."""
    sent = request.files.get(FIELD)
    if sent is None or not sent.filename:
        raise Invalid([FieldError(FIELD, FieldCode.PAPER_MISSING)])
    data = upload(request.files, FIELD)
    found = receive(deps(), data, sent.filename, current_staff())
    return to("staff.registration", file_id=found.id)


@blueprint.get("/elders-ondertekend/<file_id>")
@require_staff(Permission.PREPARE)
def registration(file_id: str) -> Any:
    found = uploaded(deps(), file_id, current_staff())
    typed = again()
    numbers = catalogue("labels", OURS)
    return show(
        "staff/registered.html",
        found=found,
        values=typed.values,
        errors=typed.errors,
        countries=list(countries().items()),
        number_types=[
            (each, numbers[f"number_type.{each}"]) for each in ("be", "nl", "other", "none")
        ],
    )


@blueprint.post("/elders-ondertekend/<file_id>")
@require_staff(Permission.PREPARE)
def add_registration(file_id: str) -> Any:
    """Make the agreement; the worker archives it."""
    try:
        reference = register(deps(), file_id, request.form.to_dict(), current_staff())
    except Invalid as wrong:
        return ask_again(sentences(wrong, name="organisation"))
    return to("staff.dossier_page", reference=reference, done="registered")


@blueprint.get("/elders-ondertekend/<file_id>/bestand")
@require_staff(Permission.PREPARE)
def registered_file(file_id: str) -> Any:
    """The file to read while typing; this site never opens it itself."""
    found = uploaded(deps(), file_id, current_staff())
    return file(found.pdf or b"", "application/pdf", f"{found.id}.pdf")


@blueprint.get("/overeenkomsten/<reference>/registratie-intrekken")
@require_staff(Permission.PREPARE)
def ask_withdraw(reference: str) -> Any:
    """What taking back a registration means."""
    typed = again()
    return show(
        "staff/ask_withdraw.html",
        agreement=agreement_of(deps(), reference, current_staff()),
        values=typed.values,
        errors=typed.errors,
    )


@blueprint.post("/overeenkomsten/<reference>/registratie-intrekken")
@require_staff(Permission.PREPARE)
def withdraw(reference: str) -> Any:
    """The registration was a mistake."""
    take_back(deps(), reference, request.form.get("reason", ""), current_staff())
    return to("staff.dossier_page", reference=reference, done="withdrawn")
