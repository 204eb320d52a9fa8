"""Runs everything on one machine: engines, web and worker, started and stopped together."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from threading import Event

import click

from service.documents.office_profile import office_is_there
from service.engines.errors import EngineMissing, PortTaken
from service.engines.private_files import close_what_is_open, closed_to_others, make_passable
from service.engines.process import http_status, port_is_free, wait_until
from service.error_codes import StartCode
from service.running.handover import MARK, FirstSignIn, settings_line
from service.running.memory import with_allocator
from service.running.opening import Engines, NotRunning, engines
from service.settings.table import Settings, development_secret
from service.texts import OURS, text
from storage.config import S3Config

READY_SECONDS = 60
PREPARE_SECONDS = 600  # migrating a large database takes a while
STOP_SECONDS = 30
# Each process receives only what it needs of these.
NOT_FOR_ALL = (
    "ZEGEL_KEY_PASSPHRASE",
    "DATABASE_OWNER_URL",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "S3_WEB_ACCESS_KEY_ID",
    "S3_WEB_SECRET_ACCESS_KEY",
    "S3_PREPARE_ACCESS_KEY_ID",
    "S3_PREPARE_SECRET_ACCESS_KEY",
)


class Interrupted(Exception):
    """A stop was requested before everything had started."""


@dataclass(frozen=True)
class Running:
    url: str
    processes: dict[str, subprocess.Popen[bytes]]
    first_sign_in: FirstSignIn | None
    engines: Engines


def run_everything(settings: Settings) -> int:
    """Start everything, print its address, and wait for Ctrl-C; returns the exit status."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    started = time.monotonic()
    click.echo(text("cli.starting", OURS))
    # If interrupted, leaving the block stops whatever had started.
    with suppress(Interrupted), stack(settings, stop.is_set) as running:
        _announce(settings, running, time.monotonic() - started)
        while not stop.wait(0.5):
            for name, process in running.processes.items():
                if process.poll() is not None:
                    raise NotRunning(StartCode.PROCESS_DIED, name=name, status=process.returncode)
    click.echo(text("cli.stopped", OURS))
    return 0


@contextmanager
def stack(settings: Settings, interrupted: Callable[[], bool] = lambda: False) -> Iterator[Running]:
    """Engines, web and worker, for the duration of the block.

    Raises NotRunning, PortTaken, EngineError, OSError for an unusable data directory, and
    Interrupted when that was requested before everything ran.
    """
    with _alone(settings.data_dir), closed_to_others():
        close_what_is_open(settings.data_dir)
        if not port_is_free(settings.port, settings.host):
            raise PortTaken(port=settings.port, setting="ZEGEL_PORT")
        if not office_is_there(settings.soffice):
            raise EngineMissing(engine="LibreOffice", tool=settings.soffice or "soffice")
        # These three load their code while the engines start, and then wait for their addresses.
        preparation = _start("prepare", answers=True)
        processes = {name: _start(name) for name in ("web", "worker")}
        all_of_them = {"prepare": preparation, **processes}
        try:
            with engines(settings) as found:
                try:
                    given = _given_to("prepare", settings, found)
                    first = _prepared(preparation, given, interrupted)
                    for name, process in processes.items():
                        _tell(process, _given_to(name, settings, found))
                    _wait_until_ready(settings, processes, interrupted)
                    yield Running(settings.base_url, processes, first, found)
                finally:
                    _stop(all_of_them)
        finally:
            _stop(all_of_them)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Be the only supervisor of this data directory, with a lock that the system releases on death.
    Raises NotRunning when there is another."""
    make_passable(directory)
    with tempfile.TemporaryFile(dir=directory), (directory / "running.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotRunning(StartCode.ALREADY_RUNNING, data=directory) from None
        yield


def _start(name: str, *, answers: bool = False) -> subprocess.Popen[bytes]:
    shared = {key: value for key, value in os.environ.items() if _is_for_all(key)}
    if name == "worker":
        shared = {**with_allocator(), **shared}
    # In its own session: Ctrl-C reaches only the supervisor, which stops the others in order.
    return subprocess.Popen(
        [sys.executable, "-m", "service", name],
        env={**shared, MARK: "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if answers else None,
        start_new_session=True,
    )


def _is_for_all(name: str) -> bool:
    return name.removesuffix("_FILE") not in NOT_FOR_ALL


def _tell(process: subprocess.Popen[bytes], given: Mapping[str, str]) -> None:
    if process.stdin is None:
        raise LookupError("a process without an ear")
    # A process that died meanwhile is noticed by the caller that waits for it.
    with suppress(BrokenPipeError), process.stdin as ear:
        ear.write(settings_line(given))


def _prepared(
    process: subprocess.Popen[bytes], given: Mapping[str, str], interrupted: Callable[[], bool]
) -> FirstSignIn | None:
    """Wait for schema, keys, bucket and administrator; returns the sign-in if created now."""
    _tell(process, given)
    # It answers with one line, which stays in the pipe until read.
    wait_until(lambda: interrupted() or process.poll() is not None, seconds=PREPARE_SECONDS)
    if interrupted():
        raise Interrupted
    if process.returncode != 0:
        raise NotRunning(StartCode.PROCESS_DIED, name="prepare", status=process.poll())
    return FirstSignIn.of_line(process.stdout.read().decode() if process.stdout else "")


def _given(settings: Settings, found: Engines) -> dict[str, str]:
    """The settings that every process needs to open the same engines; secrets that it does not need
    are empty."""
    key = settings.secret_key or development_secret(settings.data_dir)
    return {
        **dict.fromkeys(NOT_FOR_ALL, ""),
        "ZEGEL_MODE": settings.mode,
        "ZEGEL_DATA": str(settings.data_dir),
        "ZEGEL_KEY_DIR": str(settings.key_dir),
        "ZEGEL_HOST": settings.host,
        "ZEGEL_PORT": str(settings.port),
        "ZEGEL_BASE_URL": settings.base_url,
        "ZEGEL_SECRET_KEY": key.decode(),
        "DATABASE_URL": found.database_url,
        "S3_ENDPOINT_URL": found.store.endpoint_url or "",
        "S3_REGION": found.store.region,
        "S3_BUCKET": found.store.bucket,
    }


def _given_to(name: str, settings: Settings, found: Engines) -> dict[str, str]:
    """The same, with what only this process may have."""
    given = _given(settings, found)
    if name == "web":
        return given | _signing_in("S3_WEB", found.web_store)
    given |= _signing_in("S3", found.store)
    given["ZEGEL_KEY_PASSPHRASE"] = (settings.key_passphrase or b"").decode()
    if name == "prepare":
        given |= _signing_in("S3_PREPARE", found.preparing_store)
        given["DATABASE_OWNER_URL"] = found.owner_url or ""
    return given


def _signing_in(prefix: str, store: S3Config) -> dict[str, str]:
    return {
        f"{prefix}_ACCESS_KEY_ID": store.access_key_id or "",
        f"{prefix}_SECRET_ACCESS_KEY": store.secret_access_key or "",
    }


def _wait_until_ready(
    settings: Settings,
    processes: dict[str, subprocess.Popen[bytes]],
    interrupted: Callable[[], bool],
) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if interrupted():
            raise Interrupted
        for name, process in processes.items():
            if process.poll() is not None:
                raise NotRunning(StartCode.PROCESS_DIED, name=name, status=process.returncode)
        if http_status(settings.host, settings.port, "/readyz", seconds=2) == HTTPStatus.OK:
            return
        time.sleep(0.02)  # not listening yet
    raise NotRunning(StartCode.NOT_READY, seconds=READY_SECONDS)


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
    click.echo(text("cli.ready", OURS, url=running.url, seconds=f"{seconds:.1f}"))
    if running.first_sign_in:
        first = running.first_sign_in
        click.echo(text("cli.first_sign_in", OURS, email=first.email, password=first.password))
        click.echo(text("cli.sample", OURS, url=running.url))
    if settings.development and settings.smtp_host is None:
        click.echo(text("cli.mailbox", OURS, url=running.url))
    click.echo(text("cli.stop", OURS))
