"""Which customers of a list have an agreement, and a new list of the others."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from service.agreement.bulk.coverage import WITHOUT, Cover
from service.agreement.permissions import Permission
from service.spreadsheets.table import Kind
from service.spreadsheets.write import CONTENT_TYPES
from service.texts import OURS, text
from service.web.again import again, shown_at
from service.web.context import client, current_staff, deps, require_staff
from service.web.files import streamed
from service.web.staff.blueprint import blueprint, show, to
from service.web.staff.import_words import whole_number
from service.workflow.bulk import coverage as covering


@blueprint.get("/dekking")
@require_staff(Permission.SEE_AGREEMENTS)
def coverage() -> Any:
    """The list imported last, or the chosen one."""
    lists = covering.lists(deps(), current_staff())
    number = whole_number(request.args.get("import", "")) or (lists[0].number if lists else 0)
    if not lists:
        return show("staff/coverage.html", shown=None)
    return _page(number)


@blueprint.get("/dekking/<int:number>/lijst")
@require_staff(Permission.SEE_AGREEMENTS)
def coverage_file(number: int) -> Any:
    """All customers, or those in one cover."""
    kind = Kind.WORKBOOK if request.args.get("als") == Kind.WORKBOOK.value else Kind.DELIMITED
    found = covering.export_coverage(deps(), number, current_staff(), client(), kind, _cover())
    return streamed(found.parts, CONTENT_TYPES[kind], found.name)


@blueprint.get("/dekking/<int:number>")
@require_staff(Permission.SEE_AGREEMENTS)
def coverage_of(number: int) -> Any:
    return _page(number)


@blueprint.post("/dekking/<int:number>/ontbrekende")
@require_staff(Permission.PREPARE)
@shown_at("staff.coverage_of")
def take_in_missing(number: int) -> Any:
    """A new import of those never asked and, if ticked, of those with whom it ended."""
    covers = [Cover.NEVER, *([Cover.ENDED] if request.form.get("ended") else [])]
    made = covering.take_in_missing(deps(), number, current_staff(), covers)
    return to("staff.import_columns", number=made.number, done="missing_taken_in")


def _page(number: int) -> Any:
    lists = covering.lists(deps(), current_staff())
    cover, after = _cover() or Cover.NEVER, whole_number(request.args.get("na", "")) or 0
    shown = covering.coverage(deps(), number, current_staff(), cover, after=after)

    def address(chosen: Cover, behind: int = 0) -> str:
        return url_for("staff.coverage_of", number=number, toon=chosen.value, na=behind or None)

    return show(
        "staff/coverage.html",
        shown=shown,
        lists=[(str(each.number), f"{each.number}. {each.name}") for each in lists],
        cover=cover,
        tabs=[
            {
                "label": text(f"bulk.cover.{each}", OURS),
                "count": shown.counts.get(each, 0),
                "url": address(each),
                "current": each is cover,
            }
            for each in Cover
        ],
        missing={each: shown.counts.get(each, 0) for each in WITHOUT},
        older=address(cover, shown.next) if shown.next else "",
        first=address(cover) if after else "",
        problem=again().errors.get("form", ""),
    )


def _cover() -> Cover | None:
    asked = request.args.get("toon", "")
    return Cover(asked) if asked in list(Cover) else None
