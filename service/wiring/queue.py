"""The job application of a process that works; the web only writes what is to be done."""

from __future__ import annotations

import procrastinate

from service.database.queue.connector import PatientConnector
from service.wiring.build import libpq_url


def worker_app(database_url: str) -> procrastinate.App:
    """A job application that works, with its own connection pool. Three connections are always in
    use: two listen for jobs, one shows that this worker lives."""
    connector = PatientConnector(conninfo=libpq_url(database_url), max_size=6)
    return procrastinate.App(connector=connector)
