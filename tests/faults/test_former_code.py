"""Work that an older version left unfinished continues after an update."""

from __future__ import annotations

import pytest
from fault_road import House

from service.database.queue.jobs import Task
from service.workflow.sealing import close, seal
from service.workflow.tasks import ARCHIVE, CLOSE


def test_revisions_that_were_kept_whole(house: House) -> None:
    (reference,) = house.awaiting_processor(1)
    agreement = house.agreement(reference)
    seal.seal(house.deps, agreement.id)
    with house.deps.database.begin() as tx:
        so_far = tx.seals.so_far(agreement.id, agreement.edition)
    assert so_far
    kept = house.rows("select step, begins_at, pdf from seals order by step")
    assert [len(row.pdf) < len(so_far.frozen) for row in kept] == [True, True]
    whole = so_far.frozen
    for row in kept:
        whole += row.pdf
        former = "update seals set begins_at = 0, pdf = :pdf where step = :step"
        house.rows(former, pdf=whole, step=row.step)
    assert whole == so_far.pdf
    house.countersign(reference)
    house.run_worker()
    assert house.archive_state(reference) == "verified"


@pytest.mark.parametrize("waiting", [CLOSE, ARCHIVE], ids=lambda task: task.name)
def test_a_step_that_was_a_job_of_its_own(house: House, waiting: Task) -> None:
    (reference,) = house.fully_signed()
    agreement_id = house.agreement(reference).id
    seal.seal(house.deps, agreement_id)
    if waiting is ARCHIVE:
        close.close(house.deps, agreement_id)
    house.rows("delete from procrastinate_jobs")
    with house.deps.database.begin() as tx:
        tx.jobs.defer(waiting, agreement_id=agreement_id)
    house.run_worker()
    assert house.archive_state(reference) == "verified"
