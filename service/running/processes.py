"""The processes of a running Zegel: web, worker, and the preparation before both.

Each loads only its own code, before it reads its settings, while the engines start.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from service.deps import Deps
from service.engines.private_files import close_what_is_open
from service.error_codes import StartCode
from service.errors import Unavailable
from service.running.handover import FirstSignIn, supervised
from service.running.memory import return_what_is_freed
from service.running.opening import NotRunning, engines
from service.settings.table import Settings
from service.wiring.build import build
from service.wiring.stamps import trusted_list
from storage.errors import StorageError

log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1  # Linux, prctl(2)
GiveSettings = Callable[[], Settings]


def serve(given: GiveSettings) -> None:
    """Serve pages until told to stop."""
    # Only this process serves pages.
    from service.app import create_app  # noqa: PLC0415
    from service.running.server import Server  # noqa: PLC0415

    end_with_parent()
    return_what_is_freed()
    settings = given()
    # Processes share loaded memory, to which garbage collectors would write.
    gc.freeze()
    with engines(settings) as found:
        database, store = found.database_url, found.web_store
        Server(settings, lambda: create_app(build(settings, database, store))).run()


def work(given: GiveSettings) -> None:
    """Run jobs until told to stop."""
    # Only this process runs jobs.
    from service.running.worker import run  # noqa: PLC0415
    from service.wiring.queue import worker_app  # noqa: PLC0415
    from service.workflow.probe_office import probe_office  # noqa: PLC0415
    from service.workflow.weak_spots import log_weak_spots  # noqa: PLC0415

    end_with_parent()
    return_what_is_freed()
    settings = given()
    with engines(settings) as found:
        deps = build(settings, found.database_url, found.store)
        try:
            with _as_not_running(StartCode.DATABASE_UNUSABLE, Unavailable):
                deps.database.ping()
                probe_office(deps)
                log_weak_spots(deps)
            run(deps, worker_app(found.database_url))
        finally:
            deps.close()


def prepare(given: GiveSettings) -> FirstSignIn | None:
    """Prepare schema, keys, bucket and first administrator; repeatable.

    Raises NotRunning with the reason if one of them fails.
    """
    # Only this needs the libraries of migrations and keys.
    from psycopg import Error as PostgresError  # noqa: PLC0415
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    from service.running.first_start import (  # noqa: PLC0415
        prepare_database,
        prepare_keys,
        prepare_people,
    )

    # Used only here and in the worker's daily round.
    from service.workflow.keeping.probe import probe_archive  # noqa: PLC0415
    from service.workflow.offer.generate import install  # noqa: PLC0415
    from signatures.errors import AuthorityError  # noqa: PLC0415
    from storage.objects import ObjectStore  # noqa: PLC0415

    end_with_parent()
    settings = given()
    close_what_is_open(settings.data_dir)
    with engines(settings) as found:
        deps = build(settings, found.database_url, found.store)
        try:
            with _as_not_running(StartCode.KEYS_UNUSABLE, AuthorityError):
                prepare_keys(settings)
                _check_keys(deps)
            with _as_not_running(
                StartCode.DATABASE_UNUSABLE, Unavailable, DBAPIError, PostgresError
            ):
                # The owner first: it may have to create the other role.
                prepare_database(found.database_url, found.owner_url)
                deps.database.ping()
            with _as_not_running(StartCode.ARCHIVE_UNUSABLE, StorageError):
                ObjectStore(found.preparing_store).ensure_bucket()
                deps.objects()
            probe_archive(deps)
            install(deps)
            return prepare_people(deps)
        finally:
            deps.close()


def _check_keys(deps: Deps) -> None:
    """Raises AuthorityError if keys and passphrase, or keys and certificates, do not match, or a
    trusted list is unusable.

    An expired certificate, or a key service that does not answer now, must not make the pages
    unavailable.
    """
    trusted_list(deps.settings)
    # Only these commands need the libraries of keys.
    from service.wiring.seal_keys import check  # noqa: PLC0415

    # Only these commands need the libraries of keys.
    from signatures.errors import AuthorityError  # noqa: PLC0415

    try:
        check(deps.settings, deps.authority())
    except AuthorityError as failure:
        if failure.code not in ("expired", "unavailable"):
            raise
        log.error("nothing can be sealed: %s", failure)


@contextmanager
def _as_not_running(code: StartCode, *failures: type[Exception]) -> Iterator[None]:
    """Convert any of these failures to NotRunning, with the external reason."""
    try:
        yield
    except failures as failure:
        found = failure.__cause__ if isinstance(failure, Unavailable) else failure
        reason = str(getattr(found, "orig", found)).strip().splitlines()[0]
        raise NotRunning(code, reason=reason) from failure


def end_with_parent() -> None:
    """End this process when its supervisor dies without stopping it (Linux only)."""
    if sys.platform == "linux" and supervised():
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
