"""What the evidence sheet says about itself."""

from __future__ import annotations

import pytest
from sample_agreements import facts

from service.agreement.evidence_sheet import sheet


@pytest.mark.parametrize(("quality", "said"), [("eigen", True), ("extern", False)])
def test_only_a_stamp_of_our_own_is_no_independent_proof_of_time(quality: str, said: bool) -> None:
    printed = sheet(facts(closing_quality=quality))
    format_only = "Het niveau PAdES B-LTA is een formaat."
    assert any(each.startswith(format_only) for each in printed["not_proven"]) is said
    assert (
        "kwam tot stand (artikel 12.1) en is in werking sinds 2 maart 2026" in printed["story"][0]
    )
