"""Every page renders with the data that its own comment declares, and keeps the house rules."""

from __future__ import annotations

import re

import pytest
from flask import Flask, render_template
from page_samples import LONG, PAGES

from service.texts import OURS, folder


@pytest.mark.parametrize("name", PAGES)
def test_page_renders_and_is_clean(app: Flask, name: str) -> None:
    template, values = PAGES[name]
    with app.test_request_context("/"):
        html = render_template(template, **values)
    assert html.count("<h1") == 1
    assert re.search(r"<title>[^<]+</title>", html)
    assert not re.search(r"""\sstyle=|\son\w+=|<style|href="https?://|src="https?://""", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html), "inline script"
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", html, re.DOTALL):
        assert 'name="csrf_token"' in form
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids)), "an id occurs twice"
    for target in re.findall(r'href="#([^"]+)"', html):
        assert target in ids, f"#{target} leads nowhere"


def test_every_template_has_a_sample() -> None:
    files = {f"sign/{path.name}" for path in folder(OURS, "pages", "sign").iterdir()} | {
        "error.html"
    }
    assert files == {template for template, _ in PAGES.values()}


def test_every_template_says_what_it_needs() -> None:
    for path in folder(OURS, "pages").rglob("*.html"):
        assert path.read_text(encoding="utf-8").startswith("{#-"), path


def test_data_are_escaped(app: Flask) -> None:
    template, values = PAGES["sign-landing-long"]
    with app.test_request_context("/"):
        html = render_template(template, **values)
    assert "<test>" not in html
    assert LONG.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in html


def test_landing_shows_no_contract_data(app: Flask) -> None:
    template, values = PAGES["sign-landing"]
    with app.test_request_context("/"):
        html = render_template(template, **values, reference="VO-2026-00042", email="an@x.be")
    assert "VO-2026" not in html
    assert "an@x.be" not in html
