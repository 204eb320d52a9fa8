"""HTTP with limits on bytes and total seconds, whatever the other side does."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

MOST_REDIRECTS = 3


class NotFetched(Exception):
    """No usable answer. ``code``: unreachable, too_slow, too_large, or http (a status other than
    200)."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def get(url: str, *, seconds: float, most_bytes: int) -> bytes:
    """The body of the answer, after a few redirects. Raises NotFetched."""
    return succeeded(url, _ask("GET", url, None, {}, seconds, most_bytes))


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, seconds: float, most_bytes: int
) -> Answer:
    """POST ``body``, without following redirects. Raises NotFetched."""
    return _ask("POST", url, body, headers, seconds, most_bytes)


def succeeded(url: str, answer: Answer) -> bytes:
    """The body, if the status is 200. Raises NotFetched."""
    if answer.status != 200:
        raise NotFetched("http", f"{url}: {answer.status}")
    return answer.body


def _ask(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    seconds: float,
    most_bytes: int,
) -> Answer:
    # Imported at first use: an installation with its own authority never needs it.
    import httpx  # noqa: PLC0415

    end = time.monotonic() + seconds
    try:
        with httpx.Client(
            timeout=seconds, follow_redirects=method == "GET", max_redirects=MOST_REDIRECTS
        ) as client:
            with client.stream(method, url, content=body, headers=dict(headers)) as response:
                return Answer(
                    response.status_code,
                    {name.lower(): value for name, value in response.headers.items()},
                    _body(response, end, most_bytes),
                )
    except httpx.TimeoutException as late:
        raise NotFetched("too_slow", f"{url}: {type(late).__name__}") from late
    except (httpx.HTTPError, httpx.InvalidURL) as failure:
        raise NotFetched("unreachable", f"{url}: {failure}") from failure


def _body(response: httpx.Response, end: float, most_bytes: int) -> bytes:
    """Read until ``end`` at the latest: the client's timeout is per read."""
    parts = bytearray()
    for part in response.iter_bytes(16_384):
        parts += part
        if len(parts) > most_bytes:
            raise NotFetched("too_large", f"{response.url}: more than {most_bytes} bytes")
        if time.monotonic() > end:
            raise NotFetched("too_slow", str(response.url))
    return bytes(parts)
