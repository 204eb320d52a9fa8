"""Brings agreements quickly to where a fault occurs, with workflow functions instead of HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bakery import BAKERY
from emptied import as_owner
from snapshots import begin_with
from sqlalchemy import Engine, create_engine, text

from bench.road import Road, Sample
from service.database.engine import Transaction
from service.database.log.audit_check import check_chain
from service.deps import Deps
from service.running import worker
from service.running.jobs import PERIODIC, Periodic
from service.wiring.queue import worker_app
from signatures.run_async import run

WAIT_SECONDS = 60


@dataclass
class House(Road):
    """A Zegel without its processes, and the one member of staff who does everything."""

    sample: Sample = BAKERY

    def awaiting_processor(self, count: int = 1) -> list[str]:
        """Signed by the controller; only the processor's signature is missing."""
        references = [self.sent() for _ in range(count)]
        for reference in references:
            self.signed(reference)
        return references

    def fully_signed(self, count: int = 1) -> list[str]:
        """The last signature is accepted; nothing after it was done."""
        references = self.awaiting_processor(count)
        self.countersigned(*references)
        return references

    def begin_ready(self, order: str, count: int = 1) -> list[str]:
        """So many agreements in ``ready``, for a test that begins there; restored from a snapshot
        if one exists."""
        return self._begin(order, count, lambda _: [self.new_ready(order) for _ in range(count)])

    def begin_awaiting(self, count: int = 1) -> list[str]:
        """``awaiting_processor`` for a test that begins there; restored from a snapshot if one
        exists."""
        return self._begin("awaiting", count, self.awaiting_processor)

    def begin_signed(self, count: int = 1) -> list[str]:
        """``fully_signed`` for a test that begins there; restored from a snapshot if one exists."""
        return self._begin("fully signed", count, self.fully_signed)

    def begin_archived(self, count: int = 1) -> list[str]:
        """The same with all following work done: verified in the archive, every mail sent."""
        return self._begin("archived", count, self._archived)

    def _archived(self, count: int) -> list[str]:
        references = self.begin_signed(count)
        self.run_worker()
        return references

    def _begin(self, name: str, count: int, make: Callable[[int], list[str]]) -> list[str]:
        return list(begin_with(f"{count} {name}", self.deps, lambda: tuple(make(count))))

    def events(self, reference: str) -> list[str]:
        """The audit log's events; fails if the chain is broken."""
        with self.deps.database.begin() as tx:
            entries = tx.audit.of(tx.agreements.get(reference).id)
        assert check_chain(entries) == []
        return [entry.event.value for entry in entries]

    def archive_state(self, reference: str) -> str:
        """The state of the package in the archive; '' when there is none yet."""
        with self.deps.database.begin() as tx:
            state = tx.archive.state(tx.agreements.get(reference).id)
        return state.state if state else ""

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self._engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    @cached_property
    def _engine(self) -> Engine:
        return create_engine(as_owner(self.deps.database.url))

    def close(self) -> None:
        self._engine.dispose()
        self.deps.database.close()

    def time_passes(self) -> None:
        """Let every scheduled job run now."""
        self.rows(
            "update procrastinate_jobs set scheduled_at = null"
            " where status = 'todo' and scheduled_at > now()"
        )

    def run_worker(self) -> None:
        """Run every job that may run now, and the jobs that those defer."""
        while self.rows(
            "select 1 from procrastinate_jobs where status = 'todo'"
            " and (scheduled_at is null or scheduled_at <= now()) limit 1"
        ):
            run_worker_once(self.deps)


def run_worker_once(
    deps: Deps, periodic: Sequence[Periodic] = PERIODIC, due: Sequence[str] = ()
) -> None:
    """The real worker, until it finds nothing that can run now.

    It has these periodic jobs, of which those in ``due`` are due. It runs in its own thread,
    because another test's browser may use this thread's event loop.
    """

    def work() -> None:
        app = worker_app(deps.database.url)
        notes = worker.register(deps, app, periodic)
        with app.open():
            for name in due:
                app.configure_task(name).defer(timestamp=0)
        run(worker.work(app, notes, wait=False))

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Call all at the same moment, each in its own thread; results or exceptions, in order."""
    barrier = threading.Barrier(len(calls))

    def call(one: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return one()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def queued_at_the_lock(
    house: House, reference: str, calls: Sequence[Callable[[], Any]]
) -> list[Any]:
    """Hold the agreement's row until every call waits for it, in order; then release it."""
    return queued(house, lambda tx: tx.agreements.lock(reference), calls)


def queued(
    house: House, hold: Callable[[Transaction], object], calls: Sequence[Callable[[], Any]]
) -> list[Any]:
    """Hold what ``hold`` locks until every call waits for it, in order; then release it."""

    def call(one: Callable[[], Any]) -> Any:
        try:
            return one()
        except Exception as error:
            return error

    def waiting() -> int:
        found = house.rows(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
        return int(found[0][0])

    with ThreadPoolExecutor(len(calls)) as pool:
        with house.deps.database.begin() as tx:
            hold(tx)
            begun = []
            for number, one in enumerate(calls, 1):
                begun.append(pool.submit(call, one))
                until(lambda number=number: waiting() >= number, "the wait for the lock")
        return [each.result() for each in begun]


# Makes a house on the test's engines; the fixture ``make_house`` is one.
MakeHouse = Callable[..., House]


def until(condition: Callable[[], Any], what: str = "", seconds: float = WAIT_SECONDS) -> Any:
    """Poll until the answer is true and return it; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"{what or condition} did not come within {seconds} s"
        time.sleep(0.02)
    return found
