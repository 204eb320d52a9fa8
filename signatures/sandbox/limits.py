"""Resource limits for examining a file of unknown origin, and a process that keeps to them.

The kernel enforces them, for what the readers' own limits (``strict``, ``zip_members``) miss.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
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
_ROOT = Path(__file__).resolve().parents[2]


class NotExamined(Exception):
    """The examination passed a limit; nothing is known about the file."""


@dataclass(frozen=True)
class Limits:
    """The limits of one examination. A sealed original takes about ten milliseconds.

    ``cpu_seconds`` is processor time, ``wall_seconds`` elapsed time. ``memory`` is bytes of address
    space on top of the present ones, about 70 MB, so that the total stays under 300 MB.
    """

    cpu_seconds: int = 2
    wall_seconds: float = 20.0
    memory: int = 220_000_000


def limit(limits: Limits) -> None:
    """Apply the limits to this process; they cannot be raised again."""
    most = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }
    if sys.platform == "linux":  # other kernels do not enforce it
        most[resource.RLIMIT_AS] = _address_space() + limits.memory
    for kind, value in most.items():
        resource.setrlimit(kind, (value, value))
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)
    os.nice(LOWER_PRIORITY)


def _address_space() -> int:
    """The number of bytes that this process has mapped (proc(5), ``statm``)."""
    return int(_STATM.read_text().split()[0]) * resource.getpagesize()


def in_a_child(work: Callable[[], Any], limits: Limits) -> Any:
    """The result of ``work``, as JSON values, from a child process limited first.

    For a program with one thread. The child's output is discarded. Raises NotExamined when it
    passes a limit or fails.
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
        os.kill(child, signal.SIGKILL)  # it has answered, or answered too much
    os.waitpid(child, 0)
    try:
        return json.loads(told)
    except ValueError as cut_off:
        raise NotExamined from cut_off


def answer_of(module: str, question: bytes, seconds: float) -> bytes:
    """What a program of ours writes to a question on its standard input.

    It has no environment and must call ``limit`` before it reads. Raises NotExamined when it is
    late, passes a limit or fails.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-E", "-s", "-m", module],
            input=question,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise NotExamined from late
    if child.returncode:  # killed by a limit, or by its library for lack of memory
        raise NotExamined
    return child.stdout


def _work_and_end(work: Callable[[], Any], limits: Limits, writing: int) -> NoReturn:
    status = 1
    try:
        # The program's files count towards the limit, and the child must not see them.
        for number in map(int, os.listdir("/dev/fd")):
            if number > STANDARD_ERROR and number != writing:
                with contextlib.suppress(OSError):  # the listing's own descriptor
                    os.close(number)
        limit(limits)
        with open(writing, "wb") as answer:
            answer.write(json.dumps(work()).encode())
        status = 0
    finally:
        os._exit(status)  # no cleanup of the forking process may run twice
