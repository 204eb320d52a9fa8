"""The worker survives lost database connections: a restart, a broken network."""

from __future__ import annotations

import pytest
from fault_road import House, until
from kill_harness import Kennel
from procrastinate.exceptions import ConnectorException

from service.wiring.queue import worker_app
from signatures.run_async import run

pytestmark = pytest.mark.own_database


@pytest.mark.long
def test_every_connection_breaks(kennel_without_mail: Kennel, house: House) -> None:
    worker = kennel_without_mail.start("worker")
    (before,) = house.fully_signed()
    until(lambda: house.archive_state(before) == "verified", "verified before")
    for _ in range(2):
        # Waits until they have ended: this process would use one that is about to.
        assert house.rows(
            "select pg_terminate_backend(pid, 30000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        (after,) = house.fully_signed()
        until(lambda r=after: house.archive_state(r) == "verified", "verified after")
    kennel_without_mail.stop(worker)


def test_what_a_broken_connection_swallowed_is_said_again(house: House) -> None:
    house.rows("create sequence tries")
    house.rows("grant all on sequence tries to zegel_app")

    async def say() -> None:
        app = worker_app(house.deps.database.url)
        async with app.open_async():
            # The first time, this ends the very connection on which it runs.
            await app.connector.execute_query_async(
                "select case when nextval('tries') = 1"
                " then pg_terminate_backend(pg_backend_pid()) end"
            )

    run(say())
    assert house.rows("select last_value from tries")[0].last_value == 2


def test_a_mistake_is_not_said_again(house: House) -> None:
    async def say() -> None:
        app = worker_app(house.deps.database.url)
        async with app.open_async():
            await app.connector.execute_query_async("select 1 / 0")

    with pytest.raises(ConnectorException):
        run(say())
