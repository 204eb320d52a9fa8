"""What one examination of a file of unknown origin may take, and a process that takes no more.

A PDF or a ZIP can be made to keep a parser busy for hours or to unfold into gigabytes. The reader
itself has bounds (``strict``, ``package_zip``); these are for what nobody thought of. The kernel
keeps them: a process that passes one is ended or gets no memory.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

OPEN_FILES = 32
STANDARD_ERROR = 2
LOWER_PRIORITY = 10
LONGEST_ANSWER = 1 << 20  # bytes
_STATM = Path("/proc/self/statm")


class NotExamined(Exception):
    """The file asks more of the examination than it may take; nothing is known about it."""


@dataclass(frozen=True)
class Limits:
    """What one examination may take. A sealed original takes some ten milliseconds.

    ``cpu_seconds`` is processor time, ``wall_seconds`` time on the clock. ``memory`` is how many
    bytes of address space it may take on top of what the process holds when it is limited: some
    70 MB are in use by then, so that it stays under 300 MB.
    """

    cpu_seconds: int = 2
    wall_seconds: float = 20.0
    memory: int = 220_000_000


def limit(limits: Limits) -> None:
    """Let this process take no more than the limits from here on; nothing raises them again."""
    most = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }
    if sys.platform == "linux":  # elsewhere the kernel does not keep it
        most[resource.RLIMIT_AS] = _address_space() + limits.memory
    for kind, value in most.items():
        resource.setrlimit(kind, (value, value))
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)
    os.nice(LOWER_PRIORITY)


def _address_space() -> int:
    """Bytes that this process has mapped (proc(5), ``statm``)."""
    return int(_STATM.read_text().split()[0]) * resource.getpagesize()


def in_a_child(work: Callable[[], Any], limits: Limits) -> Any:
    """What ``work`` returns, as JSON values, done by a child that is limited first.

    For a program with one thread: the child is a copy of this process. What it prints is lost, so
    it returns what is to be said. Raises NotExamined when it passes a limit or fails.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work_and_end(work, limits, writing)
    os.close(writing)
    with open(reading, "rb") as answer:
        told = answer.read(LONGEST_ANSWER + 1)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)  # it has said all, or too much
    os.waitpid(child, 0)
    try:
        return json.loads(told)
    except ValueError as cut_off:
        raise NotExamined from cut_off


def _work_and_end(work: Callable[[], Any], limits: Limits, writing: int) -> NoReturn:
    status = 1
    try:
        # What the program had open counts towards the limit, and is no business of the child's.
        for number in map(int, os.listdir("/dev/fd")):
            if number > STANDARD_ERROR and number != writing:
                with contextlib.suppress(OSError):  # that of the listing itself
                    os.close(number)
        limit(limits)
        with open(writing, "wb") as answer:
            answer.write(json.dumps(work()).encode())
        status = 0
    finally:
        os._exit(status)  # nothing of the process that forked may run twice
