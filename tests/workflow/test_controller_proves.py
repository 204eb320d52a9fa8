"""The controller proves the mailbox with a mailed code."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from house import BROWSER, House
from usual import CONTROLLER_AGREEMENT

from service.agreement.states import PlaceState
from service.errors import (
    Invalid,
    Refused,
    TooMany,
)
from service.workflow.signing import open_link, prove_mailbox


def codes(wrong: Invalid) -> dict[str, str]:
    """The first code per field."""
    found: dict[str, str] = {}
    for error in wrong.errors:
        found.setdefault(error.field, error.code)
    return found


# Proving the mailbox ---------------------------------------------------------------------------


def wrong_code(house: House) -> str:
    """A code that differs from the mailed one."""
    return f"{(int(house.code()) + 1) % 1_000_000:06d}"


def test_a_code_is_mailed_and_works_once(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.ready(reference))
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    assert house.kinds(reference)[-1] == "code"
    code = house.code()
    prove_mailbox.confirm_code(house.deps, secret, f" {code[:3]} {code[3:]} ", BROWSER)
    assert open_link.visit(house.deps, secret).authenticated
    places = house.agreement(reference).places
    assert places[CONTROLLER_AGREEMENT] is PlaceState.AUTHENTICATED
    other = house.opened(reference)
    with pytest.raises(Invalid) as wrong:
        prove_mailbox.confirm_code(house.deps, other, code, BROWSER)
    assert codes(wrong.value) == {"code": "code_expired"}
    assert not open_link.visit(house.deps, other).authenticated


def test_five_tries_and_no_more(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.ready(reference))
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    said = []
    for _ in range(5):
        with pytest.raises(Invalid) as wrong:
            prove_mailbox.confirm_code(house.deps, secret, wrong_code(house), BROWSER)
        said.append((wrong.value.errors[0].code, wrong.value.errors[0].values.get("left")))
    assert said == [
        *(("code_wrong", left) for left in (4, 3, 2)),
        ("code_wrong_last", 1),
        ("code_locked", None),
    ]
    with pytest.raises(Invalid) as wrong:  # the right one comes too late
        prove_mailbox.confirm_code(house.deps, secret, house.code(), BROWSER)
    assert wrong.value.errors[0].code == "code_locked"
    assert house.events(reference).count("code.refused") == 5


def test_tries_at_once_are_counted_too(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.ready(reference))
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    wrong = wrong_code(house)

    def guess(_: int) -> str:
        with pytest.raises(Invalid) as refusal:
            prove_mailbox.confirm_code(house.deps, secret, wrong, BROWSER)
        return refusal.value.errors[0].code

    with ThreadPoolExecutor(8) as threads:
        said = sorted(threads.map(guess, range(12)))
    assert said == ["code_locked"] * 8 + ["code_wrong"] * 3 + ["code_wrong_last"]


def test_a_code_runs_out_and_a_newer_one_replaces_it(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.ready(reference))
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    first = house.code()
    house.rows("update code_challenges set expires_at = now() - interval '1 second'")
    with pytest.raises(Invalid) as wrong:
        prove_mailbox.confirm_code(house.deps, secret, first, BROWSER)
    assert codes(wrong.value) == {"code": "code_expired"}
    assert not prove_mailbox.code_waits(house.deps, secret)
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    assert prove_mailbox.code_waits(house.deps, secret)
    with pytest.raises(Invalid) as former:
        prove_mailbox.confirm_code(house.deps, secret, first, BROWSER)
    assert codes(former.value) == {"code": "code_former"}
    assert house.rows("select sum(tries) from code_challenges") == [(0,)]
    prove_mailbox.confirm_code(house.deps, secret, house.code(), BROWSER)


def test_five_codes_an_hour(house: House) -> None:
    reference = house.sent()
    secret = house.read(reference, house.ready(reference))
    for _ in range(5):
        prove_mailbox.request_code(house.deps, secret, BROWSER)
    with pytest.raises(TooMany):
        prove_mailbox.request_code(house.deps, secret, BROWSER)
    house.rows("update code_challenges set created_at = now() - interval '61 minutes'")
    prove_mailbox.request_code(house.deps, secret, BROWSER)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６"])
def test_what_is_no_code_costs_no_try(house: House, typed: str) -> None:
    reference = house.sent()
    secret = house.read(reference, house.ready(reference))
    prove_mailbox.request_code(house.deps, secret, BROWSER)
    with pytest.raises(Invalid) as wrong:
        prove_mailbox.confirm_code(house.deps, secret, typed, BROWSER)
    assert codes(wrong.value) == {"code": "code_required"}
    assert house.rows("select tries from code_challenges")[0][0] == 0


def test_no_code_before_the_text_is_frozen(house: House) -> None:
    secret = house.opened(house.sent())
    with pytest.raises(Refused):
        prove_mailbox.request_code(house.deps, secret, BROWSER)
