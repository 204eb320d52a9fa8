"""The overview: what waits, how far sent agreements came, where customers stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request, url_for

from service.agreement.deadlines import show_month
from service.agreement.facets import ANY, OPENED
from service.agreement.lists import COUNTED
from service.agreement.permissions import Permission
from service.agreement.progress import (
    AGES,
    BY_ACTIVITY,
    STEPS,
    WAITING_GROUPS,
    Reached,
    Stage,
    shown_wait,
)
from service.texts import OURS, text
from service.web.charts import Bar, Row, chart, swatch
from service.web.context import current_staff, deps, require_staff
from service.web.pages import amount
from service.web.staff.blueprint import blueprint, show
from service.workflow.keeping.listing import choices
from service.workflow.keeping.overview import overview as counts

_AGE_FILLINGS = ("empty", "striped", "crossed", "full")
_YOUNGER = (7, 14, 30)  # where a part of a bar begins


@blueprint.get("/overzicht")
@require_staff(Permission.SEE_AGREEMENTS)
def overview() -> Any:
    """Charts with tables, whose numbers lead to the agreements."""
    possible = choices(deps(), current_staff())
    month = request.args.get("verstuurd", "")
    month = month if month in possible.months else ""
    imports = {str(number): name for number, name in possible.imports}
    imported = request.args.get("import", "")
    imported = imported if imported in imports else ""
    found = counts(deps(), current_staff(), month=month, imported=int(imported or 0))
    chosen = {"verstuurd": month or None, "import": imported or None}
    return show(
        "staff/overview.html",
        waiting=_waiting(found.waiting),
        waiting_chart=_waiting_chart(found.waiting),
        ages=AGES,
        months=[
            _reached(each, show_month(each.key, OURS), verstuurd=each.key) for each in found.months
        ],
        months_chart=_reached_chart(
            "months", [(show_month(each.key, OURS), each) for each in found.months]
        ),
        imports=[
            _reached(each, f"{number}. {name}", **{"import": number})
            for number, name, each in found.imports
        ],
        imports_chart=_reached_chart(
            "imports", [(f"{number}. {name}", each) for number, name, each in found.imports]
        ),
        stages=_stages(found.stages, chosen),
        stages_chart=_stages_chart(found.stages),
        options={
            "verstuurd": [(each, show_month(each, OURS)) for each in possible.months],
            "import": [(number, f"{number}. {name}") for number, name in imports.items()],
        },
        chosen={"verstuurd": month, "import": imported},
        swatch=swatch,
    )


def _list(**filters: Any) -> str:
    return url_for("staff.agreements", **filters)


def _waiting(found: Mapping[str, Sequence[int]]) -> list[dict[str, Any]]:
    """Per group its name, and numbers with the addresses of their lists."""
    return [
        {
            "label": text(f"staff.group.{name}", OURS),
            "numbers": [
                (amount(number, COUNTED), _list(**{"groep": name, _age_filter(name): days}))
                for days, number in zip((None, *AGES), found[name], strict=True)
            ],
        }
        for name in WAITING_GROUPS
    ]


def _age_filter(group: str) -> str:
    return "stil" if group in BY_ACTIVITY else "duur"


def _waiting_chart(found: Mapping[str, Sequence[int]]) -> Any:
    rows = []
    for name in WAITING_GROUPS:
        by_age = dict(zip((0, *AGES), found[name], strict=True))
        begins = (0, *_YOUNGER)
        parts = [
            (by_age[age] - (by_age[later] if later else 0), filling)
            for age, later, filling in zip(begins, (*_YOUNGER, None), _AGE_FILLINGS, strict=True)
        ]
        label, number = text(f"staff.group.{name}", OURS), amount(by_age[0], COUNTED)
        # The oldest first, to compare from the same line.
        rows.append(Row(label, [Bar(parts[::-1], number)]))
    return chart("waiting", rows)


def _reached(found: Reached, label: str, **where: Any) -> dict[str, Any]:
    sent = _list(**{"verstuurd": ANY, **where})
    opened, done = (_list(**where, stap=each) for each in (OPENED, Stage.DONE.value))
    return {
        "label": label,
        "sent": (amount(found.sent, found.sent), sent),
        "opened": (amount(found.opened, found.opened), opened),
        "opened_share": round(100 * found.opened / found.sent),
        "done": (amount(found.done, found.done), done),
        "done_share": round(100 * found.done / found.sent),
        "until_opened": _wait(found.until_opened, opened),
        "until_signed": _wait(found.until_signed, done),
    }


def _wait(value: str, address: str) -> tuple[str, str]:
    if not value:
        return text("staff.overview.wait.none", OURS), ""
    number, unit = shown_wait(value)
    return text(f"staff.overview.wait.{unit if number else 'soon'}", OURS, number=number), address


def _reached_chart(name: str, found: Sequence[tuple[str, Reached]]) -> Any:
    rows = []
    for label, each in found:
        bars = ((each.sent, "empty"), (each.opened, "striped"), (each.done, "full"))
        rows.append(
            Row(
                label,
                [Bar([(number, filling)], amount(number, number)) for number, filling in bars],
            )
        )
    return chart(name, rows)


def _stages(
    found: Mapping[Stage, int], chosen: Mapping[str, str | None]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Per step what runs and what stopped there, with addresses."""
    return [
        (
            text(f"staff.stage.{running}", OURS),
            [
                (amount(found.get(stage, 0), COUNTED * COUNTED), _list(**chosen, stap=stage.value))
                if stage
                else ("", "")
                for stage in (running, stopped)
            ],
        )
        for running, stopped in (*STEPS, (Stage.DONE, None))
    ]


def _stages_chart(found: Mapping[Stage, int]) -> Any:
    rows = []
    for running, stopped in STEPS:
        numbers = (found.get(running, 0), found.get(stopped, 0) if stopped else 0)
        parts = [(numbers[0], "full"), (numbers[1], "striped")]
        label = text(f"staff.stage.{running}", OURS)
        rows.append(Row(label, [Bar(parts, amount(sum(numbers), sum(numbers)))]))
    return chart("stages", rows)
