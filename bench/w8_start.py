"""W8: how fast everything starts and stops, and our processes' memory when idle.

``zegel run`` in a new directory, then again; ready is the first 200 of /readyz.
"""

from __future__ import annotations

import http.client
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from bench.figures import Figure
from bench.memory import held_below
from service.engines.process import free_ports

START_GOAL_S, MEMORY_GOAL_MIB = 1.5, 170
AGAIN = 3
IDLE_SECONDS = 8
PATIENCE_SECONDS = 120


def run() -> list[Figure]:
    """The first start, then some more; at the last, memory after idle time."""
    with tempfile.TemporaryDirectory(prefix="zegel-bench-") as data:
        first, _, _ = start(data)
        starts, stops = [], []
        held: dict[str, float] = {}
        for _ in range(AGAIN):
            started, stopped, held = start(data, idle=IDLE_SECONDS)
            starts.append(started)
            stops.append(stopped)
    ours = [name for name in held if name.startswith("zegel ")]
    return [
        Figure("W8", "first start (keys, database, bucket)", first, "s"),
        Figure("W8", "start, p50", statistics.median(starts), "s", START_GOAL_S, note=f"n={AGAIN}"),
        Figure("W8", "stop, p50", statistics.median(stops), "s"),
        Figure(
            "W8",
            "idle memory of our own processes",
            sum(held[name] for name in ours),
            "MiB",
            MEMORY_GOAL_MIB,
        ),
        *(Figure("W8", f"  {name}", held[name], "MiB") for name in sorted(held)),
    ]


def start(data: str, *, idle: float = 0) -> tuple[float, float, dict[str, float]]:
    """Seconds to ready, seconds to stop, MiB by kind of process."""
    port = free_ports(1)[0]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ZEGEL_")},
        "ZEGEL_DATA": data,
        "ZEGEL_PORT": str(port),
    }
    # Compiled modules are kept, as at any second start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "run"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait_until_ready(process, port)
        ready = time.perf_counter() - began
        time.sleep(idle)
        held = held_below(process.pid, itself=True) if idle else {}
    finally:
        began = time.perf_counter()
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_SECONDS)
    return ready, time.perf_counter() - began, held


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not _ready(port):
        if process.poll() is not None:
            raise RuntimeError(f"zegel run ended with {process.returncode}")
        if time.monotonic() > until:
            raise TimeoutError("zegel run is not ready")
        time.sleep(0.01)


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
