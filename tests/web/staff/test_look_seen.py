"""The look in a browser: the form, the preview, and the pages of a signer, in light and dark."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from app_browser import Browser as Office
from colleagues import PASSWORD, proof_of
from flask import Flask
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, ViewportSize
from road import steps
from served import served

from service.agreement.colours import dark_shades
from service.agreement.permissions import Staff
from service.deps import Deps
from service.workflow.people import look

COLOUR = "#b01e68"
DESK = ViewportSize(width=1280, height=844)
GROUND = "(e) => getComputedStyle(e).backgroundColor"


def _logo() -> bytes:
    mark, out = Image.new("RGBA", (560, 160)), io.BytesIO()
    pen = ImageDraw.Draw(mark)
    pen.rounded_rectangle((0, 0, 159, 159), 36, COLOUR)
    pen.text((200, 50), "Drukwerk & Co", "#1c1917", font_size=52)
    mark.save(out, "PNG")
    return out.getvalue()


def _rgb(colour: str) -> str:
    return "rgb({}, {}, {})".format(*(int(colour[at : at + 2], 16) for at in (1, 3, 5)))


def _console(page: Page) -> list[str]:
    said: list[str] = []
    page.on(
        "console",
        lambda each: said.append(each.text) if each.type in ("error", "warning") else None,
    )
    return said


@pytest.mark.parametrize("others", [(), pytest.param((DESK,), marks=pytest.mark.long)])
def test_a_look_is_seen_before_it_is_saved_and_then_by_signers(
    app: Flask,
    deps: Deps,
    browser: Browser,
    office: Office,
    admin: tuple[Staff, str],
    complaints: Callable[..., list[str]],
    others: tuple[ViewportSize, ...],
) -> None:
    reference = steps(deps).sent()
    with served(app) as address:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        said, found = _console(page), {}
        page.goto(f"{address}/aanmelden")
        page.fill("#f-email", "els@it4.example")
        page.fill("#f-password", PASSWORD)
        page.click("button:has-text('Aanmelden')")
        page.goto(f"{address}/profiel/uiterlijk")
        page.set_input_files(
            "#f-logo", {"name": "logo.png", "mimeType": "image/png", "buffer": _logo()}
        )
        page.fill("#f-accent", COLOUR)
        page.fill("#f-public_introduction", "Welkom.\nFijn dat u er bent.\n\nTot gauw.")
        page.click("summary:has-text('Inleidingen')")
        page.fill("#f-intro_reminder", "Dag {naam}.\n\nNog even.")
        found["form"] = complaints(page, *others)
        with page.expect_navigation():
            page.click("button:has-text('Voorbeeld bekijken')")
        page.click("summary:has-text('Herinnering')")
        found["preview"] = complaints(page, *others)
        buttons = page.locator(".scheme .button:not(.second)").all()
        pale, deep = _rgb(COLOUR), _rgb(dark_shades(COLOUR)["button"])
        assert [each.evaluate(GROUND) for each in buttons] == [pale, deep, pale, deep]
        sheet = page.get_by_alt_text("Voorbeeld van een bewijsblad")
        sheet.scroll_into_view_if_needed()
        assert sheet.evaluate("(e) => e.decode().then(() => e.naturalWidth)") == 900
        with page.expect_navigation():
            page.click("button:has-text('Bewaren')")
        assert page.get_by_text("Klanten zien het vanaf nu.").is_visible()
        page.goto(f"{address}/tekenen/link/{steps(deps).token(reference)}")
        found["landing"] = complaints(page, *others)
        assert page.locator("img.logo").is_visible()
        button = page.get_by_role("button", name="Beginnen")
        assert button.evaluate(GROUND) == _rgb(COLOUR)
        page.emulate_media(color_scheme="dark")
        assert button.evaluate(GROUND) == _rgb(dark_shades(COLOUR)["button"])
        page.emulate_media(color_scheme="light")
        with page.expect_navigation():
            button.click()
        found["details"] = complaints(page, *others)
        assert page.locator(".party img.logo").is_visible()
        page.close()
    assert {name: what for name, what in found.items() if what} == {}
    assert said == []
    assert look.look(deps).accent == COLOUR


def test_the_first_page_fetches_one_small_sheet_more(
    office: Office, deps: Deps, admin: tuple[Staff, str]
) -> None:
    reference = steps(deps).sent()
    link = f"/tekenen/link/{steps(deps).token(reference)}"
    office.get(link)
    before = office.page.count("<link ")
    new = look.proposed(deps, {"accent": COLOUR}, b"", without_logo=False, staff=admin[0])
    look.change_look(deps, new, admin[0], proof_of(deps, admin[0]))
    office.get(link)
    assert office.page.count("<link ") == before + 1
    assert "/kleur/b01e68-" in office.page
