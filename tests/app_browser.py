"""A person's browser without JavaScript, on the application in this process."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from service.commands.browser import Browser as FormBrowser
from service.commands.browser import PageRefused


class Browser(FormBrowser):
    """Sends any fields to any address (``post``), with the token of the current page; or fills in a
    form of the page and nothing else, as in the demo (``submit``)."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.answer: TestResponse | None = None
        self._seen: TestResponse | None = None

    def get(self, path: str, *, follow: bool = True) -> TestResponse:
        self.answer = self.client.get(path, follow_redirects=follow)
        return self.answer

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, follow: bool = True
    ) -> TestResponse:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        assert token, "this page has no form"
        self.answer = self.client.post(
            path, data={**(data or {}), "csrf_token": token[1]}, follow_redirects=follow
        )
        return self.answer

    def sign_in(self, email: str, password: str, *, onward: str = "") -> TestResponse:
        self.get("/aanmelden")
        return self.post("/aanmelden", {"email": email, "password": password, "verder": onward})

    @property
    def page(self) -> str:
        assert self.answer is not None
        return html.unescape(self.answer.get_data(as_text=True))

    @property
    def path(self) -> str:
        assert self.answer is not None
        return self.answer.request.path

    @property
    def status(self) -> int:
        assert self.answer is not None
        return self.answer.status_code

    def value(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found, name
        return found[1]

    def values(self, name: str) -> list[str]:
        self._look()
        return super().values(name)

    def _form(self, to: str) -> Any:
        self._look()
        return super()._form(to)

    def _look(self) -> None:
        """Parse the page, which ``get`` and ``post`` leave out to save time."""
        if self.answer is not None and self._seen is not self.answer:
            with suppress(PageRefused):
                self._take(self.answer.request.url, self.answer.status_code, self.answer.data)
            self._seen = self.answer

    def _ask(
        self,
        method: str,
        address: str,
        values: Sequence[tuple[str, str]] = (),
        *,
        multipart: bool = False,
    ) -> None:
        self.answer = self.client.open(
            address,
            method=method,
            data=MultiDict(values),
            content_type="multipart/form-data" if multipart else None,
            follow_redirects=True,
        )
        self._seen = self.answer
        self._take(self.answer.request.url, self.answer.status_code, self.answer.data)
