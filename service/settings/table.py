"""The settings of the service: read once from the environment, validated together, immutable.

Each row of ``TABLE`` is one variable, which may be given as ``NAME_FILE``, the path of a file with
the value. An empty one is not set. An unknown ``ZEGEL_`` name is refused: a misspelt setting would
have no effect.

``python -m service.settings.page`` prints the table for ``docs/settings.md``.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.error_codes import StartCode
from service.errors import ZegelError
from service.settings import values as value
from service.settings.choices import AWS_KMS, DEVELOPMENT, PKCS11, PRODUCTION, SOFTWARE
from service.settings.together import seen_together, store_is_embedded
from service.settings.values import WrongValue

if TYPE_CHECKING:
    from cryptography import x509

SECRET_BYTES = 32
PASSPHRASE_CHARACTERS = 12


@dataclass(frozen=True)
class Settings:
    """The operator's choices. Secrets are left out of ``repr``."""

    mode: str
    data_dir: Path
    base_url: str
    host: str
    port: int
    secret_key: bytes | None = field(repr=False)  # None: see development_secret
    embedded: bool
    database_url: str | None = field(repr=False)  # None: the embedded one
    database_owner_url: str | None = field(repr=False)  # None: the service owns its tables
    s3_endpoint_url: str | None
    s3_region: str
    s3_bucket: str
    s3_access_key_id: str | None
    s3_secret_access_key: str | None = field(repr=False)
    s3_web_access_key_id: str | None  # None: the same as the worker
    s3_web_secret_access_key: str | None = field(repr=False)
    s3_prepare_access_key_id: str | None  # None: the same as the worker
    s3_prepare_secret_access_key: str | None = field(repr=False)
    s3_lock_mode: str
    embedded_object_store: bool
    smtp_host: str | None  # None: the mailbox of development mode
    smtp_port: int
    smtp_user: str | None
    smtp_password: str | None = field(repr=False)
    smtp_security: str
    mail_from: str
    plain_smtp_reason: str  # the reason for a plain connection; empty: only in development
    plain_s3_reason: str
    plain_database_reason: str
    office_not_isolated_reason: str
    organisation: str | None  # the name in new certificates; None: the example's
    key_dir: Path
    key_passphrase: bytes | None = field(repr=False)
    seal_provider: str
    seal_keystore: Path | None  # None: the key in key_dir
    seal_keystore_passphrase: bytes | None = field(repr=False)
    seal_root: Path | None
    pkcs11_library: Path | None
    pkcs11_token: str | None
    pkcs11_key: str | None
    pkcs11_pin: str | None = field(repr=False)
    kms_key: str | None
    kms_region: str | None
    kms_endpoint_url: str | None  # None: Amazon's
    tsa_urls: tuple[str, ...]  # empty: our own time stamp authority
    tsa_roots: tuple[x509.Certificate, ...]  # of third-party authorities, including former ones
    tsa_policies: tuple[str, ...]  # empty: any
    tsa_per_minute: int
    tsa_authorization: Mapping[str, str] = field(repr=False)  # by address
    trusted_list: Path | None
    trusted_list_signers: tuple[x509.Certificate, ...]
    stamp_renew_days: int
    web_threads: int
    web_workers: int
    office_workers: int
    soffice: str | None  # None: searched for
    office_python: str | None
    link_days: int
    bulk_mails_per_minute: int  # 0: no limit
    reminder_days: tuple[int, ...]  # negative: before the deadline; empty: none
    staff_may_copy_link: bool
    trusted_proxies: int
    lock_days: int
    retention_years: int
    copy_days: int
    register_dpo: str  # the processor's own facts in the register; empty: not given
    register_transfers: str
    register_security: str

    @property
    def development(self) -> bool:
        """Whether this machine is for trying things out: mails stay here, http is allowed."""
        return self.mode == DEVELOPMENT


@dataclass(frozen=True)
class Problem:
    """One problem; ``code`` names its sentence in ``settings.problems``."""

    code: str
    values: Mapping[str, object]


class SettingsError(ZegelError):
    """The settings are unusable because of ``problems``."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(StartCode.SETTINGS)
        self.problems = problems

    def __str__(self) -> str:
        return f"{self.code}: {self.problems}"


@dataclass(frozen=True)
class Setting:
    """One variable: how it is parsed, and its default."""

    name: str
    parse: Callable[[str], Any]
    default: Any = None  # a function is called with the values so far
    secret: bool = False
    called: str = ""

    @property
    def attribute(self) -> str:
        """Its name in ``Settings``."""
        return self.called or self.name.lower().removeprefix("zegel_")


def _cpus(_values: Mapping[str, Any]) -> int:
    return min(2, os.cpu_count() or 1)


TABLE: tuple[Setting, ...] = (
    Setting("ZEGEL_MODE", value.one_of(DEVELOPMENT, PRODUCTION)),
    Setting("ZEGEL_DATA", value.path, lambda _given: Path("var").absolute(), called="data_dir"),
    Setting("ZEGEL_HOST", value.words, "127.0.0.1"),
    Setting("ZEGEL_PORT", value.whole_number(1, 65535), 8000),
    Setting("ZEGEL_BASE_URL", value.address, lambda given: f"http://127.0.0.1:{given['port']}"),
    Setting("ZEGEL_SECRET_KEY", value.secret(SECRET_BYTES), secret=True),
    Setting("ZEGEL_EMBEDDED", value.truth, lambda given: given["mode"] == DEVELOPMENT),
    Setting("DATABASE_URL", value.database_address, secret=True),
    Setting("DATABASE_OWNER_URL", value.database_address, secret=True),
    Setting("S3_ENDPOINT_URL", value.web_address),
    Setting("S3_REGION", value.words, "us-east-1"),
    Setting("S3_BUCKET", value.words, "zegel-archief"),
    Setting("S3_ACCESS_KEY_ID", value.words),
    Setting("S3_SECRET_ACCESS_KEY", value.words, secret=True),
    Setting("S3_WEB_ACCESS_KEY_ID", value.words),
    Setting("S3_WEB_SECRET_ACCESS_KEY", value.words, secret=True),
    Setting("S3_PREPARE_ACCESS_KEY_ID", value.words),
    Setting("S3_PREPARE_SECRET_ACCESS_KEY", value.words, secret=True),
    Setting("S3_LOCK_MODE", value.one_of("GOVERNANCE", "COMPLIANCE"), "GOVERNANCE"),
    Setting("SMTP_HOST", value.words),
    Setting("SMTP_PORT", value.whole_number(1, 65535), 587),
    Setting("SMTP_USER", value.words),
    Setting("SMTP_PASSWORD", value.words, secret=True),
    Setting("SMTP_SECURITY", value.one_of("starttls", "tls", "none"), "starttls"),
    Setting("MAIL_FROM", value.mail_address, "Zegel <zegel@localhost>"),
    Setting("ZEGEL_PLAIN_SMTP_REASON", value.reason, ""),
    Setting("ZEGEL_PLAIN_S3_REASON", value.reason, ""),
    Setting("ZEGEL_PLAIN_DATABASE_REASON", value.reason, ""),
    Setting("ZEGEL_OFFICE_NOT_ISOLATED_REASON", value.reason, ""),
    Setting("ZEGEL_ORGANISATION", value.words),
    Setting("ZEGEL_KEY_DIR", value.path, lambda given: given["data_dir"] / "sleutels"),
    Setting("ZEGEL_KEY_PASSPHRASE", value.secret(PASSPHRASE_CHARACTERS), secret=True),
    Setting("ZEGEL_SEAL_PROVIDER", value.one_of(SOFTWARE, PKCS11, AWS_KMS), SOFTWARE),
    Setting("ZEGEL_SEAL_KEYSTORE", value.path),
    Setting("ZEGEL_SEAL_KEYSTORE_PASSPHRASE", value.secret(1), secret=True),
    Setting("ZEGEL_SEAL_ROOT", value.path),
    Setting("ZEGEL_PKCS11_LIBRARY", value.path),
    Setting("ZEGEL_PKCS11_TOKEN", value.words),
    Setting("ZEGEL_PKCS11_KEY", value.words),
    Setting("ZEGEL_PKCS11_PIN", value.words, secret=True),
    Setting("ZEGEL_KMS_KEY", value.words),
    Setting("ZEGEL_KMS_REGION", value.words),
    Setting("ZEGEL_KMS_ENDPOINT_URL", value.web_address),
    Setting("ZEGEL_TSA_URLS", value.web_addresses, ()),
    Setting("ZEGEL_TSA_ROOTS", value.roots, ()),
    Setting("ZEGEL_TSA_POLICIES", value.policies, ()),
    Setting("ZEGEL_TSA_PER_MINUTE", value.whole_number(6, 6000), 60),
    Setting("ZEGEL_TSA_AUTHORIZATION", value.authorizations, lambda _given: {}, secret=True),
    Setting("ZEGEL_TRUSTED_LIST", value.path),
    Setting("ZEGEL_TRUSTED_LIST_SIGNERS", value.certificates, ()),
    Setting("ZEGEL_STAMP_RENEW_DAYS", value.whole_number(30, 3650), 365),
    Setting("ZEGEL_WEB_THREADS", value.whole_number(1, 256), 8),
    Setting("ZEGEL_WEB_WORKERS", value.whole_number(1, 64), _cpus),
    Setting("ZEGEL_OFFICE_WORKERS", value.whole_number(1, 64), _cpus),
    Setting("ZEGEL_SOFFICE", value.words),
    Setting("ZEGEL_OFFICE_PYTHON", value.words),
    Setting("ZEGEL_LINK_DAYS", value.whole_number(1, 365), 30),
    Setting("ZEGEL_BULK_MAILS_PER_MINUTE", value.whole_number(0, 100_000), 1200),
    Setting("ZEGEL_REMINDER_DAYS", value.marked_days, (3, 10, -3)),
    Setting("ZEGEL_STAFF_MAY_COPY_LINK", value.truth, True),
    Setting("ZEGEL_TRUSTED_PROXIES", value.whole_number(0, 10), 0),
    Setting("ZEGEL_LOCK_DAYS", value.whole_number(1, 3650), 400),
    Setting("ZEGEL_RETENTION_YEARS", value.whole_number(1, 50), 10),
    Setting("ZEGEL_COPY_DAYS", value.whole_number(1, 3650), 30),
    Setting("ZEGEL_REGISTER_DPO", value.words, ""),
    Setting("ZEGEL_REGISTER_TRANSFERS", value.words, ""),
    Setting("ZEGEL_REGISTER_SECURITY", value.words, ""),
)


def load_settings(
    environ: Mapping[str, str], *, mode_default: str = PRODUCTION, keys: bool = True
) -> Settings:
    """The settings in these variables. Raises SettingsError with every problem.

    Without ``keys`` the passphrase and the organisation may be absent: for a process that only
    reads certificates. In development the secret key may be absent (``development_secret``).
    """
    problems = list(_unknown_names(environ))
    given: set[str] = set()
    values: dict[str, Any] = {}
    for setting in TABLE:
        try:
            raw = _raw(setting, environ)
            if raw is None:
                values[setting.attribute] = _default(setting, values, mode_default)
            else:
                given.add(setting.name)
                values[setting.attribute] = setting.parse(raw)
        except WrongValue as wrong:
            given.add(setting.name)  # wrong, not absent: one sentence about it is enough
            problems.append(Problem(wrong.code, {"name": setting.name, **wrong.values}))
            values[setting.attribute] = _default(setting, values, mode_default)
    problems += [Problem(code, details) for code, details in seen_together(values, given)]
    if keys and values["mode"] == PRODUCTION:
        names = ("ZEGEL_ORGANISATION", "ZEGEL_KEY_PASSPHRASE")
        missing = [name for name in names if name not in given]
        problems += [Problem("required", {"name": name}) for name in missing]
    if problems:
        raise SettingsError(problems)
    return Settings(**values, embedded_object_store=store_is_embedded(given))


def development_secret(data_dir: Path) -> bytes:
    """The secret key of a development machine: made once, kept in ``secret-key`` with mode 0600."""
    path = data_dir / "secret-key"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(SECRET_BYTES).encode())
    return path.read_bytes()


def _raw(setting: Setting, environ: Mapping[str, str]) -> str | None:
    direct, file = environ.get(setting.name), environ.get(f"{setting.name}_FILE")
    if direct and file:
        raise WrongValue("given_twice")
    if not file:
        return direct.strip() if direct and direct.strip() else None
    try:
        content = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongValue("unreadable", file=file, reason=str(error)) from error
    if not content:
        raise WrongValue("empty_file", file=file)
    return content


def _default(setting: Setting, values: Mapping[str, Any], mode_default: str) -> Any:
    if setting.attribute == "mode":
        return mode_default
    return setting.default(values) if callable(setting.default) else setting.default


def _unknown_names(environ: Mapping[str, str]) -> Iterator[Problem]:
    known = {setting.name for setting in TABLE}
    for name in sorted(environ):
        if name.startswith("ZEGEL_") and name.removesuffix("_FILE") not in known:
            yield Problem("unknown", {"name": name})
