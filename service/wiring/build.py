"""Builds Deps from settings: the only place that chooses and builds external services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from service.agreement.template_version import TemplateVersion
from service.database.engine import Database
from service.deps import Deps, Mailer, Maker
from service.mail.mailbox import FolderMailbox
from service.mail.smtp import SmtpMailer
from service.settings.table import Settings, development_secret
from service.wiring.stamps import chains, timestamps
from storage.config import S3Config

if TYPE_CHECKING:
    from signatures.keys.authority import Authority
    from signatures.sealing.seal import Sealer
    from signatures.stamps.timestamps import Timestamps
    from storage.objects import ObjectStore

T = TypeVar("T")
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "nl" / "documents"


def libpq_url(database_url: str) -> str:
    return database_url.replace("postgresql+psycopg://", "postgresql://", 1)


def build(settings: Settings, database_url: str, store: S3Config) -> Deps:
    """All external services for one process. Fast: nothing is contacted here."""
    database = Database(database_url)
    maker = _Once(lambda: _maker(settings))
    authority = _Once(lambda: _authority(settings), unless=lambda made: made.superseded)

    # One per process: it limits how often a third-party service is asked.
    stamps = _Once(lambda: timestamps(settings, authority()), unless=lambda made: made.superseded)
    sealer = _Once(
        lambda: _sealer(settings, authority(), stamps()), unless=lambda made: made.superseded
    )

    def close() -> None:
        if maker.made is not None:
            maker.made.close()
        database.close()

    return Deps(
        settings=settings,
        secret_key=settings.secret_key or development_secret(settings.data_dir),
        database=database,
        mailer=_mailer(settings),
        template=installed_template(),
        maker=maker,
        authority=authority,
        timestamps=stamps,
        sealer=sealer,
        objects=_Once(lambda: _objects(store)),
        close=close,
    )


def mailbox(settings: Settings) -> FolderMailbox:
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


def installed_template() -> TemplateVersion:
    """The agreement's template of this version of Zegel, read without the libraries that fill
    it."""
    folder = TEMPLATES / "agreement"
    declaration = (folder / "template.toml").read_text(encoding="utf-8")
    return TemplateVersion.of((folder / "agreement.docx").read_bytes(), declaration)


def _maker(settings: Settings) -> Maker:
    # A web process never makes documents, and this costs 25 MiB.
    from service.documents.office_folder import best_parent  # noqa: PLC0415
    from service.documents.produce import DocumentMaker  # noqa: PLC0415

    return DocumentMaker(
        TEMPLATES,
        workers=settings.office_workers,
        soffice=settings.soffice,
        office_python=settings.office_python,
        work_dir=best_parent(settings.data_dir / "kantoor"),
    )


def _authority(settings: Settings) -> Authority:
    # Imported at first use: a web process rarely shows certificates.
    from service.wiring.seal_keys import authority  # noqa: PLC0415

    return authority(settings)


def _sealer(settings: Settings, authority: Authority, timestamps: Timestamps) -> Sealer:
    # Only a worker seals, and the PDF library costs 30 MiB.
    from service.wiring.seal_keys import provider  # noqa: PLC0415
    from signatures.keys.authority import check_validity  # noqa: PLC0415
    from signatures.sealing.seal import Sealer  # noqa: PLC0415

    check_validity(authority, datetime.now(UTC))
    return Sealer(provider(settings, authority), timestamps, authority, chains=chains(settings))


def _objects(store: S3Config) -> ObjectStore:
    # Imported at first use, like the client in it.
    from storage.objects import ObjectStore  # noqa: PLC0415

    objects = ObjectStore(store)
    objects.ensure_bucket()
    return objects


class _Once(Generic[T]):
    """Makes an object at first use and keeps it ``unless`` it has become invalid. A failure is not
    kept."""

    def __init__(
        self, make: Callable[[], T], *, unless: Callable[[T], bool] = lambda _made: False
    ) -> None:
        self._make, self._unless = make, unless
        self._lock = Lock()
        self.made: T | None = None

    def __call__(self) -> T:
        with self._lock:
            if self.made is None or self._unless(self.made):
                self.made = self._make()
            return self.made
