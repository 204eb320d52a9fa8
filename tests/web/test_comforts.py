"""What JavaScript adds, and that the same page works without it."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(
        base_url=site, viewport={"width": 390, "height": 844}, has_touch=True
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def plain(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_drawing_fills_the_hidden_field_and_clearing_empties_it(page: Page) -> None:
    page.goto("/tekenen/pages/sign-sign")
    page.get_by_label("Tekenen", exact=True).check()
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 70, steps=5)
    page.mouse.up()
    field = page.locator("[name=drawn_image]")
    kind, _, data = field.input_value().partition(",")
    assert kind == "data:image/png;base64"
    drawn = Image.open(io.BytesIO(base64.b64decode(data)))
    assert drawn.getchannel("A").getbbox(), "nothing was drawn"
    expect(page.locator("[data-preview] img")).to_be_visible()
    page.get_by_role("button", name="Wissen").click()
    assert field.input_value() == ""
    expect(page.locator("[data-preview] img")).to_be_hidden()


def test_a_drawing_that_comes_back_is_on_the_pad_and_a_stroke_adds_to_it(page: Page) -> None:
    page.goto("/tekenen/pages/sign-sign-drawn-before")
    field, pad = page.locator("[name=drawn_image]"), page.locator("canvas")
    before = field.input_value()
    left = "c => c.getContext('2d').getImageData(0, 0, c.width / 2, c.height).data.some((v) => v)"
    right = left.replace("(0, 0,", "(c.width / 2, 0,")
    page.wait_for_function(f"() => ({left})(document.querySelector('canvas'))")
    assert not pad.evaluate(right)
    assert field.input_value() == before
    expect(page.locator("[data-preview] img")).to_be_visible()
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 60, box["y"] + 70, steps=5)
    page.mouse.up()
    drawn = Image.open(io.BytesIO(base64.b64decode(field.input_value().partition(",")[2])))
    ink = drawn.getchannel("A").getbbox()
    assert ink
    assert ink[0] < drawn.width / 2 < ink[2]
    page.get_by_role("button", name="Wissen").click()
    assert field.input_value() == ""


def test_a_typed_name_is_shown_as_it_will_stand(page: Page) -> None:
    page.goto("/tekenen/pages/sign-sign")
    page.get_by_label("Typ uw naam").fill("Ó Brien-Łódź <b>")
    written = page.locator("[data-preview] .written")
    expect(written).to_have_text("Ó Brien-Łódź <b>")
    expect(written).to_have_css("font-family", '"Zegel Hand Elegant", cursive')
    page.get_by_label("An Peeters, vlot").check()
    expect(written).to_have_css("font-family", '"Zegel Hand Swift", cursive')
    expect(page.get_by_text("elektronisch ondertekend op 2 maart 2026")).to_be_visible()
    page.goto("/tekenen/pages/sign-annex-sign")
    expect(page.get_by_text("An Peeters", exact=True).first).to_have_css(
        "font-family", '"Zegel Hand Swift", cursive'
    )


def test_only_the_chosen_method_is_shown(page: Page) -> None:
    page.goto("/tekenen/pages/sign-sign")
    expect(page.locator("canvas")).to_be_hidden()
    page.get_by_label("Afbeelding kiezen").check()
    expect(page.get_by_label("Typ uw naam")).to_be_hidden()
    expect(page.get_by_label("Afbeelding van uw handtekening")).to_be_visible()


def test_the_officer_is_asked_for_only_when_there_is_one(page: Page) -> None:
    page.goto("/tekenen/pages/sign-annex")
    expect(page.get_by_label("Naam van de functionaris")).to_be_hidden()
    page.get_by_label("Ja", exact=True).check()
    expect(page.get_by_label("Naam van de functionaris")).to_be_visible()


def test_mistakes_take_the_focus_and_lead_to_their_field(page: Page) -> None:
    page.goto("/tekenen/pages/sign-details-wrong")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.get_by_role("link", name="Dit ondernemingsnummer klopt niet.").click()
    expect(page.locator("#f-number")).to_be_focused()


def test_a_second_click_sends_nothing(page: Page) -> None:
    page.goto("/tekenen/pages/sign-ask")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.evaluate(
        """() => { const form = document.querySelector("main form");
                   form.requestSubmit(); form.requestSubmit(); }"""
    )
    page.wait_for_url("**/tekenen/vraag")
    assert sent.count("POST") == 1


def test_without_javascript_everything_but_drawing_is_there(plain: Page) -> None:
    plain.goto("/tekenen/pages/sign-sign")
    expect(plain.get_by_label("Typ uw naam")).to_be_visible()
    expect(plain.get_by_label("Afbeelding van uw handtekening")).to_be_visible()
    plain.get_by_label("An Peeters, duidelijk").check()
    expect(plain.locator("canvas")).to_be_hidden()
    plain.goto("/tekenen/pages/sign-annex")
    expect(plain.get_by_label("Naam van de functionaris")).to_be_visible()
    plain.goto("/tekenen/pages/sign-preparing")
    expect(plain.get_by_role("link", name="Nu kijken")).to_be_visible()


def test_enter_in_a_line_goes_on_and_does_not_add_a_line(plain: Page) -> None:
    plain.goto("/tekenen/pages/sign-annex")
    with plain.expect_request(lambda request: request.method == "POST") as sent:
        plain.locator("#f-personal_data_own").press("Enter")
    assert "&add=" not in (sent.value.post_data or "")
