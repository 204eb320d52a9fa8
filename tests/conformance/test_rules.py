"""PDF/A-3b and PDF/UA-1 hold for our files at every revision, and each rule can detect a
violation."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest

from tests.conformance.breaking import BREAKING, rewritten
from tests.conformance.conftest import REVISIONS
from tests.conformance.opened import Opened
from tests.conformance.rules import BY_NAME, RULES, broken

# One violation of every second rule; the others are long tests.
CASES = [
    pytest.param(
        *(rule, change),
        id=f"{rule}: {change}",
        marks=[pytest.mark.long] if number or place % 2 else [],
    )
    for place, (rule, changes) in enumerate(BREAKING.items())
    for number, change in enumerate(changes)
]


@pytest.fixture(autouse=True)
def _quiet() -> None:
    # Both libraries log at length about the broken files.
    for name in ("pikepdf", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_keeps_every_rule(revisions: Mapping[str, bytes], revision: str) -> None:
    assert broken(Opened(revisions[revision])) == {}


def test_every_rule_has_something_that_breaks_it() -> None:
    assert len(BY_NAME) == len(RULES) == len({rule.check for rule in RULES})
    assert set(BREAKING) == set(BY_NAME)


def test_writing_a_file_anew_breaks_its_signatures_alone(closed: bytes) -> None:
    """So that each change below is detected for itself, not because the file was rewritten."""
    assert [name.partition(" (")[0] for name in broken(Opened(rewritten(closed)))] == [
        "byte ranges"
    ]


@pytest.mark.parametrize(("rule", "change"), CASES)
def test_every_rule_can_be_broken(closed: bytes, rule: str, change: str) -> None:
    changed = BREAKING[rule][change](closed)

    assert changed != closed
    assert list(BY_NAME[rule].check(Opened(changed)))
