"""Turns for costly work: a few at a time per process, a few waiting, one per requester. The rest is
refused at once, because waiting requests hold threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from time import monotonic


class NoTurn(Exception):
    """Too many requests at this moment; try again later."""


class Turns:
    """``at_once`` run, ``waiting`` wait. Each kind of work has one instance per process."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = at_once
        self._most = waiting
        self._changed = Condition()
        self._running: list[str] = []
        self._queue: deque[object] = deque()
        self._waiting: list[str] = []

    @contextmanager
    def turn(self, patience: float, asker: str = "") -> Iterator[None]:
        """Wait at most ``patience`` seconds for a turn. Raises NoTurn.

        ``asker`` identifies the requester; empty means no limit.
        """
        with self._changed:
            self._take_place(patience, asker)
        try:
            yield
        finally:
            with self._changed:
                self._running.remove(asker)
                self._changed.notify_all()

    def _take_place(self, patience: float, asker: str) -> None:
        if asker and asker in (*self._running, *self._waiting):
            raise NoTurn
        if self._queue or len(self._running) >= self._at_once:
            if len(self._queue) >= self._most:
                raise NoTurn
            self._wait(monotonic() + patience, asker)
        self._running.append(asker)

    def _wait(self, until: float, asker: str) -> None:
        place = object()
        self._queue.append(place)
        self._waiting.append(asker)
        try:
            while self._queue[0] is not place or len(self._running) >= self._at_once:
                if not self._changed.wait(until - monotonic()) and monotonic() >= until:
                    raise NoTurn
        finally:
            self._queue.remove(place)
            self._waiting.remove(asker)
            self._changed.notify_all()
