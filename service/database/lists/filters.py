"""The filters of a search that are dates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, case, func, literal_column, select
from sqlalchemy.sql import ColumnElement

from service.agreement.lists import DATES, Search
from service.agreement.states import State
from service.database.tables.agreements import agreements
from service.database.tables.columns import word
from service.database.tables.contract_lives import contract_lives

_END = (
    select(contract_lives.c.ends_on)
    .where(contract_lives.c.agreement_id == agreements.c.id)
    .scalar_subquery()
)
_NEVER: ColumnElement[Any] = literal_column("date 'infinity'")
# Its recorded end; without one it is never.
ENDS: ColumnElement[Any] = func.coalesce(_END, _NEVER)
_ALWAYS_AGO: ColumnElement[Any] = literal_column("date '-infinity'")


def filter_conditions(search: Search) -> list[ColumnElement[bool]]:
    """Conditions on ``agreements``; ``filter_values`` has their values."""
    conditions: list[ColumnElement[bool]] = []
    if search.signed_from:
        conditions.append(agreements.c.effective_date >= bindparam("signed_from"))
    if search.signed_until:
        conditions.append(agreements.c.effective_date <= bindparam("signed_until"))
    if search.in_force_on:
        conditions.append(_in_force())
    if search.archived_only:
        conditions.append(agreements.c.effective_date.is_not(None))
    return conditions


def filter_values(search: Search) -> dict[str, Any]:
    return {name: value for name in DATES if (value := getattr(search, name))}


def _in_force() -> ColumnElement[bool]:
    """It has taken effect, and not ended by that day. The end is looked up per agreement: in a
    join, PostgreSQL may read all ends first."""
    superseded = agreements.c.state == word(State.SUPERSEDED)
    unknown = case((superseded, _ALWAYS_AGO), else_=_NEVER)
    return and_(
        agreements.c.effective_date <= bindparam("in_force_on"),
        func.coalesce(_END, unknown) > bindparam("in_force_on"),
    )
