"""Own templates: families and versions, a new version, and looking at one."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import request, url_for
from markupsafe import Markup

from service.agreement.permissions import Permission
from service.agreement.template_family import INSTALLED
from service.documents.largest import LARGEST_FILE
from service.documents.own.findings import STOPPING, Finding, Found, Severity
from service.documents.own.in_words import message, remedy, sides, to_type, where
from service.documents.own.names import shown_place
from service.documents.own.prepare.changes import Change, told
from service.documents.own.typed import Typed
from service.error_codes import ErrorCode, FieldCode
from service.error_words import words_of
from service.errors import FieldError, Invalid, NotFound
from service.texts import OURS, folder, named, text
from service.web.again import again, again_at, ask_again, sent_again
from service.web.context import current_staff, deps, require_staff
from service.web.files import file
from service.web.forms import upload
from service.web.security import AGAIN_FIELD, body_limit
from service.web.staff import template_changes, template_names
from service.web.staff.blueprint import blueprint, show, to
from service.web.staff.template_answers import (
    MEANT,
    answers_in,
    fields_again,
    suggested,
    typed_so_far,
    unanswered,
    unfit,
)
from service.web.staff.template_changes import as_code, readable
from service.workflow.templates import look as looking
from service.workflow.templates.families import families
from service.workflow.templates.take_in import ANSWER, NEW, TakenIn, filled_name, take_in

MOST_PAGES = 1_000
LARGEST_POST = LARGEST_FILE + 1024 * 1024  # above the limit of a file the page says so
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
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
    changes = told(Change.from_json(each) for each in typed.more.get("changes", ()))
    own = [each for each in families(deps(), current_staff()) if each.id != INSTALLED]
    wanted = request.args.get("sjabloon", "")
    if same := [each for each in own if each.name.casefold() == values.get("name", "").casefold()]:
        values["family"] = same[0].id  # its name was given again: a new version is meant
    shown = values or {"family": wanted if wanted in {each.id for each in own} else NEW}
    return show(
        "staff/template_new.html",
        families=own,
        values=shown,
        errors=typed.errors,
        findings=_in_words(findings),
        only_in_word=any(each.code in STOPPING for each in findings),
        chosen=template_changes.groups(changes),
        plain=template_changes.plain(changes),
        kept=_address_of_prepared() if typed.more.get("prepared") else "",
        name=typed.more.get("file", ""),
        alike=typed.more.get("alike", []),
        gone=[_gone(Typed.from_json(each)) for each in typed.more.get("gone", ())],
        waiting=any(not each["written"] for each in typed.more.get("typed", ())),
    )


def _gone(typed: Typed) -> dict[str, Any]:
    """Words that have no place in the file any more."""
    signs = typed.finding.code is Found.SIGNATORY
    return {
        "words": named("labels.party", typed.words, OURS) if signs else readable(typed.words),
        "where": readable(typed.finding.paragraph),
    }


def _address_of_prepared() -> str:
    kept: dict[str, Any] = {AGAIN_FIELD: request.args.get(AGAIN_FIELD, "")}
    return url_for("staff.prepared_template", **kept)


@blueprint.get("/beheer/sjablonen/nieuw/ingevuld.docx")
@require_staff(Permission.MANAGE_TEMPLATES)
def prepared_template() -> Any:
    """The Word file with what Zegel filled in, to go on with in Word."""
    known = again_at(url_for("staff.new_template")).more
    if not known.get("prepared"):
        raise NotFound(ErrorCode.NOT_FOUND)
    name = text("templates.prepared_name", OURS, name=Path(known["file"]).stem)
    return file(base64.b64decode(known["prepared"]), WORD, name)


@blueprint.post("/beheer/sjablonen/nieuw")
@require_staff(Permission.MANAGE_TEMPLATES)
@body_limit(LARGEST_POST)
def add_template() -> Any:
    """Check a file, or the one that Zegel filled in with what was typed. With a fault it is not
    stored: the page shows what was filled in and what is left to do."""
    form, chosen = request.form, upload(request.files, "file")
    known = sent_again().more
    prepared = base64.b64decode(known.get("prepared", ""))
    asked = [Finding.from_json(each) for each in known.get("findings", ())] if prepared else []
    answers = answers_in(form, asked) if prepared else {}
    typed = typed_so_far(known, asked, answers)
    name = getattr(request.files.get("file"), "filename", "") or ""
    if not chosen:
        name = known.get("file") or name
        if refused := unfit(asked, answers):
            return ask_again({each.field: words_of(each) for each in refused}, **known)
    try:
        found = take_in(
            deps(),
            chosen or prepared,
            filled_name(name) if known.get("changes") and not chosen else name,
            current_staff(),
            name=form.get("name", ""),
            family_id=form.get("family", NEW),
            answers=None if chosen or not prepared else answers,
            typed=typed if chosen else (),
        )
    except Invalid as wrong:
        return ask_again({each.field: words_of(each) for each in wrong.errors}, **known)
    if found.version is not None:
        return to("staff.template_version", version_id=found.version.id, done="template_imported")
    if chosen:
        return _left_to_do(found, name, [], fields=fields_again(found, form))
    # Whoever goes on without a file saw what has no place in it.
    found = replace(found, typed=tuple(replace(each, written=bool(found.ready)) for each in typed))
    return _left_to_do(found, name, known.get("changes", []))


def _left_to_do(
    found: TakenIn, name: str, changes: list[Any], *, fields: dict[str, Any] | None = None
) -> Any:
    """The page with the form, and with what is left to do in the file. ``fields`` are shown in it
    if the file was chosen just now."""
    wrong = list(found.errors)
    left = list(found.ready.checked.findings if found.ready else found.findings)
    # What only Word can mend comes first: Zegel then does most of the rest.
    left = [each for each in left if each.code in STOPPING] or left
    faults = [each for each in left if each.severity is Severity.FAULT]
    if not found.ready and faults:
        wrong.append(FieldError("file", FieldCode.TEMPLATE_FAULTY, {"faults": len(faults)}))
    if fields is None:
        wrong += [unanswered(each) for each in faults if each.answerable]
    else:
        wrong += unfit(faults, {key: each.words for key, each in found.alike.items()})
    more: dict[str, Any] = {"findings": [each.as_json() for each in left], "file": name}
    more["typed"] = [each.as_json() for each in (*found.typed, *found.gone)]
    more["gone"] = [each.as_json() for each in found.gone]
    more["alike"] = [f"{ANSWER}{key}" for key in found.alike]
    if found.ready:
        more["prepared"] = base64.b64encode(found.ready.prepared.docx).decode()
        more["changes"] = [*changes, *(each.as_json() for each in found.ready.prepared.changes)]
    errors = {each.field: words_of(each) for each in wrong}
    return ask_again(errors, 422 if errors else 200, fields=fields, **more)


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


@blueprint.get("/beheer/sjablonen/voorbeelden/<sha256>/zo-weinig-als-kan.pdf")
@require_staff(Permission.MANAGE_TEMPLATES)
def template_least(sha256: str) -> Any:
    pdf = looking.sample_pdf(deps(), sha256, current_staff(), least=True)
    name = text("templates.least_name", OURS, digest=sha256[:8])
    return file(pdf, "application/pdf", name, show=True)


@blueprint.get("/beheer/sjablonen/voorbeelden/<sha256>/<int:page>.png")
@require_staff(Permission.MANAGE_TEMPLATES)
def template_picture(sha256: str, page: int) -> Any:
    """A page of a sample; beyond the last one there is none."""
    return _picture(sha256, page)


@blueprint.get("/beheer/sjablonen/voorbeelden/<sha256>/zo-weinig-als-kan/<int:page>.png")
@require_staff(Permission.MANAGE_TEMPLATES)
def template_least_picture(sha256: str, page: int) -> Any:
    """The same with as little as possible."""
    return _picture(sha256, page, least=True)


def _picture(sha256: str, page: int, *, least: bool = False) -> Any:
    at = min(page, MOST_PAGES)  # a number beyond that of a column is no page either
    png = looking.sample_picture(deps(), sha256, at, current_staff(), least=least)
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
            "remedy": as_code(remedy(each, OURS)),
            "to_type": as_code(to_type(each, OURS)),
            "field": f"{ANSWER}{each.key}" if each.answerable else "",
            "signs": each.code is Found.SIGNATORY,
            "written": each.values.get("written", ""),
            "open": _open(each),
            "meant": f"{MEANT}{each.key}",
            "suggested": readable(suggested(each)),
            "heading": each.heading,
            "around": tuple(map(readable, sides(each))) if each.answerable else ("", ""),
        }
        for each in findings
    ]


def _open(finding: Finding) -> str:
    """The words that stand in an open place, such as *[bedrag]*; '' if there are only dots."""
    written = str(finding.values.get("written", ""))
    words = finding.code is Found.OPEN_PLACE and re.search(r"[^\W_]", written)
    return written if words else ""
