"""Our signatory's queue: complete, in pages, with a number of queries independent of its length."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable

from asked import statements
from house import House

from service.agreement.permissions import Role, Staff
from service.workflow.signing import open_text, send_back
from service.workflow.signing.countersign import PAGE, of_colleagues, queue


def copies(house: House, reference: str, count: int) -> None:
    """So many more waiting agreements like this one."""
    like = house.agreement(reference)
    with house.deps.database.begin() as tx:
        for _ in range(count):
            own = {"id": str(uuid.uuid4()), "signatory_id": str(uuid.uuid4())}
            reference = tx.agreements.next_reference(2027)
            tx.agreements.insert(dataclasses.replace(like, **own, reference=reference))


def test_every_page_and_all_of_it(house: House, another: Callable[..., Staff]) -> None:
    first = house.pre_signed()
    with statements() as asked_for_one:
        assert len(queue(house.deps, house.staff).waiting) == 1
    copies(house, first, PAGE + 8)
    send_back.send_back(house.deps, first, "Klopt het?", house.staff)
    with statements() as asked:
        page = queue(house.deps, house.staff)
    assert len(asked) == len(asked_for_one)
    assert (page.counts.fresh, page.counts.returned, len(page.waiting)) == (PAGE + 8, 1, PAGE)
    rest = queue(house.deps, house.staff, after=page.next)
    assert (len(rest.waiting), rest.next) == (9, "")
    assert rest.waiting[-1].agreement.reference == first  # returned ones come last
    assert rest.waiting[-1].question
    seen = {each.agreement.reference for each in (*page.waiting, *rest.waiting)}
    assert len(seen) == PAGE + 9

    jan = another(Role.SIGNATORY)
    with statements() as asked:
        assert len(of_colleagues(house.deps, jan)) == PAGE
    assert len(asked) < 10
    assert queue(house.deps, jan).counts.colleagues == PAGE + 9


def test_one_from_its_dossier(house: House, another: Callable[..., Staff]) -> None:
    first, second = house.pre_signed(), house.pre_signed()
    (waiting,) = queue(house.deps, house.staff, only=second).waiting
    assert waiting.agreement.reference == second
    assert queue(house.deps, another(Role.SIGNATORY), only=second).waiting == []
    house.countersign(second)
    assert queue(house.deps, house.staff, only=second).waiting == []
    assert queue(house.deps, house.staff, only=first).counts.unread == 0


def test_what_is_to_be_read_takes_as_many_statements_for_more(house: House) -> None:
    house.pre_signed()
    with statements() as asked_for_one:
        assert len(open_text.to_read(house.deps, house.staff).unread) == 1
    house.pre_signed()
    house.pre_signed()
    with statements() as asked:
        reading = open_text.to_read(house.deps, house.staff)
    assert (len(reading.unread), reading.left) == (3, 0)
    assert len(asked) == len(asked_for_one)
    house.open_waiting()
    assert open_text.to_read(house.deps, house.staff).unread == []
