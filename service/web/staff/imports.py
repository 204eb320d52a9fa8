"""Lists of customers: the imports so far, a new one, its columns."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from service.agreement.bulk.columns import PROBLEM, known_targets, shown_name
from service.agreement.bulk.options import Options
from service.agreement.bulk.states import ImportState
from service.agreement.parties import countries
from service.agreement.permissions import Permission
from service.error_codes import FieldCode
from service.errors import FieldError, Invalid, Refused
from service.spreadsheets.table import FIELD, MOST_BYTES, MOST_ROWS
from service.texts import OURS, catalogue, text
from service.web.again import again, ask_again
from service.web.context import current_staff, deps, require_staff
from service.web.forms import upload
from service.web.mistakes import sentences
from service.web.security import body_limit
from service.web.staff.blueprint import blueprint, show, to
from service.web.staff.import_words import whole_number
from service.workflow.bulk import ask, decide, look, take_in

LARGEST_POST = MOST_BYTES + 4 * 1024 * 1024  # above the list's limit the form says so
PASTED = "pasted"


@blueprint.get("/importen")
@require_staff(Permission.PREPARE)
def imports() -> Any:
    before = whole_number(request.args.get("voor", ""))
    found = look.all_imports(deps(), current_staff(), before=before)
    shown = found[: look.PAGE_OF_IMPORTS]
    more = len(found) > len(shown)
    older = url_for("staff.imports", voor=shown[-1].found.number) if more else ""
    return show("staff/imports.html", found=shown, older=older, paged=before is not None)


@blueprint.get("/importen/nieuw")
@require_staff(Permission.PREPARE)
def new_import() -> Any:
    typed = again()
    return show(
        "staff/import_new.html",
        values=typed.values,
        errors=typed.errors,
        most_rows=MOST_ROWS,
        most_megabytes=MOST_BYTES >> 20,
        known=[name for _, name in _targets()],
    )


@blueprint.post("/importen/nieuw")
@require_staff(Permission.PREPARE)
@body_limit(LARGEST_POST)
def add_import() -> Any:
    """Store the list; later mistakes do not ask for the file again."""
    file, pasted = request.files.get(FIELD), request.form.get(PASTED, "")
    chosen = file.filename if file and file.filename else ""
    if bool(chosen) is bool(pasted.strip()):
        code = FieldCode.FILE_OR_PASTED if chosen else FieldCode.FILE_MISSING
        raise Invalid([FieldError(FIELD, code)])
    try:
        if chosen:
            data = upload(request.files, FIELD)
            found = take_in.receive(deps(), data, chosen, current_staff())
        else:
            name = text("bulk.pasted_name", OURS)
            found = take_in.receive_pasted(deps(), pasted, name, current_staff())
    except Invalid as wrong:
        return ask_again(sentences(wrong, {} if chosen else {FIELD: PASTED}))
    return to("staff.import_columns", number=found.number)


@blueprint.get("/importen/<int:number>/kolommen")
@require_staff(Permission.PREPARE)
def import_columns(number: int) -> Any:
    """What each column holds, and what all rows share."""
    try:
        asked = ask.questions(deps(), number, current_staff())
    except Refused:  # it was started: there is nothing to choose any more
        return to("staff.import_page", number=number)
    typed = again()
    values = typed.values if typed else _stored(asked.found.options, asked.found.targets)
    services = typed.form.getlist("services") if typed else asked.found.options.services
    return show(
        "staff/import_columns.html",
        asked=asked,
        found=asked.found,
        first=asked.found.state is ImportState.CHOOSING,
        values=values,
        services=services,
        errors=typed.errors,
        targets=_targets(),
        known_services=list(catalogue("service_names", OURS).items()),
        countries=list(countries().items()),
        days=deps().settings.link_days,
    )


@blueprint.post("/importen/<int:number>/kolommen")
@require_staff(Permission.PREPARE)
def choose_columns(number: int) -> Any:
    asked = ask.questions(deps(), number, current_staff())
    form = request.form
    decide.choose(
        deps(),
        number,
        current_staff(),
        targets=[form.get(f"column-{place}", "") for place in range(len(asked.columns))],
        options=_options(form, asked.found.options),
    )
    return to("staff.import_page", number=number)


def _targets() -> list[tuple[str, str]]:
    """What a column may hold, without our own column."""
    return [(each, shown_name(each)) for each in known_targets() if each != PROBLEM]


_ASKED = ("message", "link_days", "countersigner", "country")


def _options(form: MultiDict[str, str], before: Options) -> Options:
    """The choices; what the form does not ask stays."""
    return Options(
        {**before.fields, **{name: form.get(name, "") for name in _ASKED}},
        tuple(form.getlist("services")),
        before.chosen,
        form.get("owner", ""),
        bool(form.get("again_made")),
        form.get("family", ""),
    )


def _stored(options: Options, targets: tuple[str, ...]) -> dict[str, str]:
    return {
        **{name: str(options.fields.get(name, "")) for name in _ASKED},
        **{f"column-{place}": target for place, target in enumerate(targets)},
        "owner": options.owner_id,
        "again_made": "yes" if options.again else "",
        "family": options.family,
    }
