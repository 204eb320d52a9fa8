"""What is counted for many agreements is what the step would do with each of them."""

from __future__ import annotations

from collections import Counter

import pytest
from colleagues import add_colleague
from house import House

from service.agreement.batch import BatchKind
from service.agreement.lists import Search
from service.agreement.model import Agreement
from service.agreement.permissions import Role, Staff
from service.database.engine import Transaction
from service.errors import Invalid, ZegelError
from service.workflow.bulk import batch
from service.workflow.offer.expire import expire
from service.workflow.offer.extend import extend_in
from service.workflow.offer.hand_over import hand_over, hand_over_in
from service.workflow.offer.remind import remind_in
from service.workflow.offer.their_turn import refuse_before_turn
from service.workflow.offer.void import void, void_in
from service.workflow.telling.links import issue, renew_link


class Undone(Exception):
    pass


def _would(house: House, reference: str, kind: BatchKind, jan: Staff) -> str:
    """The code of what the step raises; empty if it would be done. It is rolled back."""
    try:
        with house.deps.database.begin() as tx:
            _do(house, tx, tx.agreements.lock(reference), kind, jan)
            raise Undone
    except Undone:
        return ""
    except Invalid as wrong:
        return f"errors.{wrong.errors[0].code}"
    except ZegelError as refused:
        return f"errors.{refused.code}"


def _do(house: House, tx: Transaction, one: Agreement, kind: BatchKind, jan: Staff) -> None:
    if kind is BatchKind.REMIND:
        remind_in(tx, one, house.staff)
    elif kind is BatchKind.EXTEND:
        extend_in(house.deps, tx, one, 40, house.staff)
    elif kind is BatchKind.RESEND:
        refuse_before_turn(one)
        renew_link(tx, one, issue(house.deps, tx, one, house.staff))
    elif kind is BatchKind.VOID:
        void_in(tx, one, "Reden", house.staff)
    else:
        hand_over_in(tx, one, jan, house.staff)


@pytest.fixture
def some(house: House) -> list[str]:
    """In all the states that decide."""
    named = {
        each: house.sent()
        for each in ("today", "before", "over", "long", "voided", "signed", "expired")
    }
    ids = {name: house.agreement(each).id for name, each in named.items()}
    former = [value for name, value in ids.items() if name != "today"]
    house.rows(
        "update messages set queued_at = queued_at - interval '3 days'"
        " where agreement_id = any(cast(:these as uuid[]))",
        these=former,
    )
    house.rows(
        "update agreements set expires_at = now() + interval '90 days' where reference = :r",
        r=named["long"],
    )
    void(house.deps, named["voided"], "Verkeerde klant", house.staff)
    house.signed(named["signed"])
    house.forget_time(named["expired"])
    expire(house.deps)
    house.forget_time(named["over"])
    return [house.draft(), *named.values()]


def test_the_count_is_what_the_steps_would_do(house: House, some: list[str]) -> None:
    jan = add_colleague(house.deps, "jan@it4.example", Role.SALES)
    hand_over(house.deps, some[0], jan.id, house.staff)
    for kind in BatchKind:
        expected = Counter(_would(house, each, kind, jan) for each in some)
        if kind is BatchKind.HAND_OVER:  # which the step leaves as it is
            expected = expected - Counter({"": 1}) + Counter({"errors.owner_already": 1})
        for chosen in (batch.Selected(some), batch.Selected(search=Search())):
            found = batch.count(house.deps, kind, chosen, house.staff, days="40", to_id=jan.id)
            reasons: Counter[str] = Counter()
            for reason, count in found.reasons.items():
                code = reason.split()[0]
                # Of what waits for us the page says more than the step.
                said = code == "errors.not_your_turn" and kind is BatchKind.REMIND
                reasons["errors.remind_nobody" if said else code] += count
            assert (found.total, +Counter({"": found.possible, **reasons})) == (
                len(some),
                expected,
            ), kind
