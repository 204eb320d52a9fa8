"""A request repeated with its key is answered once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from bakery import SALES
from house import House

from service.agreement.drafting import Input
from service.agreement.permissions import Role, Staff
from service.errors import KeyReused
from service.workflow.keeping import retain
from service.workflow.offer import create


def test_a_repeated_request_makes_one_draft(house: House) -> None:
    def make(_: int) -> str:
        given = Input(SALES, services=["support"])
        return create.create(house.deps, given, house.staff, idempotency_key="form-1")

    with ThreadPoolExecutor(4) as threads:
        made = set(threads.map(make, range(8)))
    assert len(made) == 1
    assert house.rows("select count(*) from agreements")[0][0] == 1


def test_a_key_belongs_to_who_asked_and_to_what_was_asked(
    house: House, another: Callable[..., Staff]
) -> None:
    given = Input(SALES, services=["support"])
    first = create.create(house.deps, given, house.staff, idempotency_key="k")
    jan = another(Role.SALES)
    assert create.create(house.deps, given, jan, idempotency_key="k") != first
    for other in (Input({**SALES, "name": "Slager"}, services=["support"]), Input(SALES)):
        with pytest.raises(KeyReused) as refused:
            create.create(house.deps, other, house.staff, idempotency_key="k")
        assert refused.value.values["reference"] == first
    again = Input(dict(SALES), services=("support",), chosen={"personal_data": []})
    assert create.create(house.deps, again, house.staff, idempotency_key="k") == first


def test_a_key_is_remembered_for_a_day(house: House) -> None:
    given, keys = Input(SALES, services=["support"]), "select key from idempotency_keys"
    first = create.create(house.deps, given, house.staff, idempotency_key="k")
    house.rows("update idempotency_keys set created_at = now() - interval '23 hours'")
    retain.tidy(house.deps)
    assert create.create(house.deps, given, house.staff, idempotency_key="k") == first
    house.rows("update idempotency_keys set created_at = now() - interval '25 hours'")
    second = create.create(house.deps, given, house.staff, idempotency_key="k")
    assert second != first
    assert create.create(house.deps, given, house.staff, idempotency_key="k") == second
    retain.tidy(house.deps)
    assert len(house.rows(keys)) == 1
    house.rows("update idempotency_keys set created_at = now() - interval '25 hours'")
    retain.tidy(house.deps)
    assert house.rows(keys) == []
