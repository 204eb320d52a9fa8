"""One third-party time stamp service over HTTP (RFC 3161, 3.4), within its rate limit."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Lock

from signatures.chains.fetching import Answer, NotFetched, post
from signatures.stamps.answers import StampRefused, Trust

MINUTE = 60.0
LONGEST_WAIT = 3600.0
LARGEST_ANSWER = 100_000  # bytes
_BUSY = (429, 503)


@dataclass(frozen=True)
class StampService:
    """A service's address and what it is trusted for.

    ``per_minute`` is how often one process may ask, 0 for no limit; ``authorization`` is that
    header, empty for none.
    """

    url: str
    trust: Trust
    per_minute: int = 0
    authorization: str = field(default="", repr=False)


class Pace:
    """A rate limit; thread-safe. ``clock`` returns seconds."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = Lock()
        self._asked: deque[float] = deque()
        self._not_before = 0.0

    def take(self) -> float:
        """0 if the service may be asked now (and this is counted), else the seconds to wait."""
        with self._lock:
            now = self._clock()
            if now < self._not_before:
                return self._not_before - now
            while self._asked and self._asked[0] <= now - MINUTE:
                self._asked.popleft()
            if self._per_minute and len(self._asked) >= self._per_minute:
                return self._asked[0] + MINUTE - now
            self._asked.append(now)
            return 0.0

    def hold(self, seconds: float) -> None:
        """Do not ask for so many seconds, at most an hour."""
        with self._lock:
            until = self._clock() + min(max(seconds, 0.0), LONGEST_WAIT)
            self._not_before = max(self._not_before, until)


class StampClient:
    """Asks one service; thread-safe."""

    def __init__(self, service: StampService, timeout_seconds: float) -> None:
        self.service = service
        self._timeout = timeout_seconds
        self._pace = Pace(service.per_minute)

    def ask(self, question: bytes) -> bytes:
        """The body of its answer. Raises StampRefused."""
        wait = self._pace.take()
        if wait:
            raise StampRefused("pace", f"not for {wait:.0f} s")
        headers = {
            "Content-Type": "application/timestamp-query",
            "Accept": "application/timestamp-reply",
        }
        if self.service.authorization:
            headers["Authorization"] = self.service.authorization
        try:
            answer = post(
                self.service.url,
                question,
                headers,
                seconds=self._timeout,
                most_bytes=LARGEST_ANSWER,
            )
        except NotFetched as failure:
            raise StampRefused(failure.code, failure.detail) from failure
        if answer.status in _BUSY:
            self._pace.hold(_retry_after(answer))
            raise StampRefused("pace", f"HTTP {answer.status}")
        if answer.status != 200:
            raise StampRefused("http", str(answer.status))
        return answer.body


def _retry_after(answer: Answer) -> float:
    """Seconds to wait (RFC 9110, 10.2.3); a minute if unusable."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        moment = parsedate_to_datetime(said)
        if moment.tzinfo is None:  # the date has -0000: UTC, of unknown origin
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except ValueError:
        return MINUTE
