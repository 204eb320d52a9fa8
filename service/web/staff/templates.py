"""Own templates: families and versions, a new version, and looking at one."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from markupsafe import Markup, escape

from service.agreement.permissions import Permission
from service.agreement.template_family import INSTALLED
from service.documents.largest import LARGEST_FILE
from service.documents.own.findings import Finding, Found, Severity
from service.documents.own.in_words import message, remedy, where
from service.documents.own.names import shown_place
from service.error_codes import FieldCode
from service.error_words import words_of
from service.errors import FieldError
from service.texts import OURS, folder, text
from service.web.again import again, ask_again
from service.web.context import current_staff, deps, require_staff
from service.web.files import file
from service.web.forms import upload
from service.web.security import body_limit
from service.web.staff import template_names
from service.web.staff.blueprint import blueprint, show, to
from service.workflow.templates import look as looking
from service.workflow.templates.families import families
from service.workflow.templates.take_in import NEW, take_in

MOST_PAGES = 1_000
LARGEST_POST = LARGEST_FILE + 1024 * 1024  # above the limit of a file the page says so
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_CODE = Markup('<code class="code">{}</code>')
_NAMES = re.compile(r' (?:id|aria-labelledby)="[^"]*"')
STARTER = folder(OURS, "documents", "starter") / "starter.docx"


@blueprint.get("/beheer/sjablonen")
@require_staff(Permission.MANAGE_TEMPLATES)
def templates() -> Any:
    """All families with their versions."""
    return show(
        "staff/templates.html",
        families=families(deps(), current_staff()),
        installed=deps().template.version,
    )


@blueprint.get("/beheer/sjablonen/uitleg")
@require_staff(Permission.MANAGE_TEMPLATES)
def template_help() -> Any:
    """How a contract becomes a template, with every name that can be filled in."""
    return show(
        "staff/template_help.html",
        always=template_names.values(sometimes=False),
        sometimes=template_names.values(sometimes=True),
        lists=template_names.lists(),
        places=template_names.places(),
    )


@blueprint.get("/beheer/sjablonen/begin.docx")
@require_staff(Permission.MANAGE_TEMPLATES)
def template_starter() -> Any:
    return file(STARTER.read_bytes(), WORD, text("templates.starter_name", OURS))


@blueprint.get("/beheer/sjablonen/nieuw")
@require_staff(Permission.MANAGE_TEMPLATES)
def new_template() -> Any:
    """A Word file as a new template or version, and what was found in the last one."""
    typed = again()
    values = typed.values
    findings = [Finding.from_json(each) for each in typed.more.get("findings", ())]
    own = [each for each in families(deps(), current_staff()) if each.id != INSTALLED]
    wanted = request.args.get("sjabloon", "")
    if same := [each for each in own if each.name.casefold() == values.get("name", "").casefold()]:
        values["family"] = same[0].id  # its name was given again: a new version is meant
    return show(
        "staff/template_new.html",
        families=own,
        values=values or {"family": wanted if wanted in {each.id for each in own} else NEW},
        errors=typed.errors,
        findings=_in_words(findings),
        name=typed.more.get("file", ""),
    )


@blueprint.post("/beheer/sjablonen/nieuw")
@require_staff(Permission.MANAGE_TEMPLATES)
@body_limit(LARGEST_POST)
def add_template() -> Any:
    """Check the file. With a fault it is not kept, and what was found is shown."""
    form, given = request.form, request.files.get("file")
    name = given.filename or "" if given else ""
    found = take_in(
        deps(),
        upload(request.files, "file"),
        name,
        current_staff(),
        name=form.get("name", ""),
        family_id=form.get("family", NEW),
    )
    if found.version is None:
        errors = {each.field: words_of(each) for each in found.errors}
        if faults := sum(each.severity is Severity.FAULT for each in found.findings):
            said = FieldError("file", FieldCode.TEMPLATE_FAULTY, {"faults": faults})
            errors["file"] = words_of(said)
        findings = [each.as_json() for each in found.findings]
        return ask_again(errors, findings=findings, file=name)
    return to("staff.template_version", version_id=found.version.id, done="template_imported")


@blueprint.get("/beheer/sjablonen/versies/<version_id>")
@require_staff(Permission.MANAGE_TEMPLATES)
def template_version(version_id: str) -> Any:
    """The sample beside the current version, what changed, what was checked, and what to do."""
    found = looking.look(deps(), version_id, current_staff())
    return show(
        "staff/template_version.html",
        found=found,
        version=found.version,
        findings=_in_words(found.findings),
        places=[(each, shown_place(each)) for each in found.version.places],
        unprinted=[
            each.values["name"] for each in found.findings if each.code is Found.VALUE_NOT_PRINTED
        ],
        # Our own reading views, of samples without data of anybody.
        reading_html=Markup(found.sample.reading_html) if found.sample else "",  # noqa: S704
        least_html=_unnamed(found.sample.least_html) if found.sample else "",
        problem=again().errors.get("form", ""),
    )


@blueprint.get("/beheer/sjablonen/versies/<version_id>/bestand")
@require_staff(Permission.MANAGE_TEMPLATES)
def template_file(version_id: str) -> Any:
    """The Word file as it was given, to make the next version of."""
    name, given = looking.given_file(deps(), version_id, current_staff())
    return file(given, WORD, name or text("templates.starter_name", OURS))


@blueprint.get("/beheer/sjablonen/voorbeelden/<sha256>.pdf")
@require_staff(Permission.MANAGE_TEMPLATES)
def template_sample(sha256: str) -> Any:
    pdf = looking.sample_pdf(deps(), sha256, current_staff())
    name = text("templates.sample_name", OURS, digest=sha256[:8])
    return file(pdf, "application/pdf", name, show=True)


@blueprint.get("/beheer/sjablonen/voorbeelden/<sha256>/<int:page>.png")
@require_staff(Permission.MANAGE_TEMPLATES)
def template_picture(sha256: str, page: int) -> Any:
    """A page of a sample; beyond the last one there is none."""
    at = min(page, MOST_PAGES)  # a number beyond that of a column is no page either
    png = looking.sample_picture(deps(), sha256, at, current_staff())
    return file(png, "image/png", f"{at}.png", show=True)


def _unnamed(view: str) -> Markup:
    """A reading view without its names, which the other one on the same page has too."""
    return Markup(_NAMES.sub("", view))  # noqa: S704


def _in_words(findings: Any) -> list[dict[str, object]]:
    """Each finding as the page shows it."""
    return [
        {
            "severity": each.severity.value,
            "message": message(each, OURS),
            "where": where(each, OURS),
            "remedy": _as_code(remedy(each, OURS)),
        }
        for each in findings
    ]


def _as_code(words: str) -> Markup:
    """A sentence in which what is to be typed, between backticks, can be copied whole."""
    pieces = words.split("`")
    typed = [_CODE.format(each) if at % 2 else escape(each) for at, each in enumerate(pieces)]
    return Markup("").join(typed)
