"""Finishes documents, some of them in a second process while several are being made.

A process runs Python in one thread at a time: while one document is finished, which takes a fifth
of its processor time, both offices may wait for the next. The second process starts when two
documents are made at once, and ends when none came for a while. Whatever goes wrong with it, the
thread that asks finishes the document itself.
"""

from __future__ import annotations

import logging
import math
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.documents.finish import Converted, Finished, finish
from service.documents.frames import PIPE_BYTES, Frames
from service.errors import GenerationFailed

log = logging.getLogger(__name__)

START_SECONDS = 30.0
ANSWER_SECONDS = 30.0
"""A thousand times the median: a process that takes longer hangs."""

END_SECONDS = 2.0
IDLE_SECONDS = 8.0
"""After this time without a document the process ends, as the second office does."""

AGAIN_SECONDS = 60.0
"""After this time it is tried again to start one that did not start."""

MADE, FAILED, READY = b"made", b"failed", b"ready"
_CHILD = "service.documents.finisher_child"
_ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("LD_PRELOAD", "MALLOC_CONF")  # of the environment: the allocator


class Gone(Exception):
    """The second process ended, hung or could not do it."""


class Finisher:
    """For any number of threads; close it."""

    def __init__(
        self,
        *,
        alone: bool,
        idle_seconds: float = IDLE_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """``alone``: never with a second process."""
        self._alone = alone
        self._seconds = idle_seconds, answer_seconds
        self._not_before = -math.inf
        self._guard = threading.Lock()
        self._in_work = 0
        self._second: SecondProcess | None = None
        self._keeper: threading.Thread | None = None

    @property
    def second(self) -> SecondProcess | None:
        """The second process, while it is ready."""
        return self._second

    @contextmanager
    def making(self) -> Iterator[None]:
        """While a document is made; the second at the same time starts the second process."""
        with self._guard:
            self._in_work += 1
        try:
            self._start_when_useful()
            yield
        finally:
            with self._guard:
                self._in_work -= 1

    def _start_when_useful(self) -> None:
        with self._guard:
            if self._in_work < 2 or self._alone or self._keeper is not None:
                return
            if time.monotonic() < self._not_before:
                return
            keeper = threading.Thread(target=self._keep, name="finisher", daemon=True)
            keeper.start()
            self._keeper = keeper

    def finish(self, converted: Converted) -> Finished:
        """The finished document. Raises GenerationFailed."""
        second = self._second
        if second is not None and second.free.acquire(blocking=False):
            try:
                return second.finish(converted)
            except Gone as gone:
                log.warning("the second process for documents: %s", gone)
            finally:
                second.free.release()
        return finish(converted)

    def close(self) -> None:
        """End the second process."""
        with self._guard:
            self._alone = True
            second, keeper = self._second, self._keeper
        if second is not None:
            second.end()
        if keeper is not None:
            keeper.join()

    def _keep(self) -> None:
        """Start the second process, and wait until it ends."""
        second: SecondProcess | None = None
        try:
            second = SecondProcess(*self._seconds)
            with self._guard:
                self._second = None if self._alone else second
            if self._alone:
                second.end()
            second.wait()
        except (Gone, OSError) as failure:
            log.warning("no second process for documents: %s", failure)
            self._not_before = time.monotonic() + AGAIN_SECONDS
        finally:
            with self._guard:
                self._second = self._keeper = None


class SecondProcess:
    """A process that finishes one document at a time, for who holds ``free``."""

    def __init__(self, idle_seconds: float, answer_seconds: float) -> None:
        """Start it and wait until it is ready. Raises Gone."""
        self.free = threading.Lock()
        self.documents = 0
        self._answer_seconds = answer_seconds
        self._process = subprocess.Popen(
            [sys.executable, "-E", "-s", "-m", _CHILD, str(idle_seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=PIPE_BYTES,
            cwd=_ROOT,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            start_new_session=True,
        )
        self.pid = self._process.pid
        self._frames = Frames.to(self._process)
        self._answer(START_SECONDS)

    def finish(self, converted: Converted) -> Finished:
        """The finished document. Raises GenerationFailed, or Gone."""
        try:
            asked = pickle.dumps(converted, pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # the thread finishes this one without it
            raise Gone(str(error)) from error
        try:
            self._frames.write(b"", asked, time.monotonic() + self._answer_seconds)
        except (OSError, ValueError) as error:
            self.kill()
            raise Gone(str(error)) from error
        kind, told = self._answer(self._answer_seconds)
        self.documents += 1
        if kind not in (MADE, FAILED):
            raise Gone(told.decode())
        try:
            # Both ends are our own code, and nothing else can write to these pipes.
            made: Finished | tuple[str, str] = pickle.loads(told)  # noqa: S301
        except Exception as error:  # as when the code was replaced under a running worker
            self.kill()
            raise Gone(str(error)) from error
        if isinstance(made, Finished):
            return made
        raise GenerationFailed(*made)

    def wait(self) -> None:
        """Until it ends, after some time without a document."""
        self._process.wait()

    def end(self) -> None:
        """Wait until it has finished its document, and end it."""
        with self.free:
            self._frames.end(self._process, END_SECONDS)
            self.kill()

    def kill(self) -> None:
        """End it at once; repeatable."""
        self._process.kill()
        self._process.wait()

    def _answer(self, seconds: float) -> tuple[bytes, bytes]:
        try:
            return self._frames.read(time.monotonic() + seconds)
        except (OSError, EOFError, ValueError) as error:
            self.kill()
            raise Gone(str(error) or type(error).__name__) from error
