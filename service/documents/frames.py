"""Length-prefixed frames over the pipes of a process, every byte before a deadline.

A frame is: four bytes length, a head, four bytes length, content.
"""

from __future__ import annotations

import os
import selectors
import struct
import subprocess
import time
from typing import IO

LARGEST_ANSWER = 64 << 20
PIPE_BYTES = 256 << 10
"""For ``Popen``: an ordinary document fits, so that its writer does not wait for the reader."""


class Frames:
    """The caller's side. Raises OSError (TimeoutError too), EOFError or ValueError."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._input, self._output = _pipe(process.stdin), _pipe(process.stdout)
        os.set_blocking(self._input.fileno(), False)
        os.set_blocking(self._output.fileno(), False)

    def write(self, head: bytes, content: bytes, deadline: float) -> None:
        rest = memoryview(
            struct.pack(">I", len(head)) + head + struct.pack(">I", len(content)) + content
        )
        while rest:
            try:
                rest = rest[os.write(self._input.fileno(), rest) :]
            except BlockingIOError:
                _wait(self._input, selectors.EVENT_WRITE, deadline)

    def read(self, deadline: float) -> tuple[bytes, bytes]:
        return self._read_part(deadline), self._read_part(deadline)

    def close(self) -> None:
        self._input.close()
        self._output.close()

    def _read_part(self, deadline: float) -> bytes:
        (size,) = struct.unpack(">I", self._read_exactly(4, deadline))
        if size > LARGEST_ANSWER:
            raise ValueError("an answer that cannot be true")
        return self._read_exactly(size, deadline)

    def _read_exactly(self, size: int, deadline: float) -> bytes:
        content = bytearray()
        while len(content) < size:
            try:
                piece = os.read(self._output.fileno(), size - len(content))
            except BlockingIOError:
                _wait(self._output, selectors.EVENT_READ, deadline)
                continue
            if not piece:
                raise EOFError("the process ended")
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
            raise TimeoutError("the process does not answer")
