"""Everything on one machine: engines, web and worker, started and stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event

import click
import httpx

from service.engines.errors import PortTaken
from service.engines.process import port_is_free
from service.first_start import FirstSignIn
from service.opening import Engines, engines
from service.processes import prepare
from service.settings import Settings, development_secret
from service.texts import text

READY_SECONDS = 60
STOP_SECONDS = 30


@dataclass(frozen=True)
class Running:
    """A stack that answers."""

    url: str
    processes: dict[str, subprocess.Popen[bytes]]
    first_sign_in: FirstSignIn | None
    engines: Engines


def run_everything(settings: Settings) -> int:
    """Start everything, say where it is, and wait for Ctrl-C; returns the exit status."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    started = time.monotonic()
    click.echo(text("cli.starting"))
    with stack(settings) as running:
        _announce(settings, running, time.monotonic() - started)
        while not stop.wait(0.5):
            for name, process in running.processes.items():
                if process.poll() is not None:
                    status = process.returncode
                    click.echo(text("cli.process_died", name=name, status=status), err=True)
                    return 1
    click.echo(text("cli.stopped"))
    return 0


@contextmanager
def stack(settings: Settings) -> Iterator[Running]:
    """Engines, web and worker for the time of the block. Raises PortTaken, EngineError."""
    if not port_is_free(settings.port):
        raise PortTaken(port=settings.port, setting="ZEGEL_PORT")
    with engines(settings) as found:
        first = prepare(settings, found)
        environment = _environment(settings, found)
        processes: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for name in ("web", "worker"):
                processes[name] = _start(name, environment)
            _wait_until_ready(settings, processes)
            yield Running(settings.base_url, processes, first, found)
        finally:
            _stop(processes)


def _start(name: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches the supervisor alone, which stops the others in order.
    return subprocess.Popen(
        [sys.executable, "-m", "service", name], env=environment, start_new_session=True
    )


def _environment(settings: Settings, found: Engines) -> dict[str, str]:
    """What the children need to open the same engines without starting any."""
    store = found.store
    key = settings.secret_key or development_secret(settings.data_dir)
    given = {
        "ZEGEL_MODE": settings.mode,
        "ZEGEL_DATA": str(settings.data_dir),
        "ZEGEL_KEY_DIR": str(settings.key_dir),
        "ZEGEL_HOST": settings.host,
        "ZEGEL_PORT": str(settings.port),
        "ZEGEL_BASE_URL": settings.base_url,
        "ZEGEL_SECRET_KEY": key.decode(),
        "SUPERVISED_BY_ZEGEL": "1",
        "DATABASE_URL": found.database_url,
        "S3_ENDPOINT_URL": store.endpoint_url or "",
        "S3_REGION": store.region,
        "S3_BUCKET": store.bucket,
        "S3_ACCESS_KEY_ID": store.access_key_id or "",
        "S3_SECRET_ACCESS_KEY": store.secret_access_key or "",
    }
    inherited = {
        name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in given
    }
    return {**inherited, **{name: value for name, value in given.items() if value}}


def _wait_until_ready(settings: Settings, processes: dict[str, subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + READY_SECONDS
    address = f"http://{settings.host}:{settings.port}/readyz"
    while time.monotonic() < until:
        for name, process in processes.items():
            if process.poll() is not None:
                raise click.ClickException(
                    text("cli.process_died", name=name, status=process.returncode)
                )
        try:
            if httpx.get(address, timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)  # not listening yet
    raise click.ClickException(text("cli.not_ready", seconds=READY_SECONDS))


def _stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    for process in processes.values():
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _announce(settings: Settings, running: Running, seconds: float) -> None:
    click.echo(text("cli.ready", url=running.url, seconds=f"{seconds:.1f}"))
    if running.first_sign_in:
        first = running.first_sign_in
        click.echo(text("cli.first_sign_in", email=first.email, password=first.password))
        click.echo(text("cli.sample", url=running.url))
    if settings.development and settings.smtp_host is None:
        click.echo(text("cli.mailbox", url=running.url))
    click.echo(text("cli.stop"))
