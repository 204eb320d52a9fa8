"""An original still verifies when its revocation list, seal and time stamp certificates have
ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from signatures.keys.authority import Authority
from signatures.verdict.report import COMPLETENESS_UNKNOWN, GENUINE, UNKNOWN
from signatures.verdict.verify import verify
from tests.signatures.conftest import SealedFile

AFTER = {
    "the revocation list": timedelta(days=40),
    "the seal's certificate": timedelta(days=4 * 365),
    "the time stamp's certificate": timedelta(days=6 * 365),
    "the issuing authority": timedelta(days=11 * 365),
    "the root": timedelta(days=21 * 365),
}


@pytest.mark.parametrize("later", AFTER.values(), ids=AFTER.keys())
def test_with_its_ledger_an_original_stays_genuine_after(
    controller_first: SealedFile, authority: Authority, later: timedelta
) -> None:
    report = verify(
        controller_first.pdf,
        roots=authority.roots,
        ledger=controller_first.ledger,
        now=datetime.now(UTC) + later,
    )

    assert report.verdict == GENUINE, report.lines("en")


def test_without_ledger_an_ended_time_stamp_is_told(
    controller_first: SealedFile, authority: Authority
) -> None:
    ended = authority.tsa.not_valid_after_utc

    report = verify(controller_first.pdf, roots=authority.roots, now=ended + timedelta(days=1))

    assert report.verdict == COMPLETENESS_UNKNOWN
    told = {answer.rule: answer for answer in report.answers}["long_term"]
    assert (told.state, told.detail) == (UNKNOWN, ended.date().isoformat())
