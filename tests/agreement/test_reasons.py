"""Reasons are stored as codes, and read as sentences; those of former versions stay."""

from __future__ import annotations

import pytest

from service.agreement.reasons import because, in_words, refused_by, within
from service.error_words import kept
from service.errors import KeysUnusable
from service.texts import OURS
from signatures.texts import words
from signatures.verdict.report import Answer

ANSWERS = [
    Answer(rule, state, reason, place, "an expert's detail")
    for rule, states in words()["rule"].items()
    for state in states
    for reason, place in (("", ""), (next(iter(words()["reason"])), "controller_agreement"))
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_of_the_verdict_reads_as_it_did(answer: Answer) -> None:
    assert in_words(f"a.pdf: {refused_by(answer)}", OURS) == f"a.pdf: {answer.sentence()}"


def test_several_reasons_are_one_line() -> None:
    failed = KeysUnusable("unavailable", "pkcs11")
    stored = [
        f"bijlagen.zip: {because('missing')}",
        because("too_short", until="2026-03-02"),
        because("countersigner_gone", name='Jan {"de"} Wit; B'),
        kept(failed),
    ]
    assert in_words("; ".join(stored[:3]), OURS) == (
        "bijlagen.zip: ontbreekt; een nieuw tijdstempel bewijst maar tot 2 maart 2026: vernieuw"
        " eerst het certificaat van het tijdstempel (zegel keys renew-stamp);"
        ' Jan {"de"} Wit; B kan niet meer namens ons ondertekenen'
    )
    assert in_words(stored[3], OURS).endswith("pkcs11")


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "bijlagen.zip: ontbreekt; bewijs.json: beschadigd",  # as former versions stored it
        "reason.of_a_later_version {}",
        'verdict.intact.later {"reason": "altered"}',
        'verdict.intact.fails {"later": "x"}',
        'reason.too_short {"unt',
    ],
)
def test_what_has_no_code_of_ours_stays(stored: str) -> None:
    assert in_words(stored, OURS) == stored


def test_a_long_one_ends_between_two() -> None:
    assert within("a: b; c: d", 10) == "a: b; c: d"
    assert within("a: b; c: d", 9) == "a: b"
    assert within("abcdef", 3) == "abc"
