"""Every form of the signer's pages, empty and with nonsense, at every step of the journey."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from flask import Flask

from service.workflow.offer import void
from tests.web.sign.conftest import Journey

# Nothing here declines or signs: that requires the right values.
NONSENSE = {
    "code": "\u202e12 34",
    "question": " ",
    "document_sha256": "x" * 64,
    "view_sha256": "é",
    "statement": ["read_and_agreed", "anders"],
    "method": "drawn",
    "typed_name": "\u200b",
    "drawn_image": "data:image/png;base64,????",
    "name": "<b>" * 400,
    "email": "a@b@c",
    "kind": "koning",
    "country": "XX",
    "dpo_answer": "misschien",
    "personal_data": ["geen", "name"],
    "personal_data_own": ["x" * 5000],
}


def routes(app: Flask) -> Iterator[str]:
    """The addresses of a signer's forms, within a visit."""
    for rule in app.url_map.iter_rules():
        takes_forms = "POST" in (rule.methods or ()) and not rule.arguments
        if takes_forms and rule.rule.startswith("/tekenen"):
            yield rule.rule


def every_form_is_answered(app: Flask, journey: Journey) -> None:
    """Send each of them in this browser, with a valid token."""
    client = journey.browser.client
    addresses = sorted(routes(app))
    assert len(addresses) > 12
    for address in addresses:
        for fields in ({}, NONSENSE):
            found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/aanmelden").text)
            assert found
            page = client.get("/tekenen/vraag").text + client.get("/tekenen").text
            token = re.search(r'name="csrf_token" value="([^"]+)"', page) or found
            answer = client.post(address, data={**fields, "csrf_token": token[1]})
            assert answer.status_code < 500, (address, fields)


def expire(journey: Journey) -> None:
    journey.rows("update agreements set expires_at = now() - interval '1 second'")


def withdraw(journey: Journey) -> None:
    void.void(journey.deps, journey.reference, "Vergissing", journey.steps.staff)


def signed(journey: Journey) -> None:
    """Both acts of the controller are accepted."""
    journey.at("prepared").post(
        "/tekenen/ondertekenen/bijlage", journey.signature(annex_statement="ja")
    )


def countersign(journey: Journey) -> None:
    journey.steps.countersigned(journey.reference)


@pytest.mark.parametrize(
    ("before", "afterwards"),
    [
        (partial(Journey.at, stop="opened"), expire),
        pytest.param(partial(Journey.at, stop="proved"), withdraw, marks=pytest.mark.long),
        (partial(Journey.at, stop="prepared"), None),
        (signed, countersign),
    ],
    ids=["opened, then expired", "proved, then withdrawn", "first tap", "signed by one, by both"],
)
def test_no_form_of_the_signer_fails(
    app: Flask,
    journey: Journey,
    before: Callable[[Journey], Any],
    afterwards: Callable[[Journey], Any] | None,
) -> None:
    before(journey)
    every_form_is_answered(app, journey)
    if afterwards:
        afterwards(journey)
        every_form_is_answered(app, journey)


def test_a_new_link_is_not_asked_for_a_link_that_works(journey: Journey) -> None:
    browser = journey.at("opened")
    browser.post("/tekenen/nieuwe-link")
    assert browser.path == "/tekenen/gegevens"
    assert journey.rows("select 1 from messages where kind = 'new_link_requested'") == []
