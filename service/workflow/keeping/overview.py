"""What waits and since when, how far what was sent has come, and where customers stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.agreement.permissions import Permission, Principal, require
from service.agreement.progress import Reached, Stage, month_of, months_until
from service.database.engine import Transaction
from service.deps import Deps

MONTHS = 12
IMPORTS = 10  # the newest


@dataclass(frozen=True)
class Overview:
    """``waiting``: as in ``Waiting.by_age``. ``months`` and ``imports`` (number and name): newest
    first. ``stages``: of the chosen month and import, or of all."""

    waiting: Mapping[str, Sequence[int]]
    months: Sequence[Reached]
    imports: Sequence[tuple[int, str, Reached]]
    stages: Mapping[Stage, int]


def overview(deps: Deps, by: Principal, *, month: str = "", imported: int = 0) -> Overview:
    """``month`` as 2026-11 and ``imported``, the number of an import, narrow only the stages."""
    require(by, Permission.SEE_AGREEMENTS)
    with deps.database.look() as tx:
        names = {each.number: each.name for each in tx.imports.newest(limit=IMPORTS)}
        since = months_until(month_of(tx.now()), MONTHS)[-1]
        return Overview(
            tx.waiting.by_age(),
            tx.progress.by_month(since),
            [
                (int(each.key), names[int(each.key)], each)
                for each in tx.progress.by_import(list(names))
            ],
            tx.progress.stages(month, imported),
        )


def sent_months(tx: Transaction) -> list[str]:
    """The months from the first in which something was sent until now, the newest first."""
    first, now = tx.progress.first_month(), month_of(tx.now())
    return months_until(now, first=first) if first else []
