"""The ledger, or else the frozen document, says how many places there are: here four."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signatures.keys.authority import Authority
from signatures.sealing.seal import ARCHIVE_FIELD, Sealer
from signatures.verdict.report import COMPLETENESS_UNKNOWN, GENUINE, INVALID, place_words
from signatures.verdict.second_opinion import objection
from signatures.verdict.verify import verify
from tests.signatures.attacks import failing
from tests.signatures.conftest import SealedFile
from tests.signatures.making import CONTROLLER_FIRST, SHEET, WHO, prepared, seal_all

FOUR = ("controller_agreement", "controller_annex", "controller_agreement_2", "processor_agreement")


@pytest.fixture(scope="module")
def four(converted: bytes, sealer: Sealer) -> SealedFile:
    """The controller signs with two people."""
    shown = prepared(converted, FOUR)
    return SealedFile(FOUR, shown, seal_all(sealer, shown, FOUR))


def test_four_places_are_genuine_with_the_ledger_that_names_them(
    four: SealedFile, authority: Authority
) -> None:
    report = verify(four.pdf, roots=authority.roots, ledger=four.ledger)

    assert report.verdict == GENUINE
    assert [seal.field for seal in report.seals] == [*FOUR, ARCHIVE_FIELD]
    assert [seal.name for seal in report.seals[:-1]] == [WHO[place][0] for place in FOUR]
    assert report.effective_date is not None
    assert objection(four.pdf, fields=FOUR, roots=authority.roots) == ""


def test_without_a_ledger_the_frozen_document_says_which_there_are(
    four: SealedFile, authority: Authority
) -> None:
    report = verify(four.pdf, roots=authority.roots)

    assert report.verdict == COMPLETENESS_UNKNOWN
    assert report.effective_date is not None


@pytest.mark.parametrize("recorded", [True, False], ids=["ledger", "no ledger"])
def test_a_file_closed_before_its_last_act_is_refused(
    four: SealedFile, sealer: Sealer, authority: Authority, recorded: bool
) -> None:
    """By the rule about its fields: everything present is valid and sealed by us."""
    early = sealer.close(four.steps[2].pdf).pdf
    ledger = replace(four.ledger, sealed_sha256="", shown_length=0) if recorded else None

    report = verify(early, roots=authority.roots, ledger=ledger)

    assert report.verdict == INVALID
    assert "fields" in failing(report)
    assert report.effective_date is None


@pytest.mark.parametrize("fields", [CONTROLLER_FIRST, (*FOUR, "controller_annex_2"), SHEET])
def test_a_ledger_that_names_other_places_refuses_it(
    four: SealedFile, authority: Authority, fields: tuple[str, ...]
) -> None:
    ledger = replace(four.ledger, fields=fields)

    assert failing(verify(four.pdf, roots=authority.roots, ledger=ledger)) == {"fields"}


def test_what_one_party_alone_signs_is_no_agreement(
    converted: bytes, sealer: Sealer, authority: Authority
) -> None:
    alone = CONTROLLER_FIRST[:1]
    pdf = seal_all(sealer, prepared(converted, alone), alone)[-1].pdf

    assert failing(verify(pdf, roots=authority.roots)) == {"fields"}


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("controller_agreement_2", f"{place_words('controller_agreement')} (2)"),
        ("controller_agreement_x", "controller_agreement_x"),
        ("something_2", "something_2"),
    ],
)
def test_the_place_of_a_second_signatory_has_a_number(field: str, said: str) -> None:
    assert place_words(field) == said
