"""A member of staff chooses the columns of the list of agreements, for themselves alone; not
logged."""

from __future__ import annotations

from collections.abc import Sequence

from service.agreement.list_columns import SHOWN, USUAL
from service.agreement.permissions import Permission, Staff, require
from service.deps import Deps


def choose(deps: Deps, names: Sequence[str], by: Staff) -> None:
    """Of ``SHOWN``; there may be none."""
    require(by, Permission.SEE_AGREEMENTS)
    with deps.database.begin() as tx:
        tx.list_columns.keep(by.id, [name for name in SHOWN if name in names])


def choose_usual(deps: Deps, by: Staff) -> None:
    """Repeatable."""
    require(by, Permission.SEE_AGREEMENTS)
    with deps.database.begin() as tx:
        tx.list_columns.drop(by.id)


def columns_of(deps: Deps, by: Staff) -> list[str]:
    """In the order of the page."""
    require(by, Permission.SEE_AGREEMENTS)
    with deps.database.look() as tx:
        chosen = tx.list_columns.of(by.id)
    # One that was chosen may be gone in a later version.
    return [name for name in SHOWN if name in (USUAL if chosen is None else chosen)]
