"""The processes of a running Zegel: web, worker, and the preparation before both.

Each loads only its own part of the code, and loads it before it asks for its settings: started by
``zegel run``, it does so while the engines start.
"""

from __future__ import annotations

import ctypes
import signal
import sys
from collections.abc import Callable

from service.handover import FirstSignIn, supervised
from service.opening import engines
from service.settings import Settings
from service.wiring import build

_PR_SET_PDEATHSIG = 1  # Linux, prctl(2)
GiveSettings = Callable[[], Settings]


def serve(given: GiveSettings) -> None:
    """Serve pages until told to stop."""
    # Only this process serves pages.
    from service.app import create_app  # noqa: PLC0415

    # As above.
    from service.server import Server  # noqa: PLC0415

    end_with_parent()
    settings = given()
    with engines(settings) as found:
        Server(settings, lambda: create_app(build(settings, found.database_url, found.store))).run()


def work(given: GiveSettings) -> None:
    """Run jobs until told to stop."""
    # Only this process does them.
    from service.wiring import worker_app  # noqa: PLC0415

    # As above.
    from service.worker import run  # noqa: PLC0415

    end_with_parent()
    settings = given()
    with engines(settings) as found:
        deps = build(settings, found.database_url, found.store)
        try:
            run(deps, worker_app(found.database_url))
        finally:
            deps.close()


def prepare(given: GiveSettings) -> FirstSignIn | None:
    """Schema, keys, bucket and first administrator; safe to repeat."""
    # The migrations' library is needed here and nowhere else.
    from service.first_start import (  # noqa: PLC0415
        prepare_database,
        prepare_keys,
        prepare_people,
    )

    # Only here and in the worker's daily round.
    from service.workflow.probe import probe_archive  # noqa: PLC0415

    end_with_parent()
    settings = given()
    prepare_keys(settings)
    with engines(settings) as found:
        prepare_database(found.database_url)
        deps = build(settings, found.database_url, found.store)
        try:
            deps.objects()
            probe_archive(deps)
            return prepare_people(deps)
        finally:
            deps.close()


def end_with_parent() -> None:
    """Where a supervisor started this process and dies without a word, end as well (Linux).

    Elsewhere the supervisor's own SIGTERM does it.
    """
    if sys.platform == "linux" and supervised():
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
