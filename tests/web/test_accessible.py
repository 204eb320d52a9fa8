"""axe-core finds nothing on any page, on a phone and on a desktop; nothing scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from page_samples import PAGES
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize

from tests.variants import some

DESK = ViewportSize(width=1280, height=844)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 360, "height": 844})
    yield page
    page.close()


@pytest.mark.parametrize("others", [(), pytest.param((DESK,), marks=pytest.mark.long)])
@pytest.mark.parametrize("name", some(PAGES, one_in=6))
def test_page_is_accessible(
    page: Page,
    site: str,
    complaints: Callable[..., list[str]],
    name: str,
    others: tuple[ViewportSize, ...],
) -> None:
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    page.on("console", listen)
    page.goto(f"{site}/tekenen/pages/{name}")
    assert complaints(page, *others) == []
    page.remove_listener("console", listen)
    assert said == [], "the browser complained (content security policy, missing file)"
