"""Jobs whose last run failed, since when, and why."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert

from service.database.tables.alarms import failing_jobs
from service.database.tables.records import Records


class FailingJobs(Records):
    def note(self, name: str, failure: str) -> None:
        """Record that the last run failed; keeps the time of the first failure in a row."""
        said = {"failure": failure[:500]}
        self._connection.execute(
            upsert(failing_jobs)
            .values(name=name, **said)
            .on_conflict_do_update(index_elements=["name"], set_=said)
        )

    def forget(self, name: str) -> None:
        self._connection.execute(delete(failing_jobs).where(failing_jobs.c.name == name))
