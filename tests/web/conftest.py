"""The sample pages behind a real socket, a browser, and what every page must satisfy in it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

sys.path.insert(0, str(Path(__file__).parent))
from sample_app import make_sample_app

CHROMIUM = "/usr/bin/chromium"
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


@pytest.fixture
def app() -> Flask:
    """The sample application under its plain development address."""
    return make_sample_app("http://localhost")


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The sample application behind a real socket, so that the browser applies our headers."""
    server = make_server("127.0.0.1", 0, Flask("empty"), threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    server.app = make_sample_app(address)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield address
    server.shutdown()
    thread.join()


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
        page.evaluate(AXE_SCRIPT)
        found: list[str] = page.evaluate(VIOLATIONS, RULES)
        return found + page.evaluate(SMALL_TARGETS) + page.evaluate(SIDEWAYS)

    return look
