"""Connections of browsers: what each may take, and who goes when there are too many.

Waitress reads every request whole, headers and body, in one loop, and only then gives it to a
thread. So a slow connection costs a little memory and no thread. What waitress lacks is here: an
end to every connection that waits, room for the next one however many there are, and a body no
larger than the page it is meant for may take. A browser that is slow and honest gets through.
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

LargestBody = Callable[[str, str], int]  # of a method and a path, in bytes
LARGEST_HEADERS = 32 * 1024  # bytes; cookies and addresses of ours take less than 4 KiB
KEPT_IN_MEMORY = 64 * 1024  # bytes of one body; more goes to a temporary file
THROWN_AWAY = 100 * 1024 * 1024  # bytes of a body that is too large; beyond that, hang up at once


@dataclass(frozen=True)
class Patience:
    """How long a connection may take, in seconds, and how much of all there may be in a process.

    Proxies keep a connection to us for a minute or two; ``idle`` is longer, so that they hang up
    first and send no request into a connection that just closed.
    """

    idle: float = 150
    headers: float = 10
    body: float = 300
    grace: float = 10  # before a rate is asked, of who sends a body or reads an answer
    bytes_per_second: int = 8_000
    connections: int = 200
    bytes_under_way: int = 256 * 1024 * 1024  # of bodies that are not answered yet


class ThrownAway:
    """A body that is larger than its page takes: read so that the answer arrives, kept nowhere."""

    error = None

    def __init__(self, length: int) -> None:
        self._left = length
        self._nothing = BytesIO()

    @property
    def completed(self) -> bool:
        """Whether all of it has come."""
        return self._left <= 0

    def received(self, data: bytes) -> int:
        """Take in what belongs to this body; how many bytes that were."""
        taken = min(self._left, len(data))
        self._left -= taken
        return taken

    def getfile(self) -> BytesIO:
        """What the page may read of it."""
        return self._nothing

    getbuf = getfile

    def __len__(self) -> int:
        return 0


class Request(HTTPRequestParser):  # type: ignore[misc]
    """One request on its way in."""

    def __init__(
        self, adjustments: Adjustments, largest_body: LargestBody, is_last: Callable[[], None]
    ) -> None:
        super().__init__(adjustments)
        self.began = monotonic()
        self.headers_came: float | None = None
        self.reserved = 0  # bytes that its body may take here
        self._largest_body = largest_body
        self._is_last = is_last
        self._last = False
        self._limit = 0

    def parse_header(self, header_plus: bytes) -> None:
        """As the library does; then the body is judged by its announced length."""
        super().parse_header(header_plus)
        self.headers_came = monotonic()
        self._limit = self._largest_body(self.command, self.path)
        if self.chunked:
            self.reserved = self._limit
        elif self.content_length > self._limit:
            # The page sees the length in the header and an empty body, and says that it is too
            # large. Hanging up instead would show the browser's own error.
            kept_reading = self.content_length <= THROWN_AWAY
            self.body_rcv = ThrownAway(self.content_length if kept_reading else 0)
            if not kept_reading:
                self._end_connection()
        else:
            self.reserved = self.content_length

    def received(self, data: bytes) -> int:
        """As the library does, with an end to bodies whose length nobody announced."""
        taken: int = super().received(data)
        if self.chunked and self.body_bytes_received > self._limit and not self.completed:
            self.body_rcv.getbuf().close()
            self.body_rcv = ThrownAway(0)
            self.headers["CONTENT_LENGTH"] = str(self.body_bytes_received)
            self._end_connection()
        return len(data) if self._last else taken

    def _end_connection(self) -> None:
        """Answer, then hang up. What is left of the body must not be read as another request:
        behind a proxy it would get somebody else's answer (RFC 9112, section 11.2)."""
        self._last = self.completed = self.connection_close = True
        self.expect_continue = False
        self.headers["CONNECTION"] = "close"
        self._is_last()


class Connection(HTTPChannel):  # type: ignore[misc]
    """One connection, with the moment since when it is the other side's turn."""

    def __init__(self, server: Listener, *given: Any, **named: Any) -> None:
        self._answered = monotonic()
        self._sent = 0  # bytes, ever
        self._sending: tuple[float, int] | None = None  # since when, and what was sent before
        self._over = False
        self.parser_class = lambda adjustments: Request(adjustments, server.largest_body, self._end)
        super().__init__(server, *given, **named)

    @property
    def peer(self) -> str:
        """The other side's address; that of a proxy where there is one."""
        return str(self.addr[0])

    @property
    def is_ours(self) -> bool:
        """Whether a request is complete and waits for us."""
        return bool(self.requests)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is under way in any direction."""
        return not (self.requests or self.request or self.total_outbufs_len)

    @property
    def waiting_since(self) -> float:
        """Since when we wait for the other side."""
        return float(self.request.began if self.request else self._answered)

    @property
    def reserved(self) -> int:
        """Bytes of bodies that are under way or not answered yet."""
        coming = [self.request] if self.request else []
        return sum(each.reserved for each in [*self.requests, *coming])

    def send(self, data: bytes, do_close: bool = True) -> int:
        """As the library does, counted."""
        sent: int = super().send(data, do_close)
        self._sent += sent
        return sent

    def service(self) -> None:
        """Answer a request, in a thread."""
        super().service()
        self._answered = monotonic()

    def received(self, data: bytes) -> bool:
        """Take in what came; a large body may have to wait for room."""
        if self._over:
            return True  # the rest of a body that was refused; the answer ends the connection
        taken: bool = super().received(data)
        if self.request and self.request.reserved:
            self.server.look_for_room = True
        return taken

    def is_overdue(self, now: float, patience: Patience) -> bool:
        """Whether the other side has had its time."""
        # With more than this unsent, a thread waits until the other side has read some of it.
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
    """Accepts connections and keeps them in bounds. All but ``add_task`` is for one thread."""

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
        """Whether another connection may come: always, see ``tend``."""
        return bool(self.accepting)

    def turn(self, seconds: float) -> None:
        """Do what there is to do, waiting at most so long for something."""
        loop(timeout=seconds, map=self._connections, use_poll=True, count=1)
        self.tend()

    def tend(self) -> None:
        """Hang up on who had its time, and on the slowest where there are too many."""
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
        """Take no more connections; answer what has come, and what comes within its seconds."""
        ends, requests_end = monotonic() + seconds, monotonic() + seconds_for_requests
        self.accepting = False
        self.del_channel()
        self.socket.close()
        self.turn(0)  # what has come and was not read yet
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
        """Close the connection that waits longest, of whoever has most of them; False when all
        that there are wait for us."""
        waiting = [each for each in connections if not each.is_ours]
        if not waiting:
            return False
        shares = Counter(each.peer for each in waiting)
        slowest = min(waiting, key=lambda each: (-shares[each.peer], each.waiting_since))
        slowest.handle_close()
        return True
