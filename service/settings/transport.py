"""Finds connections that would leave this machine unencrypted: refused outside development, unless
the operator gives a reason, which is then shown. Sockets and loopback addresses are safe."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

# Encryption is not enough: only these two verify the server.
VERIFIED = ("verify-full", "verify-ca")


@dataclass(frozen=True)
class InTheClear:
    """An unencrypted connection: the setting that opens it, and the one for the reason to allow
    it."""

    code: str
    setting: str
    reason_setting: str
    reason: str


def in_the_clear(values: Mapping[str, Any]) -> Iterator[InTheClear]:
    """The unencrypted connections of these settings, by the attributes of ``Settings``."""
    mail = values["smtp_host"]
    if mail and values["smtp_security"] == "none" and not is_here(mail):
        yield InTheClear(
            "plain_smtp", "SMTP_SECURITY", "ZEGEL_PLAIN_SMTP_REASON", values["plain_smtp_reason"]
        )
    if is_plain(values["s3_endpoint_url"]):
        yield InTheClear(
            "plain_s3", "S3_ENDPOINT_URL", "ZEGEL_PLAIN_S3_REASON", values["plain_s3_reason"]
        )
    for setting, attribute in (
        ("DATABASE_URL", "database_url"),
        ("DATABASE_OWNER_URL", "database_owner_url"),
    ):
        if is_unverified(values[attribute]):
            yield InTheClear(
                "plain_database",
                setting,
                "ZEGEL_PLAIN_DATABASE_REASON",
                values["plain_database_reason"],
            )


def is_plain(address: str | None) -> bool:
    """Whether this web address is http on another machine."""
    parts = urlsplit(address or "")
    return parts.scheme == "http" and not is_here(parts.hostname or "")


def is_unverified(url: str | None) -> bool:
    """Whether this PostgreSQL address leads to another machine without verifying it."""
    if not url:
        return False
    parts = urlsplit(url)
    given = parse_qs(parts.query, keep_blank_values=True)
    place = parts.netloc.rpartition("@")[2]
    hosts = [_without_port(each) for each in place.split(",")]
    hosts += [each for name in ("host", "hostaddr") for each in _listed(given, name)]
    elsewhere = any(host and not is_here(host) for host in hosts) or "service" in given
    modes = _listed(given, "sslmode")
    return elsewhere and not (modes and all(mode in VERIFIED for mode in modes))


def is_here(host: str) -> bool:
    """Whether this is a socket's folder or a loopback address."""
    if host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _without_port(place: str) -> str:
    host = unquote(place)
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _listed(given: Mapping[str, list[str]], name: str) -> list[str]:
    return [each for value in given.get(name, ()) for each in value.split(",")]
