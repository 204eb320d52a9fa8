"""Days as the tests of the anchors speak of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from house import House

from service.workflow import audit
from service.workflow.audit import AuditReport

TODAY = datetime.now(UTC).replace(hour=12)
Travel = Callable[[int], None]


def day(number: int) -> str:
    return (TODAY + timedelta(days=number)).date().isoformat()


def audited(house: House) -> AuditReport:
    return audit.audit(house.deps, house.deps.authority().roots)
