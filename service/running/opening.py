"""Opens the engines of the settings, including embedded ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from service.engines import EmbeddedObjectStore, EmbeddedPostgres
from service.engines.object_store_identities import WEB, WORKER
from service.engines.private_files import closed_to_others
from service.error_codes import StartCode
from service.errors import ZegelError
from service.settings.table import Settings
from storage.config import S3Config

One = TypeVar("One")
Other = TypeVar("Other")


class NotRunning(ZegelError):
    """Why nothing runs, or why it stopped."""


@dataclass(frozen=True)
class Engines:
    """The addresses of the database and the archive, once they answer."""

    database_url: str
    owner_url: str | None  # of the schema's owner; None: the service itself
    store: S3Config  # with the worker's credentials
    web_store: S3Config
    preparing_store: S3Config  # with credentials that may create the bucket


@contextmanager
def engines(settings: Settings) -> Iterator[Engines]:
    """Start the embedded engines that the settings ask for, and stop those started here.

    Processes with the same data directory share one engine; the last one stops it. Raises
    EngineError.
    """
    with closed_to_others():
        yield from _opened(settings)


@contextmanager
def prepared_engines(settings: Settings) -> Iterator[Engines]:
    """The same, for a command that needs the tables of this version.

    Raises NotRunning if ``zegel prepare`` has not made them, EngineError, or SQLAlchemyError.
    """
    # No process that keeps running loads the library of migrations.
    from service.database import migrate  # noqa: PLC0415

    with engines(settings) as found:
        if not migrate.is_current(found.database_url):
            raise NotRunning(StartCode.NOT_PREPARED)
        yield found


def _opened(settings: Settings) -> Iterator[Engines]:
    postgres = EmbeddedPostgres(settings.data_dir / "postgres")
    objects = EmbeddedObjectStore(settings.data_dir / "objecten")
    try:
        database_url, stores = _together(
            lambda: settings.database_url or postgres.start(), lambda: _stores(settings, objects)
        )
        embedded = settings.database_url is None
        owner_url = postgres.owner_url() if embedded else settings.database_owner_url
        yield Engines(database_url, owner_url, *stores)
    finally:
        # Has no effect on an engine that was not started here.
        _together(postgres.stop, objects.stop)


def _together(one: Callable[[], One], other: Callable[[], Other]) -> tuple[One, Other]:
    """Run both at once, since each mostly waits. A failure, or Ctrl-C, is raised when both have
    ended: an engine that is still starting could not be stopped."""
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(one), pool.submit(other)
        both: tuple[Future[Any], ...] = (first, second)
        try:
            wait(both)
        except BaseException:
            wait(both)
            raise
    return first.result(), second.result()


def _stores(settings: Settings, objects: EmbeddedObjectStore) -> tuple[S3Config, ...]:
    """The store with the credentials of the worker, the web process and the preparation."""
    if settings.embedded_object_store:
        found = objects.start()
        others = objects.identities()
        where = replace(_where(settings), endpoint_url=found.endpoint_url, region=found.region)
        keys: list[tuple[str | None, str | None]] = [
            (others[name].access_key_id, others[name].secret_access_key) for name in (WORKER, WEB)
        ]
        keys.append((found.access_key_id, found.secret_access_key))
    else:
        where = _where(settings)
        one = (settings.s3_access_key_id, settings.s3_secret_access_key)
        web = (settings.s3_web_access_key_id, settings.s3_web_secret_access_key)
        prepare = (settings.s3_prepare_access_key_id, settings.s3_prepare_secret_access_key)
        keys = [one, web if web[0] else one, prepare if prepare[0] else one]
    return tuple(
        replace(where, access_key_id=name, secret_access_key=secret) for name, secret in keys
    )


def _where(settings: Settings) -> S3Config:
    return S3Config(
        bucket=settings.s3_bucket,
        endpoint_url=settings.s3_endpoint_url,
        region=settings.s3_region,
        lock_mode=settings.s3_lock_mode,
    )
