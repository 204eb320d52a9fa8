"""Days for the tests of the anchors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from house import House

from service.workflow.keeping import audit
from service.workflow.keeping.audit import AuditReport

_NOW = datetime.now(UTC)
# Far from midnight if possible, but never later than the tokens made here.
TODAY = min(_NOW, _NOW.replace(hour=12))
Travel = Callable[[int], None]


def day(number: int) -> str:
    return (TODAY + timedelta(days=number)).date().isoformat()


def audited(house: House) -> AuditReport:
    return audit.audit(house.deps, house.deps.authority().roots)
