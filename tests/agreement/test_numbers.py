"""Enterprise numbers: every usual notation is accepted, and nothing that only looks similar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.agreement.fields import belgian_number, kvk_number, show_belgian_number


def with_check_digits(base: int) -> str:
    """Ten digits, the last two being 97 minus the first eight modulo 97 (KBO)."""
    return f"{base:08d}{97 - base % 97:02d}"


BELGIAN = st.integers(1, 19_999_999).map(with_check_digits)


@pytest.mark.parametrize(
    "typed",
    [
        "0863643458",
        "0863.643.458",
        "BE 0863.643.458",
        "BE0863643458",
        "be 0863.643.458",
        "863643458",  # a spreadsheet drops the zero
        "863.643.458",
        "BTW BE 0863.643.458",
        "BTW 0863 643 458",
        "KBO 0863.643.458",
        "kbo0863643458",
        "BTW-BE-0863.643.458",
        "  0863643458 ",
        "0863 643 458",
        "0863/643/458",
        "0863.643.458 RPR Gent",
        "Bakkerij Peeters NV 0863.643.458",
        "SA 0863643458",
        "O863643458",  # a letter O for the zero
    ],
)
def test_every_notation_is_the_same_number(typed: str) -> None:
    assert belgian_number(typed) == "0863643458"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("0863643459", "the check digits do not fit"),
        ("0863643485", "two digits swapped"),
        (with_check_digits(20_000_000), "the first digit is 2"),
        (with_check_digits(98_636_434), "the first digit is 9"),
        ("0000000097", "the base is zero"),
        ("97", "too short"),
        ("08636434", "eight digits"),
        ("00863643458", "eleven digits"),
        ("０８６３６４３４５８", "full-width digits"),
        ("٠٨٦٣٦٤٣٤٥٨", "Arabic digits"),
        ("⁰⁸⁶³⁶⁴³⁴⁵⁸", "superscript digits"),
        ("NL 0863.643.458", "another country's prefix"),
        ("DE-0863643458", "another country's prefix"),
        ("", "nothing"),
    ],
)
def test_what_only_looks_like_one_is_refused(typed: str, why: str) -> None:
    assert belgian_number(typed) is None, why


@given(BELGIAN)
def test_every_right_number_is_known_in_every_notation(digits: str) -> None:
    shown = show_belgian_number(digits)
    for typed in (digits, shown, f"BE {shown}", f"BTW BE{digits}", f"kbo {shown}"):
        assert belgian_number(typed) == digits
    if digits.startswith("0"):
        assert belgian_number(digits[1:]) == digits


@given(BELGIAN, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(digits: str, place: int, more: int) -> None:
    wrong = str((int(digits[place]) + more) % 10)
    assert belgian_number(digits[:place] + wrong + digits[place + 1 :]) is None


@given(st.text())
def test_whatever_is_typed_gives_ten_ascii_digits_or_nothing(typed: str) -> None:
    found = belgian_number(typed)
    assert found is None or (len(found) == 10 and found.isascii() and found.isdigit())


@pytest.mark.parametrize("typed", ["12345678", "KVK 12345678", "kvk 1234 5678", "12.345.678"])
def test_a_kvk_number_has_eight_digits(typed: str) -> None:
    assert kvk_number(typed) == "12345678"


@pytest.mark.parametrize(
    "typed", ["1234567", "123456789", "00000000", "１２３４５６７８", "12A45678", ""]
)
def test_what_is_no_kvk_number_is_refused(typed: str) -> None:
    assert kvk_number(typed) is None
