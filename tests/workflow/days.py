"""Days for the tests of the anchors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from house import House

from service.workflow.keeping import audit
from service.workflow.keeping.audit import AuditReport
from signatures.effective_date import local_date

_NOW = datetime.now(UTC)
# The present day in Brussels, as in the log; far from midnight if possible, but never later than
# the tokens made here.
TODAY = min(_NOW, datetime.combine(local_date(_NOW), time(12), UTC))
Travel = Callable[[int], None]


def day(number: int) -> str:
    return (TODAY + timedelta(days=number)).date().isoformat()


def audited(house: House) -> AuditReport:
    return audit.audit(house.deps, house.deps.authority().roots)
