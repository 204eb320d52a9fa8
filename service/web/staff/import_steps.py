"""Steps of an import: leave rows out, start, pause, resume, stop."""

from __future__ import annotations

from typing import Any

from flask import request

from service.agreement.bulk import pace
from service.agreement.bulk.states import LineState
from service.agreement.permissions import Permission
from service.error_codes import FieldCode
from service.error_words import words_of
from service.errors import FieldError
from service.texts import OURS, text
from service.web.again import again, ask_again, shown_at
from service.web.context import current_staff, deps, require_staff
from service.web.staff.blueprint import blueprint, show, to
from service.web.staff.import_words import duration, whole_number
from service.workflow.bulk import decide, look
from service.workflow.bulk.look import Progress

SEND, MAKE = "send", "make"
PERSON = "person"  # one mail for all that somebody signs
SLOWER = (120, 30, 10, 2)  # agreements a minute that may be chosen, below the installation's limit


@blueprint.post("/importen/<int:number>/weglating")
@require_staff(Permission.PREPARE)
@shown_at("staff.import_page")
def leave_out(number: int) -> Any:
    """Leave out the ticked rows, or with ``back`` make them after all."""
    rows = [row for each in request.form.getlist("rows") if (row := whole_number(each))]
    if not rows:
        return ask_again({"form": words_of(FieldError("rows", FieldCode.ROW_SELECT))}, fields={})
    if request.form.get("back"):
        decide.put_back(deps(), number, rows, current_staff())
        return to("staff.import_page", number=number, done="import_put_back")
    decide.leave_out(deps(), number, rows, current_staff())
    return to("staff.import_page", number=number, done="import_left_out")


@blueprint.get("/importen/<int:number>/start")
@require_staff(Permission.PREPARE)
def ask_start_import(number: int) -> Any:
    """What will be made and sent, and how long that takes."""
    known, typed = look.progress(deps(), number, current_staff()), again()
    values = typed.values if typed else {"what": SEND, "mails": PERSON, "per_minute": ""}
    shared = look.shared(deps(), number, current_staff())
    return show(
        "staff/import_start.html",
        known=known,
        found=known.found,
        good=known.of(LineState.GOOD),
        made=known.of(LineState.MADE),
        values=values,
        errors=typed.errors,
        people=shared.people,
        shared=shared.agreements,
        paces=_paces(known, shared.spared),
        makes=duration(pace.lasts(known.of(LineState.GOOD), 0, 0)),
        others=look.others_sending(deps(), number, current_staff()),
    )


@blueprint.post("/importen/<int:number>/start")
@require_staff(Permission.PREPARE)
def start_import(number: int) -> Any:
    form = request.form
    decide.start(
        deps(),
        number,
        current_staff(),
        send=form.get("what") == SEND,
        per_minute=whole_number(form.get("per_minute", "")) or None,
        together=form.get("mails") == PERSON,
        doubtful=not form.get("without_doubtful"),
        seen=whole_number(form.get("seen", "")),
    )
    return to("staff.import_page", number=number, done="import_started")


@blueprint.post("/importen/<int:number>/pauze")
@require_staff(Permission.PREPARE)
@shown_at("staff.import_page")
def pause_import(number: int) -> Any:
    decide.pause(deps(), number, current_staff())
    return to("staff.import_page", number=number, done="import_paused")


@blueprint.post("/importen/<int:number>/hervatting")
@require_staff(Permission.PREPARE)
@shown_at("staff.import_page")
def resume_import(number: int) -> Any:
    decide.resume(deps(), number, current_staff(), template=request.form.get("template", ""))
    return to("staff.import_page", number=number, done="import_resumed")


@blueprint.get("/importen/<int:number>/stop")
@require_staff(Permission.PREPARE)
def ask_stop_import(number: int) -> Any:
    """What stays after stopping for good."""
    known = look.progress(deps(), number, current_staff())
    return show(
        "staff/import_stop.html",
        known=known,
        found=known.found,
        counts={state.value: known.of(state) for state in LineState},
        errors=again().errors,
    )


@blueprint.post("/importen/<int:number>/stop")
@require_staff(Permission.PREPARE)
def stop_import(number: int) -> Any:
    decide.stop(deps(), number, current_staff())
    return to("staff.import_page", number=number, done="import_stopped")


@blueprint.post("/importen/<int:number>/nieuwe-poging")
@require_staff(Permission.PREPARE)
@shown_at("staff.import_page")
def try_import_again(number: int) -> Any:
    """Prepare the rows that failed, and show how many start again."""
    decide.try_again(deps(), number, current_staff())
    return to("staff.ask_start_import", number=number)


def _paces(known: Progress, spared: int) -> list[tuple[str, int, str]]:
    """The paces: the field's value, how many a minute (0: no limit), and how long sending takes,
    also with a mail per agreement if that differs."""
    limit = deps().settings.bulk_mails_per_minute
    make, made = known.of(LineState.GOOD), known.of(LineState.MADE)
    slower = [each for each in SLOWER if not limit or each < limit]
    offered = [("", limit), *((str(each), each) for each in slower)]

    def lasts(a_minute: int) -> str:
        apart, joined = (
            duration(pace.lasts(make, make + made, a_minute, spared=each)) for each in (0, spared)
        )
        either = text("bulk.lasts.either", OURS, joined=joined, apart=apart)
        return joined if joined == apart else either

    return [(value, each, lasts(each)) for value, each in offered]
