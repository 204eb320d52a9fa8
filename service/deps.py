"""The external services of the workflow, chosen and built only in ``wiring``. What is slow to make
or needed by one process only is a function that makes it at first use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, Protocol

from service.agreement.template_version import TemplateVersion
from service.database.engine import Database
from service.documents.own.findings import Finding
from service.settings.table import Settings

if TYPE_CHECKING:  # loaded at first use, see wiring
    from signatures.keys.authority import Authority
    from signatures.sealing.seal import Sealer
    from signatures.stamps.timestamps import Timestamps
    from storage.objects import ObjectStore


class MadeDocument(Protocol):
    """A finished PDF with its related data."""

    @property
    def pdf(self) -> bytes: ...
    @property
    def sha256(self) -> str: ...
    @property
    def pages(self) -> int: ...
    @property
    def reading_html(self) -> str: ...
    @property
    def template_version(self) -> str: ...
    @property
    def template_sha256(self) -> str: ...
    @property
    def engine(self) -> str: ...


class MadeSample(Protocol):
    """A sample of an own template with the texts of its ``pages``; empty if it has findings."""

    @property
    def pdf(self) -> bytes: ...
    @property
    def pages(self) -> Sequence[str]: ...
    @property
    def reading_html(self) -> str: ...
    @property
    def least_html(self) -> str: ...
    @property
    def least_pdf(self) -> bytes: ...
    @property
    def findings(self) -> Sequence[Finding]: ...
    def pictures(self) -> Sequence[bytes]: ...
    def least_pictures(self) -> Sequence[bytes]: ...
    def placed(self, findings: Iterable[Finding]) -> Sequence[Finding]: ...


class Maker(Protocol):
    """Makes documents: fills the template and converts it. Raises GenerationFailed."""

    def agreement(
        self,
        template: TemplateVersion,
        context: Any,
        *,
        fields: Sequence[str],
        dated: datetime,
        preview: bool = False,
    ) -> MadeDocument: ...

    def common_text(self, template: TemplateVersion, context: Any, *, dated: datetime) -> str: ...

    def sample(self, template: TemplateVersion) -> MadeSample: ...

    def evidence_sheet(
        self,
        context: Any,
        *,
        evidence_json: bytes,
        dated: datetime,
        colour: str = "",
        logo: bytes = b"",
    ) -> bytes: ...

    def close(self) -> None: ...


class Mailer(Protocol):
    """Sends a mail. Raises MailTemporaryFailure or MailRefused of ``service.mail``."""

    def send(self, message: EmailMessage, *, recipient: str) -> None: ...


@dataclass(frozen=True)
class Deps:
    """All external services of one process."""

    settings: Settings
    secret_key: bytes
    database: Database
    mailer: Mailer
    template: TemplateVersion  # from which new agreements are made
    maker: Callable[[], Maker]
    authority: Callable[[], Authority]
    timestamps: Callable[[], Timestamps]
    sealer: Callable[[], Sealer]
    objects: Callable[[], ObjectStore]
    close: Callable[[], None]
