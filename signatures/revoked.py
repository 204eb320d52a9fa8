"""Whether a seal or a time stamp was made with a certificate that was revoked by then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography import x509

from signatures.found_seals import Seal
from signatures.report import FAILS, Answer


def revoked(seals: Sequence[Seal], crls: Sequence[x509.CertificateRevocationList]) -> Answer | None:
    """The answer for the first one that was; None when there is none.

    The time is that of the token, as nothing else in the file proves one (RFC 3161, 4.1).
    """
    for each in seals:
        moment = each.found.token_time
        if moment is None:
            continue
        for certificate in _travelling(each):
            since = _since(certificate, crls)
            if since is not None and moment >= since:
                detail = f"revoked {since.isoformat()}"
                return Answer("chains", FAILS, "revoked", each.signed.field, detail)
    return None


def _travelling(seal: Seal) -> Iterator[x509.Certificate]:
    """Every certificate that travels with a seal and with its token, their issuers too."""
    if seal.container is not None:
        yield from seal.container.certificates
        if seal.container.token is not None:
            yield from seal.container.token.certificates


def _since(
    certificate: x509.Certificate, crls: Sequence[x509.CertificateRevocationList]
) -> datetime | None:
    """From when on a list of its issuer revokes it. An issuer keeps its name when its key is
    replaced, so the list must also be of the same key."""
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
