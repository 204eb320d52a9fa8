"""A step for many agreements ends, is left to another worker, or stops by itself and says so."""

from __future__ import annotations

import uuid
from typing import Any

from house import House

from service.agreement.batch import BatchKind, BatchState
from service.agreement.permissions import Role, Staff
from service.workflow.bulk import batch

TOLD = "select recipient, values from messages where kind = 'bulk_halted'"


def begun(house: House, references: list[str], by: Staff) -> str:
    key, chosen = str(uuid.uuid4()), batch.Selected(references)
    batch.begin(
        house.deps, key, BatchKind.VOID, chosen, by, seen=len(references), reason="Dubbel gemaakt"
    )
    return key


def test_one_whose_starter_may_no_longer_stops_and_administrators_are_told(
    house: House, another: Any
) -> None:
    jan: Staff = another(Role.SALES)
    key = begun(house, [house.sent(), house.sent()], jan)
    house.rows("update staff set active = false where id = :id", id=jan.id)
    for _ in range(2):
        batch.run(house.deps)
    found = batch.progress(house.deps, key, house.staff)
    assert (found.batch.state, found.of("waiting")) == (BatchState.STOPPED, 2)
    ((recipient, values),) = house.rows(TOLD)
    assert recipient == house.staff.email
    assert (values["what"], values["left"], values["started_by"]) == ("void", 2, jan.name)
    assert values["page"] == f"/overeenkomsten/samen/{key}"


def test_a_line_that_another_worker_has_is_left_to_it(house: House) -> None:
    key = begun(house, [house.sent()], house.staff)
    with house.deps.database.begin() as tx:
        assert tx.batches.take_next(key) is not None
        batch.run(house.deps)
        assert batch.progress(house.deps, key, house.staff).batch.state is BatchState.RUNNING
    batch.run(house.deps)
    found = batch.progress(house.deps, key, house.staff)
    assert (found.batch.state, found.of("done")) == (BatchState.DONE, 1)
    assert house.rows(TOLD) == []
