"""Helpers of both engines: processes, shared use, disk space and ports."""

from __future__ import annotations

import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from service.engines.errors import DiskFull

MEBIBYTE = 1024 * 1024


class SharedUse:
    """Tracks the users of an engine with a lock that the operating system releases when they die.

    Every user holds a shared lock on ``directory``; a process that leaves and then gets it
    exclusively was the last one.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / "in-use.lock"
        self._starting = directory / "starting.lock"
        self._held: int | None = None

    @contextmanager
    def joining(self) -> Iterator[None]:
        """Join, and prevent others from starting or stopping the engine during the block."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            with self._exclusive_start():
                yield
        except BaseException:
            os.close(descriptor)
            raise
        if self._held is not None:
            os.close(self._held)
        self._held = descriptor

    @contextmanager
    def leaving(self) -> Iterator[bool]:
        """Leave; True if nobody else uses the engine, so that it may be stopped."""
        if self._held is None:
            yield False
            return
        descriptor, self._held = self._held, None
        try:
            yield _locked_alone(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def _exclusive_start(self) -> Iterator[None]:
        with self._starting.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _locked_alone(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_alive(pid: int) -> bool:
    """Whether a process with this id runs; a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _has_ended(pid)


def command_line(pid: int) -> list[str]:
    """The command line of a process; empty when it is gone."""
    recorded = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return recorded.read_bytes().decode(errors="replace").rstrip("\0").split("\0")
        except (FileNotFoundError, ProcessLookupError):
            return []
    return _ps(pid, "command").split()


def _has_ended(pid: int) -> bool:
    """Whether only its entry remains, which its parent has not collected.

    The first thread of a killed process may end before the others, which still hold ports and
    files.
    """
    if not Path("/proc/self").exists():
        return _ps(pid, "stat").startswith("Z") or not _ps(pid, "stat")
    try:
        status = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return True
    fields = status.rpartition(")")[2].split()  # from the third field on, see proc(5)
    state, threads = fields[0], int(fields[17])
    return state in "ZX" and threads <= 1


def _ps(pid: int, column: str) -> str:
    found = subprocess.run(
        ["ps", "-p", str(pid), "-o", f"{column}="], capture_output=True, text=True, check=False
    )
    return found.stdout.strip()


def wait_until(condition: Callable[[], bool], *, seconds: float, every: float = 0.02) -> bool:
    """Poll ``condition`` for at most ``seconds``; returns whether it became true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def stop_process(
    pid: int, first: signal.Signals, *, seconds: float, last: signal.Signals = signal.SIGKILL
) -> None:
    """Ask a process to stop with ``first``; after ``seconds`` its whole group gets ``last``."""
    collect = _collector(pid)
    _send(os.kill, pid, first)
    if wait_until(lambda: collect() or not is_alive(pid), seconds=seconds):
        return
    _send(os.killpg, pid, last)
    wait_until(lambda: collect() or not is_alive(pid), seconds=10)


def _send(how: Callable[[int, int], None], pid: int, what: signal.Signals) -> None:
    try:
        how(pid, what)
    except ProcessLookupError:
        return  # it had ended already


def _collector(pid: int) -> Callable[[], bool]:
    """Collects a child of ours; a server taken over belongs to another parent."""

    def collect() -> bool:
        try:
            return os.waitpid(pid, os.WNOHANG)[0] == pid
        except ChildProcessError:
            return not is_alive(pid)

    return collect


def require_room(directory: Path, *, mebibytes: int) -> None:
    """Raises DiskFull when fewer than ``mebibytes`` are free at ``directory``."""
    free = shutil.disk_usage(directory).free // MEBIBYTE
    if free < mebibytes:
        raise DiskFull(directory=directory, free_mb=free, needed_mb=mebibytes)


def http_status(host: str, port: int, path: str, *, seconds: float) -> int:
    """The status of an answer to GET; 0 when nothing answers."""
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether nobody listens on this port of this local address."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Different loopback ports that are free now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def last_lines(log: Path) -> str:
    """The end of a log as one line, to explain why an engine did not start."""
    if not log.exists():
        return "-"
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return " / ".join(lines[-3:]) or "-"
