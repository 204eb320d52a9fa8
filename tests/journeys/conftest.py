"""The whole of Zegel, running: engines, web and worker, once per worker of the test run.

There are few files, because every test worker that gets one starts its own stack.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from installation import Installation
from people import (
    WORK_SECONDS,
    Archivist,
    Countersigner,
    Look,
    Mailbox,
    Sales,
    Seats,
    Signer,
    hold,
)
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from screens import DESK, PHONE

from service.commands.browser import Browser as HttpBrowser
from service.engines.process import free_ports
from service.running.supervisor import stack
from service.settings.choices import DEVELOPMENT
from service.settings.table import load_settings


@pytest.fixture(scope="session")
def zegel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A new installation in development mode, as `zegel run` starts it."""
    given = {
        "ZEGEL_DATA": str(tmp_path_factory.mktemp("zegel")),
        "ZEGEL_PORT": str(free_ports(1)[0]),
        "ZEGEL_WEB_WORKERS": "1",
    }
    settings = load_settings(given, mode_default=DEVELOPMENT)
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("ZEGEL_", "S3_", "SMTP_", "AWS_")):
                patch.delenv(name)
        with stack(settings) as running:
            found = Installation(running, settings.data_dir)
            yield found
            found.close()


@pytest.fixture
def new_context(browser: Browser, zegel: Installation) -> Iterator[Callable[..., BrowserContext]]:
    """Makes people's browsers, which are closed after the test."""
    opened: list[BrowserContext] = []

    def make(size: ViewportSize, *, scripts: bool = True) -> BrowserContext:
        context = browser.new_context(
            base_url=zegel.url, viewport=size, locale="nl-BE", java_script_enabled=scripts
        )
        context.set_default_timeout(WORK_SECONDS * 1000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def look(complaints: Callable[..., list[str]]) -> Look:
    """Checks the rules on every page that somebody visits; each kind of page at both widths."""
    return hold(complaints, (PHONE, DESK))


@pytest.fixture
def sales(new_context: Callable[..., BrowserContext], zegel: Installation, look: Look) -> Sales:
    """Vera of sales, at a desktop, signed in."""
    page = new_context(DESK).new_page()
    return Sales(page, look).signs_in(zegel.member("verkoop"))


@pytest.fixture
def seats(new_context: Callable[..., BrowserContext], look: Look) -> Seats:
    """Where any member of staff can sit down."""
    return Seats(new_context, look)


@pytest.fixture
def countersigner(
    new_context: Callable[..., BrowserContext], zegel: Installation, look: Look
) -> Countersigner:
    """Tom, who may sign for the processor, signed in."""
    page = new_context(DESK).new_page()
    return Countersigner(page, look).signs_in(zegel.member("tekenbevoegde"))


@pytest.fixture
def archivist(
    new_context: Callable[..., BrowserContext], zegel: Installation, look: Look
) -> Archivist:
    """Arne of the archive, signed in."""
    page = new_context(DESK).new_page()
    return Archivist(page, look).signs_in(zegel.member("archief"))


@pytest.fixture
def signer(new_context: Callable[..., BrowserContext], look: Look) -> Signer:
    """A signer with a phone and a link in the mail."""
    return Signer(new_context(PHONE).new_page(), look)


@pytest.fixture
def colleague(new_context: Callable[..., BrowserContext], look: Look) -> Signer:
    """Another signer, or the same person on another device."""
    return Signer(new_context(PHONE).new_page(), look)


@pytest.fixture
def mailbox(
    new_context: Callable[..., BrowserContext], zegel: Installation, look: Look
) -> Iterator[Mailbox]:
    """The mailbox page of development mode."""
    with HttpBrowser(zegel.url) as waiting:
        yield Mailbox(new_context(PHONE).new_page(), look, waiting)


@pytest.fixture
def plain(new_context: Callable[..., BrowserContext]) -> Callable[[ViewportSize], Page]:
    """Pages in a browser without JavaScript, in which the rules cannot be checked."""
    return lambda size: new_context(size, scripts=False).new_page()
