"""What the second verdict objects to, and that it accepts all our originals."""

from __future__ import annotations

import pytest

from signatures.keys.authority import Authority
from signatures.sealing.seal import Sealer
from signatures.verdict.second_opinion import objection
from tests.signatures.attacks import annotate, incremental
from tests.signatures.conftest import SealedFile
from tests.signatures.making import CONTROLLER_FIRST, PROCESSOR_FIRST, SHEET, prepared


def test_it_has_none_to_an_original(
    sealed_file: SealedFile, converted: bytes, sealer: Sealer, authority: Authority
) -> None:
    sheet = sealer.seal_sheet(prepared(converted, SHEET))
    for pdf, fields in ((sealed_file.pdf, sealed_file.order), (sheet, SHEET)):
        assert objection(pdf, fields=fields, roots=authority.roots) == ""


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("not closed", "fields"),
        ("other places", "fields"),
        ("changed", "changed afterwards"),
        ("no root", "trusted"),
    ],
)
def test_it_objects_to_what_is_none(
    controller_first: SealedFile, sealer: Sealer, authority: Authority, what: str, said: str
) -> None:
    acts = controller_first.steps[2].pdf
    pdf, roots = {
        "not closed": (acts, authority.roots),
        "other places": (controller_first.pdf, authority.roots),
        "changed": (sealer.close(incremental(annotate)(acts)).pdf, authority.roots),
        "no root": (controller_first.pdf, ()),
    }[what]
    fields = PROCESSOR_FIRST if what == "other places" else CONTROLLER_FIRST
    assert said in objection(pdf, fields=fields, roots=roots)


def test_what_it_cannot_read_it_objects_to(authority: Authority) -> None:
    assert objection(b"%PDF-1.7\n%%EOF", fields=SHEET, roots=authority.roots) != ""
