"""What the evidence sheet says of itself."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sample_agreements import agreement

from service.agreement.proof import Facts, sheet

NOW = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(("quality", "said"), [("eigen", True), ("extern", False)])
def test_only_a_stamp_of_our_own_is_no_independent_proof_of_time(quality: str, said: bool) -> None:
    facts = Facts(
        agreement=agreement(effective_date=date(2026, 3, 2)),
        template_version="1.1",
        template_sha256="0" * 64,
        engine="LibreOffice",
        documents=(),
        acts=(),
        events=(),
        successions=(),
        seal_subject="O=IT4Professionals",
        seal_fingerprint="",
        root_fingerprint="",
        level="PAdES B-LTA",
        closed_at=NOW,
        closing_quality=quality,
        verify_url="",
    )
    printed = sheet(facts)
    format_only = "Het niveau PAdES B-LTA is een formaat."
    assert any(each.startswith(format_only) for each in printed["not_proven"]) is said
    assert (
        "kwam tot stand (artikel 12.1) en is in werking sinds 2 maart 2026" in printed["story"][0]
    )
