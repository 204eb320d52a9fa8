"""One import: its preview, progress and report, always with its rows."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from service.agreement.bulk import pace
from service.agreement.bulk.states import ImportState, ImportStep, LineState, may
from service.agreement.permissions import Permission
from service.texts import OURS, text
from service.web.again import again
from service.web.context import current_staff, deps, require_staff
from service.web.files import file
from service.web.pages import amount
from service.web.staff.blueprint import blueprint, show, to
from service.web.staff.import_words import duration, whole_number
from service.workflow.bulk import decide, look, problems
from service.workflow.bulk import page as pages
from service.workflow.bulk.look import Progress
from service.workflow.bulk.page import STATES, Kind

BUSY = (ImportState.JUDGING, ImportState.RUNNING)


@blueprint.get("/importen/<int:number>")
@require_staff(Permission.PREPARE)
def import_page(number: int) -> Any:
    staff = current_staff()
    known = look.progress(deps(), number, staff)
    if known.found.state is ImportState.CHOOSING:
        return to("staff.import_columns", number=number)
    kind, after = _asked()
    rows = pages.page(deps(), number, staff, kind, after=after)
    faults, doubts = (
        pages.often(deps(), number, staff) if known.found.state is ImportState.READY else ([], [])
    )
    return show(
        "staff/import.html",
        known=known,
        found=known.found,
        counts={state.value: known.of(state) for state in LineState},
        busy=known.found.state in BUSY,
        can={step.value for step in ImportStep if may(step, known.found.state)},
        left=duration(_left(known)),
        limit=pace.lowest(deps().settings.bulk_mails_per_minute, known.found.per_minute),
        texts=_texts(known),
        faults=faults,
        doubts=doubts,
        filters=_filters(known, kind),
        kind=kind.value,
        rows=rows.rows,
        after=after,
        here=_address(number, kind, after),
        first=_address(number, kind) if after else "",
        older=_address(number, kind, rows.next) if rows.next else "",
        problem=again().errors.get("form", ""),
    )


@blueprint.get("/importen/<int:number>/problemen")
@require_staff(Permission.PREPARE)
def import_problems(number: int) -> Any:
    """The rows with a fault, as the same kind of file with a column for it."""
    found = problems.problems(deps(), number, current_staff())
    return file(found.data, found.content_type, found.name)


def _address(number: int, kind: Kind, after: int = 0) -> str:
    return url_for("staff.import_page", number=number, toon=kind.value or None, na=after or None)


def _asked() -> tuple[Kind, int]:
    """Which kind of rows, and after which or from one on."""
    asked = request.args.get("toon", "")
    kind = Kind(asked) if asked in set(Kind) else Kind.ALL
    begin = whole_number(request.args.get("rij", ""))
    after = max(begin - 1, 0) if begin else whole_number(request.args.get("na", "")) or 0
    return kind, after


def _left(known: Progress) -> Any:
    found = known.found
    make = known.of(LineState.GOOD)
    send = make + known.of(LineState.MADE) if found.sending else 0
    limit = pace.lowest(deps().settings.bulk_mails_per_minute, found.per_minute)
    joined = send and found.together
    spared = look.shared(deps(), found.number, current_staff()).spared if joined else 0
    return pace.lasts(make, send, limit, spared=spared)


def _texts(known: Progress) -> list[tuple[str, str]]:
    """Texts for the other rows if theirs was withdrawn: digests and names."""
    if known.found.state is not ImportState.PAUSED:
        return []
    found = decide.texts_for_the_rest(deps(), known.found.number, current_staff())
    return [(each.sha256, each.shown) for each in found]


def _filters(known: Progress, current: Kind) -> list[dict[str, Any]]:
    """The kinds of rows with their numbers; always problems."""
    counts = {
        kind: sum(map(known.of, states)) if states else known.total
        for kind, states in STATES.items()
    }
    counts[Kind.DOUBTFUL] = known.doubtful
    number = known.found.number
    return [
        {
            "label": text(f"bulk.filter.{kind.name.lower()}", OURS),
            "count": amount(count, count),
            "url": _address(number, kind),
            "current": kind is current,
        }
        for kind, count in counts.items()
        if count or kind in (Kind.ALL, Kind.PROBLEMS, current)
    ]
