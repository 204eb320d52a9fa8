"""Length-prefixed frames over two pipes, every byte before a deadline.

A frame is: four bytes length, a head, four bytes length, content.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import struct
import subprocess
import time
from typing import IO

LARGEST = 64 << 20
PIPE_BYTES = 256 << 10
"""For ``Popen``: an ordinary document fits, so that its writer does not wait for the reader."""


class Frames:
    """One side. Raises OSError (TimeoutError too), EOFError or ValueError."""

    def __init__(self, incoming: IO[bytes] | None, outgoing: IO[bytes] | None) -> None:
        self._in, self._out = _pipe(incoming), _pipe(outgoing)
        os.set_blocking(self._in.fileno(), False)
        os.set_blocking(self._out.fileno(), False)

    @classmethod
    def to(cls, process: subprocess.Popen[bytes]) -> Frames:
        """The side of who started this process."""
        return cls(process.stdout, process.stdin)

    def write(self, head: bytes, content: bytes, deadline: float) -> None:
        rest = memoryview(
            struct.pack(">I", len(head)) + head + struct.pack(">I", len(content)) + content
        )
        while rest:
            try:
                rest = rest[os.write(self._out.fileno(), rest) :]
            except BlockingIOError:
                _wait(self._out, selectors.EVENT_WRITE, deadline)

    def read(self, deadline: float) -> tuple[bytes, bytes]:
        return self._read_part(deadline), self._read_part(deadline)

    def close(self) -> None:
        self._out.close()
        self._in.close()

    def end(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        """Close both, and wait so long until the process ends by itself."""
        with contextlib.suppress(OSError):
            self.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)

    def _read_part(self, deadline: float) -> bytes:
        (size,) = struct.unpack(">I", self._read_exactly(4, deadline))
        if size > LARGEST:
            raise ValueError("a frame that cannot be true")
        return self._read_exactly(size, deadline)

    def _read_exactly(self, size: int, deadline: float) -> bytes:
        content = bytearray()
        while len(content) < size:
            try:
                piece = os.read(self._in.fileno(), size - len(content))
            except BlockingIOError:
                _wait(self._in, selectors.EVENT_READ, deadline)
                continue
            if not piece:
                raise EOFError("the other side ended")
            content += piece
        return bytes(content)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("no pipe")
    return stream


def _wait(stream: IO[bytes], event: int, deadline: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(stream, event)
        left = deadline - time.monotonic()
        if left <= 0 or not selector.select(left):
            raise TimeoutError("the other side does not answer")
