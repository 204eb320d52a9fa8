"""A small HTTP client: one open connection, no redirects, little overhead."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Sequence
from urllib.parse import urlencode

from lxml import html


class Client:
    """Looks like a signer's browser to the server."""

    def __init__(self, port: int, secret: str) -> None:
        self._port = port
        self._origin = f"http://127.0.0.1:{port}"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._cookies = {"zegel-signer": secret}

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        self._connection.close()

    def get(self, path: str) -> bytes:
        """The body. Raises RuntimeError for anything but 200."""
        return self._ask("GET", path, http.client.OK)

    def post(self, path: str, values: Sequence[tuple[str, str]]) -> None:
        """Send a form. Raises RuntimeError unless the answer is 303."""
        self._ask("POST", path, http.client.SEE_OTHER, urlencode(values))

    def form(self, page: str, action: str) -> list[tuple[str, str]]:
        """The fields of a page's form to ``action``, boxes ticked."""
        document = html.document_fromstring(self.get(page))
        for form in document.forms:
            if (form.get("action") or page).endswith(action) and form.method == "POST":
                fields = [(str(name), str(value)) for name, value in form.form_values()]
                boxes = form.xpath(".//input[@type='checkbox']")
                return fields + [(each.get("name"), each.get("value", "on")) for each in boxes]
        raise RuntimeError(f"{page}: no form to {action}")

    def _ask(self, method: str, path: str, expected: int, body: str | None = None) -> bytes:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers |= {
                "Origin": self._origin,
                "Content-Type": "application/x-www-form-urlencoded",
            }
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        for given in answer.headers.get_all("Set-Cookie", []):
            name, _, value = given.partition(";")[0].partition("=")
            self._cookies[name] = value
        if answer.status != expected:
            raise RuntimeError(f"{answer.status} {method} {path}")
        return content


def rate(port: int, visits: Sequence[tuple[str, str]], *, seconds: float) -> float:
    """GETs per second, with one client for each (path, secret) of ``visits``."""
    counts = [0] * len(visits)
    ends = time.perf_counter() + seconds

    def visit(number: int) -> None:
        path, secret = visits[number]
        with Client(port, secret) as client:
            while time.perf_counter() < ends:
                client.get(path)
                counts[number] += 1

    started = time.perf_counter()
    threads = [threading.Thread(target=visit, args=(number,)) for number in range(len(visits))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)
