"""Converts the text of an environment variable to a value: each function raises WrongValue."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

if TYPE_CHECKING:
    from cryptography import x509

_LOCAL_PART = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}", re.ASCII)
_POLICY = re.compile(r"[0-2](\.\d{1,39}){1,30}")
YES = frozenset({"1", "true", "yes", "on", "ja"})
NO = frozenset({"0", "false", "no", "off", "nee"})


class WrongValue(Exception):
    """An unusable value; ``code`` names the sentence in ``settings.toml``."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def words(raw: str) -> str:
    return raw


def reason(raw: str) -> str:
    """A reason: one line that a person can judge."""
    if not 10 <= len(raw) <= 300 or not raw.isprintable():
        raise WrongValue("not_reason")
    return raw


def truth(raw: str) -> bool:
    """Only the known words, so that ``ture`` does not silently become ``false``."""
    if raw.lower() in YES:
        return True
    if raw.lower() in NO:
        return False
    raise WrongValue("not_boolean")


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """An integer between two bounds, both included."""

    def parse(raw: str) -> int:
        if not raw.isascii() or not raw.isdigit() or not least <= int(raw) <= most:
            raise WrongValue("not_number", least=least, most=most)
        return int(raw)

    return parse


def marked_days(raw: str) -> tuple[int, ...]:
    """Days separated by commas, such as ``3,10,-3``: at most four, not zero, at most a year.
    ``geen`` means none."""
    if raw.lower() == "geen":
        return ()
    days = [part.strip() for part in raw.split(",")]
    if len(days) > 4 or not all(re.fullmatch(r"-?\d{1,3}", day, re.ASCII) for day in days):
        raise WrongValue("not_days")
    found = tuple(dict.fromkeys(int(day) for day in days))
    if not all(1 <= abs(day) <= 365 for day in found):
        raise WrongValue("not_days")
    return found


def one_of(*choices: str) -> Callable[[str], str]:
    """One of a few words, exactly as written."""

    def parse(raw: str) -> str:
        if raw not in choices:
            raise WrongValue("not_choice", choices=", ".join(choices))
        return raw

    return parse


def path(raw: str) -> Path:
    return Path(raw).expanduser().absolute()


def address(raw: str) -> str:
    """``http(s)://host[:port]``; a closing slash is dropped. No path: the service's cookies are
    bound to the whole host."""
    bare = web_address(raw).rstrip("/")
    if urlsplit(bare).path:
        raise WrongValue("has_path")
    return bare


def web_address(raw: str) -> str:
    """``http(s)://host…`` without query and fragment."""
    parts = _split(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongValue("not_address")
    if parts.query or parts.fragment or parts.username:
        raise WrongValue("not_address")
    return raw


def web_addresses(raw: str) -> tuple[str, ...]:
    """Several addresses, separated by commas."""
    return tuple(web_address(part.strip()) for part in raw.split(",") if part.strip())


def roots(raw: str) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM file, at least one of them a self-issued root."""
    found = certificates(raw)
    if not any(each.subject == each.issuer for each in found):
        raise WrongValue("no_root", file=raw)
    return found


def certificates(raw: str) -> tuple[x509.Certificate, ...]:
    # Loaded only if such a setting is given.
    from cryptography import x509  # noqa: PLC0415

    try:
        return tuple(x509.load_pem_x509_certificates(path(raw).read_bytes()))
    except (OSError, ValueError) as problem:
        raise WrongValue("no_certificates", file=raw, reason=str(problem)) from problem


def policies(raw: str) -> tuple[str, ...]:
    """Object identifiers as dotted numbers, separated by commas."""
    found = tuple(part.strip() for part in raw.split(",") if part.strip())
    if not all(_POLICY.fullmatch(each) for each in found):
        raise WrongValue("not_policy")
    return found


def authorizations(raw: str) -> dict[str, str]:
    """One line per service: its https address, a space, and its header ``Authorization``."""
    found = {}
    for line in raw.splitlines():
        url, _, value = line.strip().partition(" ")
        if not url:
            continue
        if not web_address(url).startswith("https://"):
            raise WrongValue("not_https")
        if not value.strip() or not value.isprintable() or not value.isascii():
            raise WrongValue("not_authorization")
        found[url] = value.strip()
    return found


def database_address(raw: str) -> str:
    """An address of PostgreSQL, in SQLAlchemy's form with the psycopg driver."""
    scheme, separator, rest = raw.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise WrongValue("not_postgres")
    return f"postgresql+psycopg://{rest}"


def secret(least: int) -> Callable[[str], bytes]:
    """A secret of at least so many bytes."""

    def parse(raw: str) -> bytes:
        if len(raw.encode()) < least:
            raise WrongValue("too_short", least=least)
        return raw.encode()

    return parse


def mail_address(raw: str) -> str:
    """``name@host`` or ``Name <name@host>``; ASCII before the @, which every server accepts."""
    found = parseaddr(raw)[1]
    local, _, host = found.rpartition("@")
    if not _LOCAL_PART.fullmatch(local) or not host or any(each in raw for each in "\r\n"):
        raise WrongValue("not_mail_address")
    try:
        host.encode("idna")
    except UnicodeError:
        raise WrongValue("not_mail_address") from None
    return raw


def _split(raw: str) -> SplitResult:
    try:
        parts = urlsplit(raw)
        parts.port  # noqa: B018  raises for an invalid port
    except ValueError:
        raise WrongValue("not_address") from None
    return parts
