"""Settings to Deps: the only place that chooses and builds what is outside."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TypeVar

import procrastinate
from procrastinate import PsycopgConnector, SyncPsycopgConnector

from service.database.engine import Database
from service.deps import Deps, Mailer, Maker
from service.mail.mailbox import FolderMailbox
from service.mail.smtp import SmtpMailer
from service.settings import Settings, development_secret
from signatures.authority import Authority, load_authority
from signatures.providers.software import SoftwareProvider
from signatures.seal import Sealer
from signatures.timestamps import HttpTimestamps, LocalTimestamps
from storage.objects import ObjectStore, S3Config

T = TypeVar("T")
TEMPLATES = Path(__file__).resolve().parents[1] / "templates" / "nl" / "documents"


def deferrer() -> procrastinate.App:
    """A job application that only defers; every deferral brings its own connection."""
    return procrastinate.App(connector=SyncPsycopgConnector())


def worker_app(database_url: str) -> procrastinate.App:
    """A job application that works, with its own pool of connections."""
    return procrastinate.App(connector=PsycopgConnector(conninfo=libpq_url(database_url)))


def libpq_url(database_url: str) -> str:
    """The same address without SQLAlchemy's driver name."""
    return database_url.replace("postgresql+psycopg://", "postgresql://", 1)


def build(settings: Settings, database_url: str, store: S3Config) -> Deps:
    """Everything outside, for one process. Nothing slow happens here."""
    database = Database(database_url, deferrer())
    makers: list[Maker] = []

    def maker() -> Maker:
        makers.append(_maker(settings))
        return makers[0]

    def close() -> None:
        for each in makers:
            each.close()
        database.close()

    return Deps(
        settings=settings,
        secret_key=settings.secret_key or development_secret(settings.data_dir),
        database=database,
        mailer=_mailer(settings),
        maker=_once(maker),
        authority=_once(lambda: _authority(settings)),
        sealer=_once(lambda: _sealer(settings)),
        objects=_once(lambda: _objects(store)),
        close=close,
    )


def mailbox(settings: Settings) -> FolderMailbox:
    """The mailbox of development mode."""
    return FolderMailbox(settings.data_dir / "mailbox")


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp_host is None:
        return mailbox(settings)
    return SmtpMailer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password,
        security=settings.smtp_security,
        mail_from=settings.mail_from,
    )


def _maker(settings: Settings) -> Maker:
    # Imported here: a web process never makes documents, and this costs it 25 MiB.
    from service.documents.produce import DocumentMaker  # noqa: PLC0415

    return DocumentMaker(
        TEMPLATES,
        workers=settings.office_workers,
        soffice=settings.soffice,
        office_python=settings.office_python,
        work_dir=settings.data_dir / "kantoor",
    )


@cache
def _load(directory: Path, passphrase: bytes | None) -> Authority:
    return load_authority(directory, passphrase)


def _authority(settings: Settings) -> Authority:
    return _load(settings.key_dir, settings.key_passphrase)


def _sealer(settings: Settings) -> Sealer:
    authority = _authority(settings)
    stamps = HttpTimestamps(settings.tsa_urls) if settings.tsa_urls else LocalTimestamps(authority)
    return Sealer(SoftwareProvider(authority), stamps, authority)


def _objects(store: S3Config) -> ObjectStore:
    objects = ObjectStore(store)
    objects.ensure_bucket()
    return objects


def _once(make: Callable[[], T]) -> Callable[[], T]:
    """Make at first use and keep; a failure is not kept, so the next use tries again."""
    made: list[T] = []
    lock = Lock()

    def get() -> T:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return get
