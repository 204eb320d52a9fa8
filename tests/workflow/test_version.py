"""During one agreement's journey, only people's actions raise its version."""

from __future__ import annotations

from bakery import DETAILS, LISTS
from house import BROWSER, House

from service.agreement.drafting import Input
from service.workflow.offer import generate, send, void
from service.workflow.sealing import seal
from service.workflow.signing import complete


def test_only_people_raise_the_version(house: House) -> None:
    reference = house.draft()
    seen = [house.agreement(reference).version]

    def raised() -> bool:
        seen.append(house.agreement(reference).version)
        return seen[-1] > seen[-2]

    send.send(house.deps, reference, house.staff)
    assert raised()
    secret = house.opened(reference)
    assert not raised()
    complete.save_details(house.deps, secret, Input(DETAILS), BROWSER)
    assert raised()
    complete.save_annex(house.deps, secret, Input({"dpo_answer": "no"}, **LISTS), BROWSER)
    assert raised()
    generate.generate(house.deps, house.agreement(reference).id)
    assert not raised()
    house.prepared(reference, secret)
    assert not raised()
    house.sign(reference, secret)
    assert raised()
    seal.note_failure(house.deps, house.agreement(reference).id, "TimestampUnavailable: weg")
    assert not raised()
    void.void(house.deps, reference, "Dubbel", house.staff)
    assert raised()
