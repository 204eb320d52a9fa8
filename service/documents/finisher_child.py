"""The second process of ``finisher``: one document after another, in frames on its standard input
and output. It ends when its parent does, or when no document came for some seconds.

Usage: python -m service.documents.finisher_child SECONDS
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time

from service.documents.finish import Converted, finish
from service.documents.finisher import FAILED, MADE, READY
from service.documents.frames import Frames
from service.errors import GenerationFailed

LONGEST_SECONDS = 60


def main() -> None:
    """Finish documents until none comes."""
    idle = float(sys.argv[1])
    parent = Frames(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # output of libraries must not get between the frames
    parent.write(READY, b"", _in(LONGEST_SECONDS))
    while True:
        try:
            _, asked = parent.read(_in(idle))
        except (EOFError, TimeoutError):
            return
        signal.alarm(LONGEST_SECONDS)  # the parent does it itself by then, or is gone
        parent.write(*_answer(asked), _in(LONGEST_SECONDS))
        signal.alarm(0)


def _in(seconds: float) -> float:
    return time.monotonic() + seconds


def _answer(asked: bytes) -> tuple[bytes, bytes]:
    converted: Converted = pickle.loads(asked)  # noqa: S301 - from our own parent
    try:
        return MADE, pickle.dumps(finish(converted), pickle.HIGHEST_PROTOCOL)
    except GenerationFailed as failure:
        return FAILED, pickle.dumps((failure.reason, failure.detail))
    except Exception as error:  # the parent meets it again, where it is seen
        return b"", f"{type(error).__name__}: {error}".encode()


if __name__ == "__main__":
    main()
