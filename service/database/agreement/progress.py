"""Writes which counts of the overview a change of an agreement moves, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ARRAY, Insert, Integer, Text, bindparam, column, func, insert, select
from sqlalchemy.types import TypeEngine

from service.agreement.model import Agreement
from service.agreement.progress import moved
from service.database.tables.imports import import_lines, imports
from service.database.tables.progress import progress_changes

_PARTS: dict[str, TypeEngine[Any]] = {
    "month": Text(),
    "measure": Text(),
    "value": Text(),
    "change": Integer(),
}
_cells = (
    func.unnest(*(bindparam(f"{name}s", type_=ARRAY(kind)) for name, kind in _PARTS.items()))
    .table_valued(*(column(name, kind) for name, kind in _PARTS.items()), name="cells")
    .render_derived()
)
_import = (
    select(imports.c.number)
    .join(import_lines, import_lines.c.import_id == imports.c.id)
    .where(import_lines.c.agreement_id == bindparam("of_agreement"))
    .scalar_subquery()
)
COUNT: Insert = insert(progress_changes).from_select(
    [*_PARTS, "import_number"],
    select(*(_cells.c[name] for name in _PARTS), func.coalesce(_import, 0)),
)
"""Adds what ``changes_of`` gives."""


def changes_of(before: Agreement | None, after: Agreement) -> Mapping[str, Any]:
    """The values of ``COUNT``; none if no count moves. ``before`` is None for a new agreement."""
    found = moved(before, after)
    if not found:
        return {}
    return {
        "of_agreement": after.id,
        "months": [cell.month for cell in found],
        "measures": [cell.measure.value for cell in found],
        "values": [cell.value for cell in found],
        "changes": list(found.values()),
    }
