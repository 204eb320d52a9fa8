"""Every reason has a sentence in both languages; what is not plain gets the full validation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from signatures.keys.authority import Authority
from signatures.providers.software import SoftwareProvider
from signatures.sealing.seal import Sealer
from signatures.stamps.timestamps import LocalTimestamps
from signatures.texts import words
from signatures.verdict import trust
from signatures.verdict.report import FAILS, HOLDS, RULES, UNKNOWN
from signatures.verdict.verify import verify
from tests.signatures.conftest import SealedFile
from tests.signatures.making import act_for
from tests.signatures.oracle import refused

SOURCES = Path(__file__).parents[2] / "signatures"
CODES = re.compile(
    r'(?:NotIntact|NotAllowed)\(\s*"(\w+)"|Answer\(\s*"?\w+"?, (?:FAILS|UNKNOWN|HOLDS), "(\w+)"'
    r'|_neither\("(\w+)"|_unreadable\(known, digest, "(\w+)"|reason = "(\w+)" if .* else "(\w+)"'
)


def keys(table: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def test_both_languages_say_the_same_things() -> None:
    dutch = {key for key in keys(words("nl")) if not key.startswith("appearance.")}
    assert dutch == set(keys(words("en")))


def test_every_reason_is_in_the_catalogue_and_every_sentence_is_used() -> None:
    used = set()
    for file in SOURCES.rglob("*.py"):
        for found in CODES.finditer(file.read_text(encoding="utf-8")):
            used |= {code for code in found.groups() if code}
    assert len(used) > 30
    assert used == set(words("nl")["reason"])


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_rule_can_be_told_in_every_state(language: str) -> None:
    for rule in RULES:
        told = words(language)["rule"][rule]
        needed = {HOLDS, FAILS} if rule == "readable" else {HOLDS, FAILS, UNKNOWN}
        assert set(told) == needed, rule


@pytest.mark.parametrize(
    ("acts", "close"),
    [
        (timedelta(seconds=50), timedelta(0)),  # the clock of the acts' stamps is ahead
        (timedelta(0), timedelta(days=40)),  # closed after the revocation list ended
    ],
    ids=["stamps out of order", "list ended at the close"],
)
def test_what_is_not_plain_gets_the_whole_algorithm(
    controller_first: SealedFile,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    acts: timedelta,
    close: timedelta,
) -> None:
    first, last = (sealer_with(authority, shift) for shift in (acts, close))
    pdf = controller_first.shown
    for place in controller_first.order:
        act = act_for(place, controller_first.shown)
        pdf = first.seal_act(pdf, act, last=place == controller_first.order[-1]).pdf
    pdf = last.close(pdf).pdf
    asked = []
    whole = trust._by_the_whole_algorithm
    monkeypatch.setattr(
        trust, "_by_the_whole_algorithm", lambda *given: asked.append(1) or whole(*given)
    )

    report = verify(pdf, roots=authority.roots)

    assert asked
    failing = {answer.rule for answer in report.answers if answer.state == FAILS}
    assert failing == refused(pdf, authority.roots)


def sealer_with(authority: Authority, shift: timedelta) -> Sealer:
    stamps = LocalTimestamps(authority, lambda: datetime.now(UTC) + shift)
    return Sealer(SoftwareProvider(authority), stamps, authority)
