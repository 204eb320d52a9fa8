"""Opening the engines that the settings name, embedded ones included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from service.engines import EmbeddedObjectStore, EmbeddedPostgres
from service.settings import Settings
from storage.objects import S3Config


@dataclass(frozen=True)
class Engines:
    """Where the database and the archive are, once they answer."""

    database_url: str
    store: S3Config


@contextmanager
def engines(settings: Settings) -> Iterator[Engines]:
    """Start the embedded engines the settings ask for, and stop what was started here.

    Processes that open the same data directory share one engine; the last to leave stops it.
    Raises EngineError.
    """
    with ExitStack() as running:
        database_url = settings.database_url
        if database_url is None:
            postgres = EmbeddedPostgres(settings.data_dir / "postgres")
            database_url = postgres.start()
            running.callback(postgres.stop)
        if settings.embedded_object_store:
            objects = EmbeddedObjectStore(settings.data_dir / "objecten")
            address = objects.start()
            running.callback(objects.stop)
            store = S3Config(
                bucket=settings.s3_bucket,
                endpoint_url=address.endpoint_url,
                region=address.region,
                access_key_id=address.access_key_id,
                secret_access_key=address.secret_access_key,
                lock_mode=settings.s3_lock_mode,
            )
        else:
            store = S3Config(
                bucket=settings.s3_bucket,
                endpoint_url=settings.s3_endpoint_url,
                region=settings.s3_region,
                access_key_id=settings.s3_access_key_id,
                secret_access_key=settings.s3_secret_access_key,
                lock_mode=settings.s3_lock_mode,
            )
        yield Engines(_with_driver(database_url), store)


def _with_driver(url: str) -> str:
    """SQLAlchemy's name for psycopg 3 in front of a plain address."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
