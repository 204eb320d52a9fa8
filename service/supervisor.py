"""Everything on one machine: engines, web and worker, started and stopped together."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event

import click

from service.engines.errors import PortTaken
from service.engines.process import port_is_free
from service.handover import MARK, FirstSignIn, settings_line
from service.opening import Engines, engines
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
    # These three load their code while the engines start, and wait to hear where those are.
    preparation = _start("prepare", answers=True)
    processes = {name: _start(name) for name in ("web", "worker")}
    try:
        with engines(settings) as found:
            try:
                given = _given(settings, found)
                first = _prepared(preparation, given)
                for process in processes.values():
                    _tell(process, given)
                _wait_until_ready(settings, processes)
                yield Running(settings.base_url, processes, first, found)
            finally:
                _stop(processes)
    finally:
        _stop({"prepare": preparation, **processes})


def _start(name: str, *, answers: bool = False) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches the supervisor alone, which stops the others in order.
    return subprocess.Popen(
        [sys.executable, "-m", "service", name],
        env={**os.environ, MARK: "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if answers else None,
        start_new_session=True,
    )


def _tell(process: subprocess.Popen[bytes], given: Mapping[str, str]) -> None:
    if process.stdin is None:
        raise LookupError("a process without an ear")
    # One that has died meanwhile is noticed by whoever waits for it.
    with suppress(BrokenPipeError), process.stdin as ear:
        ear.write(settings_line(given))


def _prepared(process: subprocess.Popen[bytes], given: Mapping[str, str]) -> FirstSignIn | None:
    """Wait for schema, keys, bucket and administrator; the sign-in when one was made now."""
    _tell(process, given)
    said = process.stdout.read() if process.stdout else b""
    status = process.wait()
    if status != 0:
        raise click.ClickException(text("cli.process_died", name="prepare", status=status))
    return FirstSignIn.of_line(said.decode())


def _given(settings: Settings, found: Engines) -> dict[str, str]:
    """What the processes need to open the same engines without starting any."""
    store = found.store
    key = settings.secret_key or development_secret(settings.data_dir)
    return {
        "ZEGEL_MODE": settings.mode,
        "ZEGEL_DATA": str(settings.data_dir),
        "ZEGEL_KEY_DIR": str(settings.key_dir),
        "ZEGEL_HOST": settings.host,
        "ZEGEL_PORT": str(settings.port),
        "ZEGEL_BASE_URL": settings.base_url,
        "ZEGEL_SECRET_KEY": key.decode(),
        "DATABASE_URL": found.database_url,
        "S3_ENDPOINT_URL": store.endpoint_url or "",
        "S3_REGION": store.region,
        "S3_BUCKET": store.bucket,
        "S3_ACCESS_KEY_ID": store.access_key_id or "",
        "S3_SECRET_ACCESS_KEY": store.secret_access_key or "",
    }


def _wait_until_ready(settings: Settings, processes: dict[str, subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        for name, process in processes.items():
            if process.poll() is not None:
                raise click.ClickException(
                    text("cli.process_died", name=name, status=process.returncode)
                )
        if _is_ready(settings):
            return
        time.sleep(0.02)  # not listening yet
    raise click.ClickException(text("cli.not_ready", seconds=READY_SECONDS))


def _is_ready(settings: Settings) -> bool:
    connection = http.client.HTTPConnection(settings.host, settings.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


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
