"""The pages bring their own letters, so that they look the same everywhere, and not many bytes."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser

STATIC = Path(__file__).parents[2] / "service" / "web" / "static"
MOST_BYTES = 60_000
LOADED = """() => document.fonts.ready.then((all) =>
    [...all].filter((f) => f.status === "loaded").map((f) => f.family).sort())"""
# The face that has a letter, loaded for it.
FOUND = """(letter) => document.fonts.load('1rem "Zegel Text"', letter).then((found) =>
    found.map((f) => f.unicodeRange))"""


def test_they_are_small_and_kept_for_ever(app: Flask) -> None:
    files = sorted(STATIC.glob("*.woff2"))
    assert len(files) == 4
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    for file in files:
        answer = app.test_client().get(f"/static/{file.name}")
        assert answer.mimetype == "font/woff2"
        assert "immutable" in answer.headers["Cache-Control"]


def test_a_page_loads_what_its_letters_need(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/tekenen/pages/sign-done")
    assert page.evaluate(LOADED) == ["Zegel Heading", "Zegel Text"]
    assert page.evaluate(FOUND, "é") == ["U+0-10FFFF"]
    assert any(range_.startswith("U+100-") for range_ in page.evaluate(FOUND, "Ł"))
    page.close()
