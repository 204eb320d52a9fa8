"""Long work of low priority never fills all slots of a worker."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from fault_road import House

from service.deps import Deps
from service.running import worker
from service.running.jobs import Job
from service.wiring.queue import worker_app
from service.workflow.tasks import LOOK, SEAL

LONGEST_SECONDS = 60


def test_what_somebody_waits_for_finds_a_place(house: House) -> None:
    held: list[str] = []
    sealed = threading.Event()

    def hold(deps: Deps, agreement_id: str) -> None:
        """Runs until something else was done."""
        held.append(agreement_id)
        if len(held) == worker.AT_ONCE:
            with deps.database.begin() as tx:
                tx.jobs.defer(SEAL, agreement_id="1")
        sealed.wait(LONGEST_SECONDS)

    def seal(_deps: Deps, agreement_id: str) -> None:
        held.append("sealed")
        sealed.set()

    async def work() -> None:
        app = worker_app(house.deps.database.url)
        notes = worker.register(house.deps, app, (), [Job(LOOK, hold), Job(SEAL, seal)])
        working = asyncio.create_task(worker.work(app, notes))
        assert await asyncio.to_thread(sealed.wait, LONGEST_SECONDS)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    with house.deps.database.begin() as tx:
        for number in range(50):
            tx.jobs.defer(LOOK, agreement_id=str(number))
    with ThreadPoolExecutor(1) as pool:  # another test's browser may use this thread's event loop
        pool.submit(asyncio.run, work()).result()
    assert held.index("sealed") == worker.AT_ONCE
