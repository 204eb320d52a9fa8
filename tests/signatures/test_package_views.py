"""The rule about texts shown as pages; our own sealed sheets always satisfy it."""

from __future__ import annotations

import hashlib
import json
from typing import Any, cast

import pytest

from signatures.package.case import Case
from signatures.package.sheet import Sheet
from signatures.package.views import check_views


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


FILES = {
    "leesweergave.html": b"<p>a</p>",
    "verschil.html": b"<p>b</p>",
    "gemeenschappelijke-tekst.html": b"<p>c</p>",
}
VIEW, DIFFERENCE, COMMON = map(sha256, FILES.values())
PDF = sha256(b"%PDF-")
OTHER = "0" * 64
OURS = {"what": "difference", "sha256": DIFFERENCE, "common_sha256": COMMON}
THEIRS = [{"what": "view", "sha256": VIEW}, {"what": "pdf", "sha256": PDF}]


def found(record: dict[str, Any], files: dict[str, bytes] = FILES) -> list[tuple[str, str]]:
    said = {
        "schema": "zegel-evidence/3",
        "documents": {"view": VIEW, "shown": PDF, "sealed": OTHER},
        "acts": [{"record": {"place": "controller_annex", **record}}],
    }
    case = Case(files, cast(Any, None), Sheet(b"", said), {})
    return [(each.code, each.name) for each in check_views(case)]


@pytest.mark.parametrize("shown", [[OURS], THEIRS, []])
def test_what_was_shown_is_in_the_package(shown: list[dict[str, str]]) -> None:
    assert found({"view_sha256": VIEW, "shown": shown}) == []


def test_a_record_from_before_says_nothing_of_it() -> None:
    assert found({}) == []


@pytest.mark.parametrize(
    "record",
    [
        {"view_sha256": OTHER, "shown": []},
        {"view_sha256": VIEW, "shown": [{"what": "view", "sha256": OTHER}]},
        {"view_sha256": VIEW, "shown": [{"what": "pdf", "sha256": VIEW}]},
        {"view_sha256": VIEW, "shown": [{**OURS, "sha256": OTHER}]},
        {"view_sha256": VIEW, "shown": [{**OURS, "common_sha256": OTHER}]},
        {"view_sha256": VIEW, "shown": [{"what": "else", "sha256": VIEW}]},
    ],
)
def test_another_text_is_named(record: dict[str, Any]) -> None:
    assert found(record) == [("act_shown", "handelingen/controller_annex.json")]


def test_another_page_is_named() -> None:
    files = {**FILES, "leesweergave.html": b"<p>x</p>"}
    assert found({"view_sha256": VIEW, "shown": [OURS]}, files) == [
        ("view_other", "leesweergave.html")
    ]


NUMBER = {"number": 3, "person": {"name": "Els Maes"}, "statements": [{"id": "mandate_intent"}]}
GIVEN = {**NUMBER, "given_at": "2026-03-01T23:30:00+00:00"}  # 2 March in Brussels
MANDATE = json.dumps(GIVEN).encode()
UNDER: dict[str, Any] = {
    "view_sha256": VIEW,
    "shown": [],
    "mandate": {"number": 3, "given_on": "2026-03-02", "sha256": sha256(MANDATE)},
    "person": {"name": "Els Maes"},
    "statements": [{"id": "mandate_intent"}],
    "signed_at": "2026-03-02T08:00:00.000000+00:00",
}
WITH_MANDATE = {**FILES, "mandaat.json": MANDATE}
WRONG = [("act_mandate", "handelingen/controller_annex.json")]


def test_an_act_under_a_mandate_names_the_one_in_the_package() -> None:
    assert found(UNDER, WITH_MANDATE) == []
    assert found({**UNDER, "mandate": None}, FILES) == []
    assert found(UNDER, FILES) == WRONG
    assert found(UNDER, {**FILES, "mandaat.json": MANDATE + b" "}) == WRONG


@pytest.mark.parametrize(
    "changed",
    [
        {"shown": THEIRS},
        {"mandate": {**UNDER["mandate"], "number": 4}},
        {"mandate": {**UNDER["mandate"], "given_on": "2026-03-01"}},
        {"mandate": {**UNDER["mandate"], "sha256": OTHER}},
        {"person": {"name": "Jan Claes"}},
        {"statements": [{"id": "countersign_checked"}]},
        {"signed_at": "2026-03-01T23:29:59.000000+00:00"},
    ],
)
def test_an_act_that_says_something_else_than_its_mandate(changed: dict[str, Any]) -> None:
    assert found({**UNDER, **changed}, WITH_MANDATE) == WRONG
