"""The processes of a running Zegel: web, worker, and the preparation before both."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

from service.app import create_app
from service.first_start import FirstSignIn, prepare_database, prepare_keys, prepare_people
from service.opening import Engines, engines
from service.server import Server
from service.settings import Settings
from service.wiring import build, worker_app
from service.worker import run

_PR_SET_PDEATHSIG = 1  # Linux, prctl(2)


def serve(settings: Settings) -> None:
    """Serve pages until told to stop."""
    end_with_parent()
    with engines(settings) as found:
        Server(settings, lambda: create_app(build(settings, found.database_url, found.store))).run()


def work(settings: Settings) -> None:
    """Run jobs until told to stop."""
    end_with_parent()
    with engines(settings) as found:
        deps = build(settings, found.database_url, found.store)
        try:
            run(deps, worker_app(found.database_url))
        finally:
            deps.close()


def prepare_everything(settings: Settings) -> FirstSignIn | None:
    """Schema, keys, bucket and first administrator; safe to repeat."""
    with engines(settings) as found:
        return prepare(settings, found)


def prepare(settings: Settings, found: Engines) -> FirstSignIn | None:
    """The same on engines that are open already."""
    prepare_keys(settings)
    prepare_database(found.database_url)
    deps = build(settings, found.database_url, found.store)
    try:
        deps.objects()
        return prepare_people(deps)
    finally:
        deps.close()


def end_with_parent() -> None:
    """Where a supervisor started this process and dies without a word, end as well (Linux).

    Elsewhere the supervisor's own SIGTERM does it.
    """
    if sys.platform == "linux" and os.environ.get("SUPERVISED_BY_ZEGEL"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
