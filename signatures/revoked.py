"""Whether a seal or a time stamp was made with a certificate that was revoked by then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from asn1crypto import cms
from cryptography import x509
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signatures.report import FAILS, Answer


def revoked(
    embedded: Sequence[EmbeddedPdfSignature], crls: Sequence[x509.CertificateRevocationList]
) -> Answer | None:
    """The answer for the first one that was; None when there is none.

    The time is that of the token, as nothing else in the file proves one (RFC 3161, 4.1).
    """
    for each in embedded:
        for signed, moment in _made(each):
            for certificate in _signers(signed):
                since = _since(certificate, crls)
                if since is not None and moment >= since:
                    return Answer(
                        "chains", FAILS, f"{each.field_name}: revoked {since.isoformat()}"
                    )
    return None


def _made(each: EmbeddedPdfSignature) -> Iterator[tuple[cms.SignedData, datetime]]:
    """The signature and its token, with the token's time; a closing time stamp is both in one."""
    signed = each.signed_data
    if signed["encap_content_info"]["content_type"].native == "tst_info":
        yield signed, _time(signed)
        return
    for attribute in each.signer_info["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            token = attribute["values"][0]["content"]
            yield signed, _time(token)
            yield token, _time(token)


def _time(token: cms.SignedData) -> datetime:
    moment: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return moment.astimezone(UTC)


def _signers(signed: cms.SignedData) -> Iterator[x509.Certificate]:
    """Every certificate that travels with it, its issuers too."""
    for each in signed["certificates"]:
        yield x509.load_der_x509_certificate(each.chosen.dump())


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
