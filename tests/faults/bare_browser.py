"""A browser that sends no User-Agent, behind a proxy that adds odd headers; real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from werkzeug.serving import make_server

from service.app import create_app
from service.commands.browser import Browser
from service.deps import Deps


@contextmanager
def served(deps: Deps) -> Iterator[None]:
    """Serves the application with these dependencies at its own address."""
    address = urlsplit(deps.settings.base_url)
    server = make_server("127.0.0.1", address.port or 80, create_app(deps), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


class BareBrowser(Browser):
    """Sends no ``User-Agent`` or ``Origin``; its proxy adds ``forwarded`` to each request."""

    def __init__(self, base_url: str, forwarded: str) -> None:
        super().__init__(base_url)
        for name in ("User-Agent", "Origin"):
            del self._client.headers[name]
        self.is_forwarded(forwarded)

    def is_forwarded(self, forwarded: str) -> None:
        self._client.headers["X-Forwarded-For"] = forwarded
