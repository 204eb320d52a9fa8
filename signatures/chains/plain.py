"""Chain validation in the ordinary case: everything valid and unrevoked at the closing time stamp.

Then the checks of RFC 5280, 6.1 and 6.3 at that moment are the validation of ETSI EN 319 102-1,
5.6. ``whole`` does the rest: OCSP, later revocation, name constraints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from signatures.chains.certificates import issued

LONGEST_PATH = 5
MOST_CERTIFICATES = 60
_HASHES = ("sha256", "sha384", "sha512")
_LEAST_RSA_BITS = 2048
_UNDERSTOOD = (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage)


class NotPlain(Exception):
    """Not the ordinary case; this does not say whether it is valid."""


@dataclass(frozen=True)
class Material:
    """Certificates and revocation lists in the file; not trusted by themselves."""

    certificates: Sequence[x509.Certificate]
    lists: Sequence[x509.CertificateRevocationList]


def path_of(
    certificate: x509.Certificate, roots: Sequence[x509.Certificate], others: Material
) -> list[x509.Certificate] | None:
    """The path from the certificate up to one of the roots, or None.

    Checks only signatures and the right to issue, not dates or revocation.
    """
    return _path_on([certificate], roots, others)


def path_through(
    certificates: Sequence[x509.Certificate],
    first: x509.Certificate,
    roots: Sequence[x509.Certificate],
    others: Material,
) -> list[x509.Certificate] | None:
    """A path that begins with ``first`` and holds all of these certificates, or None."""
    if len(certificates) > LONGEST_PATH:
        return None
    ways = [[first]]
    for way in ways:
        left = [each for each in certificates if each not in way]
        if not left:
            found = _path_on(way, roots, others)
            if found is not None:
                return found
        ways += [
            [*way, each]
            for each in left
            if _issued(way[-1], each, len(way) - 1, trusted=each in roots)
        ]
    return None


def _path_on(
    begun: list[x509.Certificate], roots: Sequence[x509.Certificate], others: Material
) -> list[x509.Certificate] | None:
    if begun[-1] in roots:
        return begun
    ways, seen = [begun], set(begun)
    # Shortest path first: an authority that may issue further away may also issue nearer. So each
    # is tried
    # once.
    for way in ways:
        below = len(way) - 1
        for root in roots:
            if _issued(way[-1], root, below, trusted=True):
                return [*way, root]
        if len(way) + 1 >= LONGEST_PATH:
            continue
        for issuer in others.certificates[:MOST_CERTIFICATES]:
            if issuer not in seen and _issued(way[-1], issuer, below, trusted=False):
                seen.add(issuer)
                ways.append([*way, issuer])
    return None


def _issued(
    certificate: x509.Certificate, issuer: x509.Certificate, below: int, *, trusted: bool
) -> bool:
    """Whether ``issuer``, a CA with room for ``below`` more authorities, signed it.

    A trusted root may be old and lack the CA extensions.
    """
    if certificate.issuer != issuer.subject or not issued(certificate, issuer):
        return False
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    except x509.ExtensionNotFound:
        return trusted
    room = constraints.path_length is None or constraints.path_length >= below
    return constraints.ca and room and usage.key_cert_sign


def check_path(path: Sequence[x509.Certificate], others: Material, at: datetime) -> None:
    """Check that a path is valid at ``at`` and not revoked. Raises NotPlain."""
    for certificate in path[:-1]:
        _check_certificate(certificate, at)
    if not path[-1].not_valid_before_utc <= at <= path[-1].not_valid_after_utc:
        raise NotPlain("root")
    for certificate, issuer in pairwise(path):
        _check_not_revoked(certificate, issuer, others, at)


def _check_certificate(certificate: x509.Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise NotPlain("dates")
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None or algorithm.name not in _HASHES:
        raise NotPlain("algorithm")
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < _LEAST_RSA_BITS:
            raise NotPlain("key")
    elif not isinstance(key, ec.EllipticCurvePublicKey):
        raise NotPlain("key")
    for extension in certificate.extensions:
        if extension.critical and not isinstance(extension.value, _UNDERSTOOD):
            raise NotPlain("extension")
        if isinstance(extension.value, x509.NameConstraints | x509.PolicyConstraints):
            raise NotPlain("extension")


def _check_not_revoked(
    certificate: x509.Certificate, issuer: x509.Certificate, others: Material, at: datetime
) -> None:
    """Raises NotPlain unless this issuer's list is current and does not name the certificate."""
    key = issuer.public_key()
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise NotPlain("key")
    if not issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign:
        raise NotPlain("list")
    for each in others.lists:
        if each.issuer != issuer.subject or not each.is_signature_valid(key):
            continue
        algorithm = each.signature_hash_algorithm
        if algorithm is None or algorithm.name not in _HASHES:
            continue
        if any(extension.critical for extension in each.extensions):
            continue
        ends = each.next_update_utc
        if ends is None or not each.last_update_utc <= at <= ends:
            continue
        if each.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
            raise NotPlain("revoked")
        return
    raise NotPlain("list")


def may_seal(certificate: x509.Certificate) -> bool:
    """Whether it may sign documents (ETSI EN 319 412-2, 4.3.2), and is neither an authority nor
    only for time stamps."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    meant = usage.content_commitment and not may_stamp(certificate)
    return meant and not _is_authority(certificate)


def may_stamp(certificate: x509.Certificate) -> bool:
    """Whether it is for time stamps only, marked critical (RFC 3161, 2.3)."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    only = list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    return only and usage.critical and not _is_authority(certificate)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
