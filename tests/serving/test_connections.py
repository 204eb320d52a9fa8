"""Slow, silent, many and oversized requests: the limits of a connection, on the real server."""

from __future__ import annotations

import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from service.engines.process import free_ports, wait_until

HERE = Path(__file__).parent
LONG = 60  # seconds; nothing here takes two on an idle machine
LARGE = 1024 * 1024
# Each test sets only its own limit low, so that no other limit interferes.
GENEROUS = {"idle": 600, "headers": 600, "body": 600, "grace": 600}


class Site:
    """The small site's process, and connections to it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port
        self._opened: list[socket.socket] = []

    def connect(self, *parts: bytes) -> socket.socket:
        """A connection that sends these parts and nothing more."""
        opened = socket.create_connection(("127.0.0.1", self.port), timeout=LONG)
        self._opened.append(opened)
        for part in parts:
            opened.sendall(part)
        return opened

    def get(self, path: str = "/") -> str:
        """A page, on a new connection."""
        return self.ask("GET", path)[1]

    def ask(self, method: str, path: str, body: Any = None, **named: Any) -> tuple[int, str]:
        """The status and the page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONG)
        try:
            connection.request(method, path, body, **named)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def answers(self) -> bool:
        try:
            return bool(self.get())
        except OSError:
            return False

    def close(self) -> None:
        for each in self._opened:
            each.close()
        self.process.terminate()
        self.process.wait(LONG)


@contextmanager
def serving(**patience: float) -> Iterator[Site]:
    """The small site with these limits."""
    port = free_ports(1)[0]
    process = subprocess.Popen(
        [sys.executable, HERE / "small_site.py", str(port), json.dumps(GENEROUS | patience)],
        cwd=HERE.parents[1],
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
    )
    site = Site(process, port)
    try:
        assert wait_until(site.answers, seconds=LONG)
        yield site
    finally:
        site.close()


def hung_up(connection: socket.socket) -> bool:
    """Whether the server has closed this connection; does not wait."""
    if not select.select([connection], [], [], 0)[0]:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except ConnectionResetError:
        return True


def half_headers(path: str = "/") -> bytes:
    """A request with unfinished headers."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".encode()


def half_body(path: str = "/letter", length: int = 10_000) -> bytes:
    """A request with an unfinished body."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
    return head.encode() + b"x"


@contextmanager
def dribbling(connections: list[socket.socket], much: bytes = b"x") -> Iterator[None]:
    """Send something on each ten times a second, so that none is idle."""
    over = threading.Event()

    def dribble() -> None:
        while not over.wait(0.1):
            for each in connections:
                refuses(each, much)

    thread = threading.Thread(target=dribble)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def refuses(connection: socket.socket, much: bytes = b"x") -> bool:
    """Whether the other side refuses more data."""
    try:
        connection.send(much, socket.MSG_DONTWAIT)
    except (BrokenPipeError, ConnectionResetError):
        return True
    except BlockingIOError:
        return False
    return False


@pytest.fixture(scope="module")
def impatient() -> Iterator[Site]:
    """A site with short time limits."""
    limits = {"headers": 0.5, "grace": 0.5, "idle": 0.5, "body": 3}
    with serving(**limits, bytes_per_second=2_000) as opened:
        yield opened


@pytest.mark.parametrize(
    ("said", "more"),
    [
        (half_headers(), b"x"),
        (half_body(), b"x"),
        pytest.param(half_body(length=200_000), b"x" * 1000, marks=pytest.mark.long),
    ],
    ids=["headers", "least rate of a body", "whole body"],
)
def test_a_connection_that_dribbles_is_ended(impatient: Site, said: bytes, more: bytes) -> None:
    slow = impatient.connect(said)
    with dribbling([slow], more):
        assert wait_until(lambda: hung_up(slow), seconds=LONG)
    assert impatient.get()


def test_who_says_or_reads_nothing_is_hung_up_on(impatient: Site) -> None:
    silent = impatient.connect()
    reads_nothing = impatient.connect(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert wait_until(lambda: hung_up(silent), seconds=LONG)
    assert wait_until(lambda: refuses(reads_nothing), seconds=LONG, every=0.1)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A site shared by tests that do not change it: few connections, otherwise generous."""
    with serving(connections=60, bytes_under_way=3 * LARGE) as opened:
        yield opened


def test_pages_come_while_more_connections_dribble_than_there_are_threads(site: Site) -> None:
    slow = [site.connect(half_headers()) for _ in range(20)]
    slow += [site.connect(half_body()) for _ in range(20)]
    with dribbling(slow):
        for _ in range(5):
            assert site.get()
        assert not any(map(hung_up, slow))
    for each in slow:
        each.close()


def test_the_slowest_make_room_for_the_next(site: Site) -> None:
    first = [site.connect(half_headers()) for _ in range(40)]
    assert site.get()  # they have been accepted by now
    later = [site.connect(half_body()) for _ in range(40)]
    assert site.get()
    assert wait_until(lambda: sum(map(hung_up, first)) >= 20, seconds=LONG)
    assert not any(map(hung_up, later))
    assert not all(map(hung_up, first))
    for each in [*first, *later]:
        each.close()


def test_bodies_under_way_take_only_so_much(site: Site) -> None:
    first = site.connect(half_body("/parcel", LARGE))
    assert site.get()
    others = [site.connect(half_body("/parcel", LARGE)) for _ in range(3)]
    assert wait_until(lambda: hung_up(first), seconds=LONG)
    assert not any(map(hung_up, others))
    for each in others:
        each.close()
    assert site.ask("POST", "/parcel", b"x" * LARGE) == (200, str(LARGE))


def chunks(size: int, count: int) -> Iterator[bytes]:
    """A body of unannounced length."""
    for _ in range(count):
        yield b"x" * size


@pytest.mark.parametrize(("path", "most"), [("/letter", 256 * 1024), ("/parcel", LARGE)])
def test_a_body_is_as_large_as_its_page_takes(site: Site, path: str, most: int) -> None:
    assert site.ask("POST", path, b"x" * most) == (200, str(most))
    status, page = site.ask("POST", path, b"x" * 20 * most)
    assert status == 413
    assert "exceeds the capacity limit" in page  # the page's own message, not the server's
    assert site.ask("POST", path, chunks(1000, 100), encode_chunked=True) == (200, "100000")
    asked = site.connect(
        f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode(),
        f"{most + 1:x}\r\n".encode() + b"x" * most + b"x",
    )
    assert asked.recv(12) == b"HTTP/1.1 413"


@pytest.mark.parametrize(
    "announced",
    ["Content-Length: 209715200", "Content-Length: 209715200\r\nExpect: 100-continue"],
)
def test_the_rest_of_a_refused_body_is_not_another_request(site: Site, announced: str) -> None:
    inside = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = f"POST /letter HTTP/1.1\r\nHost: localhost\r\n{announced}\r\n\r\n".encode()
    assert answers(site.connect(head + inside * 3)) == [b"413"]


def test_the_rest_of_a_refused_body_in_chunks_is_not_another_request(site: Site) -> None:
    head = b"POST /letter HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    inside = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 40_000
    chunk = b"%x\r\n%b\r\n" % (len(inside), inside)
    connection = site.connect(head)
    threading.Thread(target=send_all, args=(connection, chunk)).start()
    assert answers(connection) == [b"413"]


def send_all(connection: socket.socket, data: bytes) -> None:
    """Send everything, ignoring that the other side may close."""
    with suppress(OSError):
        connection.sendall(data)


def answers(connection: socket.socket) -> list[bytes]:
    """The status of every answer on this connection until it ends."""
    came = b""
    with suppress(ConnectionResetError):
        while more := connection.recv(65536):
            came += more
    return re.findall(rb"HTTP/1\.1 (\d+) ", came)


def test_no_memory_is_spent_on_a_body_that_nobody_takes(site: Site) -> None:
    asked = site.connect(
        b"POST /letter HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n"
    )
    assert asked.recv(12) == b"HTTP/1.1 413"


def test_headers_without_end_are_refused(site: Site) -> None:
    asked = site.connect(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 40_000)
    assert asked.recv(12) == b"HTTP/1.0 431"


def test_a_dead_process_is_started_again(site: Site) -> None:
    killed = int(site.get())
    os.kill(killed, signal.SIGKILL)
    assert wait_until(lambda: site.answers() and int(site.get()) != killed, seconds=LONG)


@pytest.mark.long
def test_whoever_is_being_answered_is_answered_before_the_end(tmp_path: Path) -> None:
    with serving() as site:
        begun, go = tmp_path / "begun", tmp_path / "go"
        asked = site.connect(
            f"GET /slow?begun={begun}&go={go} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        )
        slow = [site.connect(half_headers()), site.connect(half_body()), site.connect()]
        assert wait_until(begun.exists, seconds=LONG)
        site.process.terminate()
        assert wait_until(lambda: all(map(hung_up, slow)), seconds=LONG)
        assert not hung_up(asked)
        go.touch()
        assert asked.makefile("rb").read().endswith(b"done")
        assert site.process.wait(LONG) == 0
