"""Which jobs of the service itself fail: recorded here, told by the alarm, shown on *Taken*."""

from __future__ import annotations

from service.deps import Deps


def note(deps: Deps, name: str, reason: str) -> None:
    """The last run of this job failed. Repeatable: the moment of the first failure stays."""
    with deps.database.begin() as tx:
        tx.failing_jobs.note(name, reason)


def forget(deps: Deps, name: str) -> None:
    """The last run of this job succeeded, which ends its alarm."""
    with deps.database.begin() as tx:
        tx.failing_jobs.forget(name)
