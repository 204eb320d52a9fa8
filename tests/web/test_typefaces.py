"""The pages include their own fonts, so that they look the same everywhere, in few bytes."""

from __future__ import annotations

from pathlib import Path

import uharfbuzz
from flask import Flask
from playwright.sync_api import Browser

from signatures.acts.font import FACES, face_font

STATIC = Path(__file__).parents[2] / "service" / "web" / "static"
MOST_BYTES = 60_000
MOST_BYTES_TO_SIGN = 160_000
LOADED = """() => document.fonts.ready.then((all) =>
    [...all].filter((f) => f.status === "loaded").map((f) => f.family).sort())"""
NAME = "Toñi Van Łęcki-Àvila"
WIDTH = """([font, name]) => { const pen = document.createElement("canvas").getContext("2d");
    pen.font = font; return pen.measureText(name).width; }"""
# The font face with a letter, loaded for it.
FOUND = """(letter) => document.fonts.load('1rem "Zegel Text"', letter).then((found) =>
    found.map((f) => f.unicodeRange))"""


def advance(font: Path, name: str) -> int:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(name)
    buffer.guess_segment_properties()
    uharfbuzz.shape(uharfbuzz.Font(uharfbuzz.Face(font.read_bytes())), buffer)
    return sum(place.x_advance for place in buffer.glyph_positions)


def test_they_are_small_and_kept_for_ever(app: Flask) -> None:
    hands = sorted(STATIC.glob("zegel-hand-*.woff2"))
    files = sorted(set(STATIC.glob("*.woff2")) - set(hands))
    assert (len(files), len(hands)) == (4, 4)
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    assert sum(file.stat().st_size for file in hands) < MOST_BYTES_TO_SIGN
    for file in [*files, *hands]:
        answer = app.test_client().get(f"/static/{file.name}")
        assert answer.mimetype == "font/woff2"
        assert "immutable" in answer.headers["Cache-Control"]


def test_only_who_signs_loads_the_faces_of_signatures(browser: Browser, site: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}/tekenen/pages/sign-landing")
    page.evaluate(LOADED)
    assert not any("hand" in each for each in asked)
    page.goto(f"{site}/tekenen/pages/sign-sign")
    hands = [f"Zegel Hand {each}" for each in ("Elegant", "Plain", "Swift")]
    page.wait_for_function(f"() => ({LOADED})().then((all) => all.includes('{hands[0]}'))")
    assert [each for each in page.evaluate(LOADED) if "Hand" in each] == hands
    for face in FACES:  # as wide as in the PDF, including kerning
        wide = page.evaluate(WIDTH, [f'1000px "Zegel Hand {face.capitalize()}"', NAME])
        assert abs(wide - advance(face_font(face), NAME)) < 5
    page.close()


def test_a_page_loads_what_its_letters_need(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/tekenen/pages/sign-done")
    assert page.evaluate(LOADED) == ["Zegel Heading", "Zegel Text"]
    assert page.evaluate(FOUND, "é") == ["U+0-10FFFF"]
    assert any(range_.startswith("U+100-") for range_ in page.evaluate(FOUND, "Ł"))
    page.close()
