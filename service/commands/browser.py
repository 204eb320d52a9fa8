"""A small browser for the demo: real pages, real forms, cookies, no JavaScript."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

import httpx
from lxml import html

Value = str | Sequence[str]


class PageRefused(RuntimeError):
    """A page answered with an error, or a form came back with messages."""


class Browser:
    """One person's browser. Keeps the last page it read."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.Client(
            base_url=base_url,
            follow_redirects=True,
            timeout=30,
            headers={"User-Agent": "zegel-demo", "Origin": base_url},
        )
        self.url = base_url
        self._page: Any = None

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def open(self, address: str) -> None:
        """Read a page. Raises PageRefused for anything but 200."""
        self._ask("GET", address)

    def download(self, address: str) -> bytes:
        """Read a file. Raises PageRefused for anything but 200."""
        answer = self._client.get(address)
        if answer.status_code != httpx.codes.OK:
            raise PageRefused(f"{answer.status_code} {address}")
        return answer.content

    def submit(self, to: str = "", button: str = "", **fields: Value) -> None:
        """Fill the form whose address contains ``to`` and send it.

        Fields that the form lacks are refused: typing outside it would prove nothing. An option can
        be chosen by its value or its text. Raises PageRefused with the page's messages.
        """
        form = self._form(to)
        values = self._defaults(form)
        known = {element.get("name") for element in form.xpath(".//*[@name]")}
        for name, value in fields.items():
            if name not in known:
                raise PageRefused(f"{self.url}: no field {name} (has {sorted(known - {None})})")
            values = [(key, old) for key, old in values if key != name]
            listed = [value] if isinstance(value, str) else list(value)
            values += [(name, self._chosen(form, name, each)) for each in listed]
        if button:
            name, _, value = button.partition("=")
            values.append((name, value))
        address = urljoin(self.url, form.get("action") or self.url)
        multipart = (form.get("enctype") or "").startswith("multipart")
        self._ask("POST", address, values, multipart=multipart)

    def text(self) -> str:
        return " ".join(self._page.text_content().split())

    def links(self) -> list[str]:
        return [urljoin(self.url, each) for each in self._page.xpath("//a/@href")]

    def rows(self) -> list[tuple[str, str]]:
        """Every table row with a link: the link's address and the row's text."""
        found = []
        for row in self._page.xpath("//tbody/tr[.//a/@href]"):
            address = urljoin(self.url, row.xpath(".//a/@href")[0])
            found.append((address, " ".join(row.text_content().split())))
        return found

    def values(self, name: str) -> list[str]:
        return [str(each) for each in self._page.xpath(f"//*[@name='{name}']/@value")]

    def _form(self, to: str) -> Any:
        for form in self._page.xpath("//form[translate(@method, 'POST', 'post')='post']"):
            if to in (form.get("action") or self.url):
                return form
        raise PageRefused(f"{self.url}: no form to {to!r}")

    @staticmethod
    def _chosen(form: Any, name: str, value: str) -> str:
        """The value of the option with the text ``value``, else ``value`` itself."""
        options = form.xpath(".//select[@name=$name]/option", name=name)
        said = {each.text_content().strip(): each.get("value", "") for each in options}
        return str(said.get(value, value))

    @staticmethod
    def _defaults(form: Any) -> list[tuple[str, str]]:
        """What the browser would send unchanged, without submit buttons."""
        return [(str(key), str(value)) for key, value in form.form_values()]

    def _ask(
        self,
        method: str,
        address: str,
        values: Sequence[tuple[str, str]] = (),
        *,
        multipart: bool = False,
    ) -> None:
        if multipart:
            parts = [(key, (None, value)) for key, value in values]
            answer = self._client.request(method, address, files=parts)
        else:
            answer = self._client.request(method, address, data=_multi(values))
        self._take(str(answer.url), answer.status_code, answer.content)

    def _take(self, url: str, status: int, content: bytes) -> None:
        self.url = url
        self._page = html.fromstring(content or b"<html/>")
        if status != httpx.codes.OK:
            said = [
                each.text_content() for each in self._page.xpath("//*[contains(@class,'error')]")
            ]
            told = " / ".join(" ".join(each.split()) for each in said[:6]) or self.text()[:300]
            raise PageRefused(f"{status} {url}: {told}")


def _multi(values: Sequence[tuple[str, str]]) -> Mapping[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for name, value in values:
        gathered.setdefault(name, []).append(value)
    return gathered
