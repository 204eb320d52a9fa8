"""The second process of ``finisher``: one document after another, in frames on its standard input
and output. It ends when its parent does, or when no document came for some seconds.

Usage: python -m service.documents.finisher_child SECONDS
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
import sys
from typing import BinaryIO

from service.documents.finish import Converted, finish
from service.documents.finisher import FAILED, MADE, READY
from service.errors import GenerationFailed

LONGEST_SECONDS = 60


def main() -> None:
    """Finish documents until none comes."""
    idle = float(sys.argv[1])
    questions = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output of libraries must not get between the frames
    _write(answers, READY, b"")
    while select.select([questions], [], [], idle)[0]:
        try:
            _read(questions)
            asked = _read(questions)
        except EOFError:
            return
        signal.alarm(LONGEST_SECONDS)  # the parent does it itself by then, or is gone
        _write(answers, *_answer(asked))
        signal.alarm(0)


def _answer(asked: bytes) -> tuple[bytes, bytes]:
    converted: Converted = pickle.loads(asked)  # noqa: S301 - from our own parent
    try:
        return MADE, pickle.dumps(finish(converted), pickle.HIGHEST_PROTOCOL)
    except GenerationFailed as failure:
        return FAILED, pickle.dumps((failure.reason, failure.detail))
    except Exception as error:  # the parent meets it again, where it is seen
        return b"", f"{type(error).__name__}: {error}".encode()


def _read(stream: BinaryIO) -> bytes:
    (size,) = struct.unpack(">I", _exactly(stream, 4))
    return _exactly(stream, size)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = bytearray()
    while len(content) < size:
        piece = stream.read(size - len(content))
        if not piece:
            raise EOFError
        content += piece
    return bytes(content)


def _write(stream: BinaryIO, head: bytes, content: bytes) -> None:
    for part in (head, content):
        stream.write(struct.pack(">I", len(part)) + part)
    stream.flush()


if __name__ == "__main__":
    main()
