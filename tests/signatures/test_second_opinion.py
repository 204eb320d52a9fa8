"""What the second verdict objects to, and that it takes every original of ours for one."""

from __future__ import annotations

import pytest

from signatures.keys.authority import Authority
from signatures.sealing.seal import Sealer
from signatures.verdict.second_opinion import objection
from tests.signatures.attacks import annotate, incremental
from tests.signatures.conftest import SealedFile
from tests.signatures.making import SHEET, prepared


def test_it_has_none_to_an_original(
    sealed_file: SealedFile, converted: bytes, sealer: Sealer, authority: Authority
) -> None:
    sheet = sealer.seal_sheet(prepared(converted, SHEET))
    assert [objection(pdf, roots=authority.roots) for pdf in (sealed_file.pdf, sheet)] == ["", ""]


@pytest.mark.parametrize(
    ("what", "said"),
    [("not closed", "fields"), ("changed", "changed afterwards"), ("no root", "trusted")],
)
def test_it_objects_to_what_is_none(
    controller_first: SealedFile, sealer: Sealer, authority: Authority, what: str, said: str
) -> None:
    acts = controller_first.steps[2].pdf
    pdf, roots = {
        "not closed": (acts, authority.roots),
        "changed": (sealer.close(incremental(annotate)(acts)).pdf, authority.roots),
        "no root": (controller_first.pdf, ()),
    }[what]
    assert said in objection(pdf, roots=roots)


def test_what_it_cannot_read_it_objects_to(authority: Authority) -> None:
    assert objection(b"%PDF-1.7\n%%EOF", roots=authority.roots) != ""
