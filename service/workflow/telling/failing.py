"""Failing jobs of the service itself: recorded here, reported by the alarm, shown on *Taken*."""

from __future__ import annotations

from service.deps import Deps


def note(deps: Deps, name: str, reason: str) -> None:
    """Record that the last run of this job failed. Repeatable: keeps the time of the first
    failure."""
    with deps.database.begin() as tx:
        tx.failing_jobs.note(name, reason)


def forget(deps: Deps, name: str) -> None:
    """Record that the last run of this job succeeded, which ends its alarm."""
    with deps.database.begin() as tx:
        tx.failing_jobs.forget(name)
