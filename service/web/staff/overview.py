"""The overview: what waits, how far what was sent has come, and where customers stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request, url_for

from service.agreement.deadlines import show_month
from service.agreement.facets import ANY, OPENED
from service.agreement.lists import COUNTED
from service.agreement.permissions import Permission
from service.agreement.progress import AGES, STEPS, WAITING_GROUPS, Reached, Stage, shown_wait
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
    """Charts with their tables; each number leads to the agreements it counts."""
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
        months_chart=_months_chart(found.months),
        imports=[
            _reached(each, f"{number}. {name}", **{"import": number})
            for number, name, each in found.imports
        ],
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
    """Per group its name, and pairs of a number and the address of its list."""
    return [
        {
            "label": text(f"staff.group.{name}", OURS),
            "numbers": [
                (amount(number, COUNTED), _list(groep=name, stil=days))
                for days, number in zip((None, *AGES), found[name], strict=True)
            ],
        }
        for name in WAITING_GROUPS
    ]


def _waiting_chart(found: Mapping[str, Sequence[int]]) -> Any:
    rows, said = [], []
    for name in WAITING_GROUPS:
        by_age = dict(zip((0, *AGES), found[name], strict=True))
        begins = (0, *_YOUNGER)
        parts = [
            (by_age[age] - (by_age[later] if later else 0), filling)
            for age, later, filling in zip(begins, (*_YOUNGER, None), _AGE_FILLINGS, strict=True)
        ]
        label, number = text(f"staff.group.{name}", OURS), amount(by_age[0], COUNTED)
        # The oldest first, so that they can be compared from the same line.
        rows.append(Row(label, [Bar(parts[::-1], number)]))
        old = amount(by_age[30], COUNTED)
        said.append(text("staff.overview.waiting_said", OURS, group=label, count=number, old=old))
    return _chart("waiting", rows, said)


def _reached(found: Reached, label: str, **where: Any) -> dict[str, Any]:
    """A line of a table: numbers with the addresses of their lists, shares, and medians."""
    return {
        "label": label,
        "sent": (amount(found.sent, found.sent), _list(**{"verstuurd": ANY, **where})),
        "opened": (amount(found.opened, found.opened), _list(**where, stap=OPENED)),
        "opened_share": round(100 * found.opened / found.sent),
        "done": (amount(found.done, found.done), _list(**where, stap=Stage.DONE.value)),
        "done_share": round(100 * found.done / found.sent),
        "until_opened": _wait(found.until_opened),
        "until_signed": _wait(found.until_signed),
    }


def _wait(value: str) -> str:
    if not value:
        return text("staff.overview.wait.none", OURS)
    number, unit = shown_wait(value)
    return text(f"staff.overview.wait.{unit if number else 'soon'}", OURS, number=number)


def _months_chart(found: Sequence[Reached]) -> Any:
    rows, said = [], []
    for each in found:
        numbers = {"sent": each.sent, "opened": each.opened, "done": each.done}
        fillings = ("empty", "striped", "full")
        month = show_month(each.key, OURS)
        rows.append(
            Row(
                month,
                [
                    Bar([(number, filling)], amount(number, number))
                    for number, filling in zip(numbers.values(), fillings, strict=True)
                ],
            )
        )
        said.append(text("staff.overview.months_said", OURS, month=month, **numbers))
    return _chart("months", rows, said)


def _stages(
    found: Mapping[Stage, int], chosen: Mapping[str, str | None]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Per step its name, and what runs and what stopped there with the addresses of their lists."""
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
    rows, said = [], []
    for running, stopped in STEPS:
        numbers = (found.get(running, 0), found.get(stopped, 0) if stopped else 0)
        label = text(f"staff.stage.{running}", OURS)
        parts = [(numbers[0], "full"), (numbers[1], "striped")]
        rows.append(Row(label, [Bar(parts, amount(sum(numbers), sum(numbers)))]))
        said.append(
            text(
                "staff.overview.stages_said",
                OURS,
                step=label,
                running=numbers[0],
                stopped=numbers[1],
            )
        )
    return _chart("stages", rows, said)


def _chart(name: str, rows: Sequence[Row], said: Sequence[str]) -> Any:
    title = text(f"staff.overview.{name}_title", OURS)
    about = text(f"staff.overview.{name}_about", OURS, said=" ".join(said))
    return chart(name, title, about, rows)
