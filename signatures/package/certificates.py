"""Checks a package's certificates and revocation lists against the given roots; a root in the
package is only compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signatures.chains.certificates import fingerprint
from signatures.chains.plain import Material, path_of
from signatures.cms.containers import Container
from signatures.cms.containers import read as read_container
from signatures.package.case import Case
from signatures.package.finding import Finding, fails
from signatures.package.names import (
    AGREEMENT,
    LISTS_OF_STAMP_SERVICE,
    OF_STAMP_SERVICE,
    OWN_CERTIFICATES,
    OWN_LISTS,
    ROOT,
    SHEET,
    STAMP_ROOT,
)
from signatures.pdf.revisions import Revisions
from signatures.pdf.signed_fields import signed_fields

_BLOCK = rb"-----BEGIN %(kind)s-----\n(?:[A-Za-z0-9+/=]{1,76}\n)+-----END %(kind)s-----\n"
_ONLY_CERTIFICATES = re.compile(b"(?:" + _BLOCK % {b"kind": b"CERTIFICATE"} + b")+")
_ONLY_LISTS = re.compile(b"(?:" + _BLOCK % {b"kind": b"X509 CRL"} + b")+")
_BETWEEN = re.compile(rb"(?<=-----END X509 CRL-----\n)")


def check_certificates(case: Case) -> Iterator[Finding]:
    """The certificates are ours or a stamp authority's, and include those of the seals."""
    found: dict[str, list[x509.Certificate]] = {}
    for name in (*OWN_CERTIFICATES, STAMP_ROOT, OF_STAMP_SERVICE):
        if name not in case.files:
            continue
        read = _certificates(case.files[name])
        if read is None:
            yield fails("certificates", "certificate_unreadable", name)
        else:
            found[name] = read
    given = {ROOT: case.trust.roots, STAMP_ROOT: case.trust.stamp_roots}
    known = [*case.trust.roots, *case.trust.stamp_roots]
    together = Material([each for read in found.values() for each in read], ())
    used = _used(case)
    for name, read in found.items():
        if name in given:
            wrong = any(each not in given[name] for each in read)
        else:
            wrong = any(
                each not in used and path_of(each, known, together) is None for each in read
            )
        if wrong:
            yield fails("certificates", "certificate_other", name)
    yield from _missing(case, found, used)
    for name in (*OWN_LISTS, LISTS_OF_STAMP_SERVICE):
        if name in case.files and not _are_lists_of(
            case.files[name], [*known, *together.certificates]
        ):
            yield fails("certificates", "list_other", name)


def _missing(
    case: Case, found: dict[str, list[x509.Certificate]], used: Sequence[x509.Certificate]
) -> Iterator[Finding]:
    """Missing certificates: those of each seal, and the sheet's root."""
    there = {each for read in found.values() for each in read}
    said = case.sheet.said["seal"]
    for name, digest in (
        (OWN_CERTIFICATES[2], said["certificate_sha256"]),
        (ROOT, said["root_sha256"]),
    ):
        prints = {fingerprint(each) for each in found.get(name, ())}
        if name in found and digest not in prints:
            yield fails("certificates", "certificate_missing", name)
            return
    if any(each not in there for each in used) and set(OWN_CERTIFICATES) <= found.keys():
        yield fails("certificates", "certificate_missing", OWN_CERTIFICATES[2])


def _used(case: Case) -> list[x509.Certificate]:
    found: dict[x509.Certificate, None] = {}
    for document in (AGREEMENT, SHEET):
        if not case.sound(document):
            continue
        pdf = case.files[document]
        for each in signed_fields(Revisions(pdf)):
            start, end = each.container
            container = read_container(pdf[start:end])
            for one in _with_token(container):
                found[one.certificate] = None
    return list(found)


def _with_token(container: Container) -> Iterator[Container]:
    yield container
    if container.stamped is None and (token := container.token) is not None:
        yield token


def _certificates(encoded: bytes) -> list[x509.Certificate] | None:
    if not _ONLY_CERTIFICATES.fullmatch(encoded):
        return None
    try:
        return x509.load_pem_x509_certificates(encoded)
    except ValueError:
        return None


def _are_lists_of(encoded: bytes, issuers: Sequence[x509.Certificate]) -> bool:
    """Whether a file holds only revocation lists, each signed by one of these."""
    if not _ONLY_LISTS.fullmatch(encoded):
        return False
    try:
        lists = [x509.load_pem_x509_crl(each) for each in _BETWEEN.split(encoded) if each]
    except ValueError:
        return False
    return all(any(_signed(each, issuer) for issuer in issuers) for each in lists)


def _signed(found: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return False
    return found.issuer == issuer.subject and found.is_signature_valid(key)
