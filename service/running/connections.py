"""Limits on browsers' connections, and which one is closed when there are too many.

Waitress reads a whole request before giving it to a thread. Added here: a time limit for every
waiting connection, room for the next one, and a limit on the body per page.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from time import monotonic
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.wasyncore import loop

LargestBody = Callable[[str, str], int]  # from method and path to bytes
LARGEST_HEADERS = 32 * 1024  # bytes; our cookies and addresses take less than 4 KiB
KEPT_IN_MEMORY = 64 * 1024  # bytes of one body; more goes to a temporary file
THROWN_AWAY = 100 * 1024 * 1024  # bytes of an oversized body; above that, close at once


@dataclass(frozen=True)
class Patience:
    """Time limits of a connection, in seconds, and limits on the total in a process.

    ``idle`` is longer than the minute or two of proxies, so that they close first and send no
    request into a connection that just closed.
    """

    idle: float = 150
    headers: float = 10
    body: float = 300
    grace: float = 10  # before a minimum rate applies to sending a body or reading an answer
    bytes_per_second: int = 8_000
    connections: int = 200
    bytes_under_way: int = 256 * 1024 * 1024  # of bodies not answered yet


class ThrownAway:
    """A body larger than its page accepts: read so that the answer arrives, but discarded."""

    error = None

    def __init__(self, length: int) -> None:
        self._left = length
        self._nothing = BytesIO()

    @property
    def completed(self) -> bool:
        """Whether all of it has arrived."""
        return self._left <= 0

    def received(self, data: bytes) -> int:
        """Consume the part of ``data`` that belongs to this body; returns its length in bytes."""
        taken = min(self._left, len(data))
        self._left -= taken
        return taken

    def getfile(self) -> BytesIO:
        """The body that the page sees."""
        return self._nothing

    getbuf = getfile

    def __len__(self) -> int:
        return 0


class Request(HTTPRequestParser):  # type: ignore[misc]
    def __init__(
        self, adjustments: Adjustments, largest_body: LargestBody, is_last: Callable[[], None]
    ) -> None:
        super().__init__(adjustments)
        self.began = monotonic()
        self.headers_came: float | None = None
        self.reserved = 0  # bytes that its body may take
        self._largest_body = largest_body
        self._is_last = is_last
        self._last = False
        self._limit = 0

    def parse_header(self, header_plus: bytes) -> None:
        """As the library does; then check the announced length of the body."""
        super().parse_header(header_plus)
        self.headers_came = monotonic()
        self._limit = self._largest_body(self.command, self.path)
        if self.chunked:
            self.reserved = self._limit
        elif self.content_length > self._limit:
            # The page sees the announced length and an empty body, and reports that it is too
            # large. A closed connection would show the browser's own error.
            kept_reading = self.content_length <= THROWN_AWAY
            self.body_rcv = ThrownAway(self.content_length if kept_reading else 0)
            if not kept_reading:
                self._end_connection()
        else:
            self.reserved = self.content_length

    def received(self, data: bytes) -> int:
        """As the library does, with a limit on bodies of unannounced length."""
        taken: int = super().received(data)
        if self.chunked and self.body_bytes_received > self._limit and not self.completed:
            self.body_rcv.getbuf().close()
            self.body_rcv = ThrownAway(0)
            self.headers["CONTENT_LENGTH"] = str(self.body_bytes_received)
            self._end_connection()
        return len(data) if self._last else taken

    def _end_connection(self) -> None:
        """Answer, then close. Behind a proxy, the rest of the body read as another request would
        give its answer to somebody else (RFC 9112, section 11.2)."""
        self._last = self.completed = self.connection_close = True
        self.expect_continue = False
        self.headers["CONNECTION"] = "close"
        self._is_last()


class Connection(HTTPChannel):  # type: ignore[misc]
    """With the moment from which we wait for the other side."""

    def __init__(self, server: Listener, *given: Any, **named: Any) -> None:
        self._answered = monotonic()
        self._sent = 0  # bytes, in total
        self._sending: tuple[float, int] | None = None  # since when, and bytes sent before then
        self._over = False
        self.parser_class = lambda adjustments: Request(adjustments, server.largest_body, self._end)
        super().__init__(server, *given, **named)

    @property
    def peer(self) -> str:
        """The other side's address (a proxy's, if there is one)."""
        return str(self.addr[0])

    @property
    def is_ours(self) -> bool:
        """Whether a complete request waits for us."""
        return bool(self.requests)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is in progress in either direction."""
        return not (self.requests or self.request or self.total_outbufs_len)

    @property
    def waiting_since(self) -> float:
        """Since when we wait for the other side."""
        return float(self.request.began if self.request else self._answered)

    @property
    def reserved(self) -> int:
        """Bytes of bodies that are arriving or not answered yet."""
        coming = [self.request] if self.request else []
        return sum(each.reserved for each in [*self.requests, *coming])

    def send(self, data: bytes, do_close: bool = True) -> int:
        """As the library does, counting bytes."""
        sent: int = super().send(data, do_close)
        self._sent += sent
        return sent

    def service(self) -> None:
        """Answer a request, in a thread."""
        super().service()
        self._answered = monotonic()

    def received(self, data: bytes) -> bool:
        """Process received data; a large body may have to wait for room."""
        if self._over:
            return True  # the rest of a refused body; the answer ends the connection
        taken: bool = super().received(data)
        if self.request and self.request.reserved:
            self.server.look_for_room = True
        return taken

    def is_overdue(self, now: float, patience: Patience) -> bool:
        """Whether the other side has exceeded its time."""
        # Above this much unsent data, a thread waits until the other side has read some of it.
        if self.requests and self.total_outbufs_len <= self.adj.outbuf_high_watermark:
            return False
        if self.total_outbufs_len:
            return self._reads_too_slowly(now, patience)
        self._sending = None
        request = self.request
        if request is None:
            return now - self._answered > patience.idle
        if request.headers_came is None:
            return bool(now - request.began > patience.headers)
        came = request.body_bytes_received / patience.bytes_per_second
        allowed = min(patience.body, patience.grace + came)
        return bool(now - request.headers_came > allowed)

    def _end(self) -> None:
        self._over = True

    def _reads_too_slowly(self, now: float, patience: Patience) -> bool:
        if self._sending is None:
            self._sending = (now, self._sent)
        since, before = self._sending
        went = (self._sent - before) / patience.bytes_per_second
        return now - since > patience.grace + went


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """Accepts connections and limits them. Only ``add_task`` may be called from other threads."""

    channel_class = Connection

    def __init__(
        self,
        app: Any,
        listening: socket.socket,
        *,
        threads: int,
        patience: Patience,
        largest_body: LargestBody,
    ) -> None:
        self.largest_body = largest_body
        self.look_for_room = False
        self._patience = patience
        self._looked = monotonic()
        self._connections: dict[int, Any] = {}
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        super().__init__(
            app,
            self._connections,
            _sock=listening,
            dispatcher=dispatcher,
            adj=Adjustments(
                sockets=[listening],
                ident=None,
                asyncore_use_poll=True,
                clear_untrusted_proxy_headers=False,  # service/web/forwarded.py judges them
                max_request_header_size=LARGEST_HEADERS,
                max_request_body_size=1 << 62,  # see Request
                inbuf_overflow=KEPT_IN_MEMORY,
                threads=threads,
            ),
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
            bind_socket=False,
        )

    def readable(self) -> bool:
        """Whether another connection may be accepted: always, see ``tend``."""
        return bool(self.accepting)

    def turn(self, seconds: float) -> None:
        """Do the pending work, waiting at most ``seconds`` for some."""
        loop(timeout=seconds, map=self._connections, use_poll=True, count=1)
        self.tend()

    def tend(self) -> None:
        """Close connections that exceeded their time and, if there are too many, the slowest
        ones."""
        now = monotonic()
        if now - self._looked >= min(1.0, self._patience.headers / 4):
            self._looked = now
            for each in list(self.active_channels.values()):
                if each.is_overdue(now, self._patience):
                    each.handle_close()
        while len(self.active_channels) > self._patience.connections:
            if not self._hang_up_on_slowest(self.active_channels.values()):
                break
        if self.look_for_room:
            self.look_for_room = False
            while self._under_way() > self._patience.bytes_under_way:
                if not self._hang_up_on_slowest(self._with_bodies()):
                    break

    def stop(self, seconds: float, seconds_for_requests: float) -> None:
        """Accept no more connections; answer requests already received, or received in time."""
        ends, requests_end = monotonic() + seconds, monotonic() + seconds_for_requests
        self.accepting = False
        self.del_channel()
        self.socket.close()
        self.turn(0)  # received but not read yet
        while self.active_channels and monotonic() < ends:
            for each in list(self.active_channels.values()):
                late = monotonic() > requests_end and not (each.is_ours or each.total_outbufs_len)
                if each.is_quiet or late:
                    each.handle_close()
            self.turn(0.1)
        self.task_dispatcher.shutdown(timeout=1)

    def _under_way(self) -> int:
        return sum(each.reserved for each in self.active_channels.values())

    def _with_bodies(self) -> Iterable[Connection]:
        return [each for each in self.active_channels.values() if each.reserved]

    def _hang_up_on_slowest(self, connections: Iterable[Connection]) -> bool:
        """Close the longest waiting connection of the peer with the most; False when all wait for
        us."""
        waiting = [each for each in connections if not each.is_ours]
        if not waiting:
            return False
        shares = Counter(each.peer for each in waiting)
        slowest = min(waiting, key=lambda each: (-shares[each.peer], each.waiting_since))
        slowest.handle_close()
        return True
