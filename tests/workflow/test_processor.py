"""The processor signs: the queue, one or many, the other order, and the effective date."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from house import BROWSER, House
from usual import CONTROLLER_AGREEMENT

from service.agreement.permissions import Role, Staff
from service.agreement.states import PlaceState, State
from service.error_codes import ErrorCode
from service.error_words import words_by_field, words_of
from service.errors import Invalid, NotAllowed, NotFound, TooLate, TooMany, ZegelError
from service.workflow.keeping import listing
from service.workflow.offer import void
from service.workflow.signing import countersign
from signatures.effective_date import local_date


def test_the_queue_shows_what_differs(house: House) -> None:
    plain = house.sent()
    house.signed(plain)
    house.sent()  # waits for the customer
    waiting = countersign.queue(house.deps, house.staff).waiting
    assert [each.agreement.reference for each in waiting] == [plain]
    assert list(waiting[0].agreement.flags) == ["own"]
    assert listing.waiting_count(house.deps, house.staff) == 1


def test_the_last_act_fixes_the_effective_date(house: House) -> None:
    reference = house.sent()
    house.signed(reference)
    assert house.countersign(reference) == [countersign.Outcome(reference)]
    signed = house.agreement(reference)
    assert signed.state is State.FULLY_SIGNED
    assert set(signed.places.values()) == {PlaceState.SIGNED}
    with house.deps.database.begin() as tx:
        acts = tx.documents.acts(signed.id, signed.edition)
    assert signed.fully_signed_at == max(act.signed_at for act in acts) == acts[-1].signed_at
    assert signed.effective_date == local_date(acts[-1].signed_at)
    assert {act.document_sha256 for act in acts} == {signed.frozen_sha256}
    assert house.events(reference)[-1] == "agreement.fully_signed"
    assert countersign.queue(house.deps, house.staff).waiting == []


def test_a_repetition_gives_the_first_result(house: House) -> None:
    reference = house.sent()
    house.signed(reference)
    digest = house.agreement(reference).frozen_sha256

    def submit(_: int) -> ZegelError | None:
        return house.countersign(reference)[0].refusal

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(submit, range(4))) == {None}
    assert house.rows("select count(*) from acts")[0][0] == 3
    assert house.agreement(reference).frozen_sha256 == digest


def test_one_that_was_withdrawn_keeps_no_other_from_being_signed(house: House) -> None:
    first, gone, last = (house.sent() for _ in range(3))
    for reference in (first, gone, last):
        house.signed(reference)
    house.open_waiting()
    void.void(house.deps, gone, "Verkeerde klant", house.staff)
    outcomes = countersign.countersign(
        house.deps,
        {
            **{each: house.agreement(each).frozen_sha256 for each in (first, gone)},
            "VO-2026-99999": "0" * 64,
            last: house.agreement(last).frozen_sha256,
        },
        password=house.password,
        confirmed=True,
        method="typed",
        typed=house.staff.name,
        picture=b"",
        face="plain",
        staff=house.staff,
        client=BROWSER,
    )
    faces = house.rows("select record->>'face' from acts where place = 'processor_agreement'")
    assert faces == [("plain",), ("plain",)]
    refused = [outcome.refusal for outcome in outcomes]
    assert refused[0] is refused[3] is None
    assert isinstance(refused[1], TooLate)
    assert words_of(refused[1]) == "Dat kan niet meer: deze overeenkomst is ingetrokken."
    assert isinstance(refused[2], NotFound)
    assert house.agreement(first).state is house.agreement(last).state is State.FULLY_SIGNED


def test_another_text_than_was_shown_is_not_signed(house: House) -> None:
    reference = house.sent()
    house.signed(reference)
    house.open_waiting()
    outcome = countersign.countersign(
        house.deps,
        {reference: "0" * 64},
        password=house.password,
        confirmed=True,
        method="typed",
        typed=house.staff.name,
        picture=b"",
        staff=house.staff,
        client=BROWSER,
    )[0]
    assert outcome.refusal
    assert (outcome.refusal.code, outcome.unread) == (ErrorCode.CHANGED, True)
    assert house.agreement(reference).state is State.IN_SIGNING


def test_it_is_not_our_turn_yet(house: House) -> None:
    reference = house.sent()
    house.ready(reference)
    refused = house.countersign(reference)[0].refusal
    assert refused
    assert refused.code == ErrorCode.NOT_YOUR_TURN


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"confirmed": False}, "confirmed"),
        ({"password": "verkeerd"}, "password"),
        ({"typed": "Iemand anders"}, "signature"),
        ({"method": "drawn"}, "signature"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_signed(
    house: House, given: dict[str, Any], field: str
) -> None:
    reference = house.sent()
    house.signed(reference)
    with pytest.raises(Invalid) as wrong:
        house.countersign(reference, **given)
    assert list(words_by_field(wrong.value)) == [field]
    assert house.agreement(reference).state is State.IN_SIGNING


def test_nothing_selected(house: House) -> None:
    with pytest.raises(Invalid) as wrong:
        house.countersign()
    assert list(words_by_field(wrong.value)) == ["selected"]


def test_wrong_passwords_lock_the_pen_too(house: House) -> None:
    reference = house.sent()
    house.signed(reference)
    for _ in range(4):
        with pytest.raises(Invalid):
            house.countersign(reference, password="verkeerd")
    for password in ("verkeerd", house.password):
        with pytest.raises(TooMany):
            house.countersign(reference, password=password)


def test_only_a_signatory_signs(house: House, another: Callable[..., Staff]) -> None:
    reference = house.sent()
    house.signed(reference)
    for role in (Role.SALES, Role.ARCHIVE, Role.ADMIN):
        with pytest.raises(NotAllowed):
            house.countersign(reference, staff=another(role))
        with pytest.raises(NotAllowed):
            countersign.queue(house.deps, another(role))


def test_a_pre_signed_offer_from_end_to_end(house: House) -> None:
    reference = house.pre_signed()
    assert [mail.recipient for mail in house.mails(reference, "countersign")] == [house.staff.email]
    assert house.countersign(reference)[0].refusal is None
    ours = house.agreement(reference)
    assert ours.state is State.IN_SIGNING
    assert ours.awaits_controller
    assert ours.places[CONTROLLER_AGREEMENT] is PlaceState.OPEN
    invitation = house.mails(reference, "invitation")[0]
    assert invitation.values["pre_signed"] is True
    secret = house.opened(reference)
    house.prepared(reference, secret)
    house.sign(reference, secret)
    signed = house.agreement(reference)
    assert signed.state is State.FULLY_SIGNED
    assert signed.effective_date is not None
    assert signed.frozen_sha256 == ours.frozen_sha256
    assert house.kinds(reference).count("countersign") == 1
    # Repeating our signature after all is done returns the first one's result.
    assert house.countersign(reference)[0].refusal is None
