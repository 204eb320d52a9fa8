"""The filters and order of the list of agreements, in its address."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import request

from service.agreement.applying import SELF_STARTED
from service.agreement.deadlines import show_month
from service.agreement.facets import ANY, OPENED, Facets
from service.agreement.lists import GROUPS, Narrowing, Order, Search
from service.agreement.progress import Stage
from service.agreement.states import State
from service.texts import OURS, catalogue, text
from service.workflow.keeping.listing import Choices

IDLE_DAYS = (7, 14, 30, 60, 90, 180)
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_BEHIND = re.compile(rf"\|{_UUID}", re.ASCII)
_CURSOR = re.compile(rf"(?P<moment>[0-9T:.+-]{{19,40}}|[0-9-]{{10}})\|{_UUID}", re.ASCII)
_Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """The filters, their choices, and ``kept``: those given, for an address."""

    search: Search
    options: Mapping[str, _Options]
    kept: Mapping[str, str]

    @property
    def address(self) -> dict[str, Any]:
        words, group = self.search.words, self.search.group
        return {"groep": group or None, "zoek": words or None, **self.kept}

    @property
    def query(self) -> str:
        """The same as a query; empty if nothing filters."""
        return urlencode({name: value for name, value in self.address.items() if value})

    @property
    def said(self) -> list[str]:
        return [
            f"{text(f'staff.filter.{name}', OURS)}: {dict(self.options[name])[value]}"
            for name, value in self.kept.items()
        ]


def asked(choices: Choices) -> Asked:
    """This request's filters; an unknown value does not filter."""
    options: dict[str, _Options] = {
        "eigenaar": choices.owners,
        "status": [(each.value, text(f"states.agreement.{each.value}", OURS)) for each in State],
        "sjabloon": choices.templates,
        "dienst": list(catalogue("service_names", OURS).items()),
        "import": [(str(number), f"{number}. {name}") for number, name in choices.imports],
        "herkomst": [(SELF_STARTED, text(f"labels.origin.{SELF_STARTED}", OURS))],
        "verstuurd": [
            (ANY, text("staff.sent.any", OURS)),
            *((each, show_month(each, OURS)) for each in choices.months),
        ],
        "stap": [
            (each, text(f"staff.stage.{each}", OURS))
            for each in (OPENED, *(stage.value for stage in Stage))
        ],
        "duur": [(str(days), text("staff.idle", OURS, days=days)) for days in IDLE_DAYS],
        "stil": [(str(days), text("staff.idle", OURS, days=days)) for days in IDLE_DAYS],
        "volgorde": [
            (each.value, text(f"staff.order.{each.value}", OURS))
            for each in Order
            if each is not Order.ACTIVITY
        ],
    }
    kept = {name: request.args.get(name, "") for name in options}
    kept = {name: value for name, value in kept.items() if value in dict(options[name])}
    narrowed = Narrowing(
        owner=kept.get("eigenaar", ""),
        state=kept.get("status", ""),
        template=kept.get("sjabloon", ""),
        service=kept.get("dienst", ""),
        imported=int(kept.get("import", "0")),
        origin=kept.get("herkomst", ""),
        state_days=int(kept.get("duur", "0")),
        idle_days=int(kept.get("stil", "0")),
        order=Order(kept.get("volgorde", Order.ACTIVITY)),
    )
    words, group = request.args.get("zoek", "").strip()[:200], request.args.get("groep", "")
    after = request.args.get("na", "")
    if narrowed.order is Order.ACTIVITY:
        after = cursor(after)
    elif not _BEHIND.fullmatch(after):
        after = ""
    facets = Facets(sent=kept.get("verstuurd", ""), stage=kept.get("stap", ""))
    group = group if group in GROUPS else ""
    search = Search(words, group, facets=facets, after=after, narrowed=narrowed)
    return Asked(search, options, kept)


def cursor(typed: str) -> str:
    """A cursor of our own links; else the first page."""
    match = _CURSOR.fullmatch(typed)
    if match is None:
        return ""
    try:
        moment = datetime.fromisoformat(match["moment"])
        moment.astimezone(UTC)  # fails beyond the calendar's limits
    except (ValueError, OverflowError):
        return ""
    return typed if moment.tzinfo or len(match["moment"]) == 10 else ""
