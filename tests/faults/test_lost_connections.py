"""The worker outlives its connections to the database: a restart, a network that broke."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_road import House, until
from kill_harness import Kennel


@pytest.fixture
def kennel(environment: dict[str, str], tmp_path: Path) -> Iterator[Kennel]:
    """Where the worker runs."""
    found = Kennel(environment, tmp_path / "processes.log")
    yield found
    found.close()


def test_every_connection_breaks(kennel: Kennel, house: House) -> None:
    worker = kennel.start("worker")
    (before,) = house.fully_signed()
    until(lambda: house.archive_state(before) == "verified", "verified before")
    for _ in range(3):
        assert house.rows(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        (after,) = house.fully_signed()
        until(lambda r=after: house.archive_state(r) == "verified", "verified after")
    kennel.stop(worker)
