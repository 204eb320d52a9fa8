"""A standing mandate, and customers whose agreements deviate in nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from bakery import BAKERY
from colleagues import PASSWORD

from bench.road import BROWSER
from service.agreement.drafting import Input
from service.agreement.mandate import Mandate
from service.agreement.permissions import Staff
from service.deps import Deps
from service.workflow.people import mandate as mandates

PLAIN = dataclasses.replace(
    BAKERY,
    annex=Input(
        {"dpo_answer": "no"},
        chosen={"personal_data": ["name", "contact"], "data_subjects": ["customers"]},
        typed={"personal_data": [], "data_subjects": []},
    ),
)
SERVICES = ["cloud_storage"]
TERMS = {"until": "31/12/2026", "per_day": "20", "face": "swift"}
STATED = {"mandate_authorised", "mandate_intent"}


def next_day(rows: Callable[[str], Any]) -> None:
    """Let what was signed under mandates, or waits for another day, be of a day earlier."""
    for statement in (
        "alter table mandate_cases disable trigger mandate_cases_keep",
        "update mandate_cases set day = day - 1",
        "alter table mandate_cases enable trigger mandate_cases_keep",
    ):
        rows(statement)


def give(deps: Deps, staff: Staff, **fields: str) -> Mandate:
    """Give a mandate, after reading it."""
    terms = {**TERMS, **fields}
    shown = mandates.draft(deps, terms, SERVICES, staff).sha256
    return mandates.give(
        deps,
        terms,
        SERVICES,
        staff,
        BROWSER,
        shown=shown,
        confirmed=STATED,
        password=PASSWORD,
    )
