"""Finds seals and time stamps made with a certificate that was already revoked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from signatures.verdict.report import FAILS, Answer


@dataclass(frozen=True)
class Used:
    """A certificate that sealed or stamped, with its known issuers. ``at`` is the token's time:
    nothing else in a file proves one (RFC 3161, 4.1)."""

    place: str
    at: datetime
    path: Sequence[x509.Certificate]


def revoked(used: Iterable[Used], crls: Sequence[x509.CertificateRevocationList]) -> Answer | None:
    """The answer for the first certificate revoked, itself or through an issuer."""
    for each in used:
        for certificate in each.path:
            since = _since(certificate, crls)
            if since is not None and each.at >= since:
                detail = f"revoked {since.isoformat()}"
                return Answer("chains", FAILS, "revoked", each.place, detail)
    return None


def _since(
    certificate: x509.Certificate, crls: Sequence[x509.CertificateRevocationList]
) -> datetime | None:
    """When a list of its issuer revokes it. The list must be of the same key: an issuer keeps its
    name when its key is replaced."""
    for crl in crls:
        if crl.issuer == certificate.issuer and _key(crl) == _key(certificate):
            entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry is not None:
                return entry.revocation_date_utc
    return None


def _key(issued: x509.Certificate | x509.CertificateRevocationList) -> bytes | None:
    try:
        named = issued.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except x509.ExtensionNotFound:
        return None
    return named.value.key_identifier
