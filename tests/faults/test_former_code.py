"""Work that an older version left unfinished continues after an update."""

from __future__ import annotations

import pytest
from alembic import command
from emptied import as_owner
from fault_road import House
from sqlalchemy import create_engine

from service.agreement.states import Order
from service.database.migrate import configuration, upgrade
from service.database.queue.jobs import Task
from service.database.roles import Role
from service.engines.postgres import APPLICATION
from service.workflow.sealing import close, seal
from service.workflow.tasks import ARCHIVE, CLOSE
from tests.variants import some


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


@pytest.mark.parametrize("waiting", some([CLOSE, ARCHIVE]), ids=lambda task: task.name)
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


@pytest.mark.own_database
@pytest.mark.parametrize("order", some(Order))
def test_places_that_were_a_list_in_the_code(house: House, order: Order) -> None:
    """Signed and sealed by one party before the update; also one that nobody has signed."""
    begun, untouched = house.new_ready(order.value), house.new_ready(order.value)
    first, last = house.signs, house.countersign
    if order is Order.PROCESSOR_FIRST:
        first, last = last, first
    first(begun)
    seal.seal(house.deps, house.agreement(begun).id)
    before = {each: house.agreement(each) for each in (begun, untouched)}
    owner = create_engine(as_owner(house.deps.database.url))
    with owner.connect() as connection:
        command.downgrade(configuration(connection), "0037")
        connection.commit()
    owner.dispose()
    assert {row.place for row in house.rows("select place, state from signature_places")} == set(
        before[begun].fields
    )

    upgrade(as_owner(house.deps.database.url), Role(APPLICATION))

    for reference, was in before.items():
        assert list(house.agreement(reference).places.items()) == list(was.places.items())
    last(begun)
    house.run_worker()
    assert house.archive_state(begun) == "verified"
    first(untouched)
    last(untouched)
    house.run_worker()
    assert house.archive_state(untouched) == "verified"
