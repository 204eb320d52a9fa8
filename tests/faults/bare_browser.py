"""A browser that sends no User-Agent, behind a proxy that adds odd headers; real HTTP."""

from __future__ import annotations

import html
import http.client
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzeug.serving import make_server

from service.app import create_app
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


class BareBrowser:
    """Sends no ``User-Agent``; ``forwarded`` are the headers that the proxy adds to each
    request."""

    def __init__(self, base_url: str, forwarded: str) -> None:
        self._host = urlsplit(base_url).netloc
        self.forwarded = forwarded
        self._cookies: dict[str, str] = {}
        self.status = 0
        self.page = ""

    def get(self, path: str) -> str:
        """The page at a path, after any redirects."""
        return self._ask("GET", path, b"")

    def post(self, path: str, fields: Mapping[str, str | Sequence[str]]) -> str:
        """The page after sending this form of the current page."""
        token = self.value("csrf_token")
        body = urlencode({**fields, "csrf_token": token}, doseq=True)
        return self._ask("POST", path, body.encode())

    def value(self, name: str) -> str:
        """The value of a field on the current page."""
        found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', self.page)
        assert found, (name, self.status, self.page)
        return found[1]

    def _ask(self, method: str, path: str, body: bytes) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", int(self._host.rpartition(":")[2]))
        headers: dict[str, Any] = {
            "Host": self._host,
            "X-Forwarded-For": self.forwarded,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
        }
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self._cookies |= {name: each.value for name, each in SimpleCookie(line).items()}
        connection.close()
        if answer.status in (302, 303):
            return self._ask("GET", answer.headers["Location"], b"")
        self.status, self.page = answer.status, html.unescape(content)
        assert self.status == 200, (path, self.status, self.page)
        return self.page
