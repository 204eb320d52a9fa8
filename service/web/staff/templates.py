"""Own templates: families and versions, a new version, and looking at one."""

from __future__ import annotations

import base64
import re
from operator import attrgetter
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
from service.documents.own.open_characters import ends_in_number
from service.documents.own.prepare.changes import Change, told
from service.error_codes import ErrorCode, FieldCode
from service.error_words import words_of
from service.errors import FieldError, Invalid, NotFound
from service.texts import OURS, folder, text
from service.web.again import again, again_at, ask_again, sent_again
from service.web.context import current_staff, deps, require_staff
from service.web.files import file
from service.web.forms import upload
from service.web.security import AGAIN_FIELD, body_limit
from service.web.staff import template_changes, template_names
from service.web.staff.blueprint import blueprint, show, to
from service.web.staff.template_changes import as_code, readable
from service.workflow.templates import look as looking
from service.workflow.templates.families import families
from service.workflow.templates.take_in import ANSWER, NEW, TakenIn, take_in

MEANT = "meant-"  # a tick: what Zegel proposes for that open place is right
MOST_PAGES = 1_000
SHORTEST_WORD = 3
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
    )


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
    known = {} if chosen else sent_again().more
    prepared = base64.b64decode(known.get("prepared", ""))
    answers = {
        name.removeprefix(ANSWER): words
        for name, words in form.items()
        if prepared and name.startswith(ANSWER)
    }
    name = known.get("file") or getattr(request.files.get("file"), "filename", "") or ""
    asked = [Finding.from_json(each) for each in known.get("findings", ())]
    for each in asked:
        if form.get(f"{MEANT}{each.key}") and not answers.get(each.key, "").strip():
            answers[each.key] = _suggested(each)
    if twice := _said_twice(asked, answers):
        return ask_again({each.field: words_of(each) for each in twice}, **known)
    try:
        found = take_in(
            deps(),
            chosen or prepared,
            name,
            current_staff(),
            name=form.get("name", ""),
            family_id=form.get("family", NEW),
            answers=answers if prepared else None,
        )
    except Invalid as wrong:
        return ask_again({each.field: words_of(each) for each in wrong.errors}, **known)
    if found.version is None:
        return _left_to_do(found, name, known.get("changes", []), first=not prepared)
    return to("staff.template_version", version_id=found.version.id, done="template_imported")


def _left_to_do(found: TakenIn, name: str, changes: list[Any], *, first: bool) -> Any:
    """The page with the form, and with what is left to do in the file."""
    wrong = list(found.errors)
    left = list(found.ready.checked.findings if found.ready else found.findings)
    # What only Word can mend comes first: Zegel then does most of the rest.
    left = [each for each in left if each.code in STOPPING] or left
    faults = [each for each in left if each.severity is Severity.FAULT]
    if not found.ready and faults:
        wrong.append(FieldError("file", FieldCode.TEMPLATE_FAULTY, {"faults": len(faults)}))
    if not first:
        wrong += [_unanswered(each) for each in faults if each.answerable]
    more: dict[str, Any] = {"findings": [each.as_json() for each in left], "file": name}
    if found.ready:
        more["prepared"] = base64.b64encode(found.ready.prepared.docx).decode()
        more["changes"] = [*changes, *(each.as_json() for each in found.ready.prepared.changes)]
    errors = {each.field: words_of(each) for each in wrong}
    return ask_again(errors, 422 if errors else 200, **more)


def _unanswered(finding: Finding) -> FieldError:
    values = {"place": finding.paragraph}
    signs = finding.code is Found.SIGNATORY
    code = FieldCode.TEMPLATE_SIGNATORY if signs else FieldCode.TEMPLATE_ANSWER
    return FieldError(f"{ANSWER}{finding.key}", code, values)


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
            "suggested": readable(_suggested(each)),
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


def _suggested(finding: Finding) -> str:
    """The value that is probably meant, if it is always there: to be ticked, since one that stood
    in the field already would be passed over when it is wrong."""
    guessed = finding.answerable and finding.values.get("advice") == "field"
    return str(finding.values["whole"]) if guessed else ""


def _said_twice(asked: list[Finding], answers: dict[str, str]) -> list[FieldError]:
    """The answers that end in the word that follows them, such as *euro*, or that are no number
    where a unit stands beside the place."""
    wrong = []
    for each in filter(attrgetter("answerable"), asked):
        typed, field = answers.get(each.key, "").strip(), f"{ANSWER}{each.key}"
        last = (typed.split() or [""])[-1].casefold()
        following = re.search(r"\w+", sides(each)[1])
        if len(last) >= SHORTEST_WORD and following and following[0].casefold().endswith(last):
            wrong.append(FieldError(field, FieldCode.TEMPLATE_TWICE, {"word": following[0]}))
        elif typed and (unit := each.values.get("unit")) and not ends_in_number(typed):
            wrong.append(FieldError(field, FieldCode.TEMPLATE_NUMBER, {"word": unit}))
    return wrong
