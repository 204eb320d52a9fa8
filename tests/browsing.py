"""Chromium, one for all tests of a worker, and what every page must satisfy in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, sync_playwright

# As scripts/setup installs it on Debian, on Ubuntu and on macOS. Debian's build without windows
# takes a sixth of the processor time for a new browser: the other draws its toolbars each time.
CHROMIUM = (
    shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIOLATIONS = """async (rules) => (await axe.run({runOnly: rules, resultTypes: ["violations"]}))
    .violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 200)).join(" | "))"""
# Buttons, fields and links of menus are 44 px high; a tick box is 28 px and its words count too.
SMALL_TARGETS = """() => [...document.querySelectorAll(
        "button, input:not([type=hidden]), select, nav a, .button")]
    .filter((e) => e.checkVisibility() && !e.classList.contains("visually-hidden"))
    .filter((e) => e.getBoundingClientRect().height < (e.matches("[type=checkbox],[type=radio]") ? 24 : 44))
    .map((e) => "small target: " + e.outerHTML.slice(0, 120))"""  # noqa: E501
SIDEWAYS = """() => document.documentElement.scrollWidth > innerWidth ? ["scrolls sideways"] : []"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="session")
def complaints() -> Callable[[Page], list[str]]:
    """What is wrong with the page that a browser shows now: axe-core, small targets, width."""

    def look(page: Page) -> list[str]:
        page.wait_for_load_state()  # a click returns when the next page begins, before its <html>
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        found: list[str] = page.evaluate(VIOLATIONS, RULES)
        return found + page.evaluate(SMALL_TARGETS) + page.evaluate(SIDEWAYS)

    return look
