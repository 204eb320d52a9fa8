"""Whether a person's own certificate may sign an act.

The roots are separate from those for seals, so that no person can seal as the service. The caller
provides the revocation lists (RFC 5280, 6.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath

from signatures.chains.asn1_certificates import asn1_certificate
from signatures.chains.plain import Material, NotPlain, check_path, may_seal, path_of
from signatures.errors import CertificateRefused
from signatures.run_async import run

_FOR_THE_WHOLE = ("list", "extension")  # reasons of ``plain``: not the ordinary case


@dataclass(frozen=True)
class PersonChain:
    """The path from the person's certificate to a root, with every issuer's list."""

    path: tuple[x509.Certificate, ...]
    lists: tuple[x509.CertificateRevocationList, ...]

    @property
    def certificate(self) -> x509.Certificate:
        """The person's own certificate."""
        return self.path[0]


class Persons:
    """The policy for persons' own certificates; thread-safe."""

    def __init__(self, roots: Sequence[x509.Certificate]) -> None:
        self.roots = tuple(roots)

    def chain(self, certificate: x509.Certificate, others: Material, at: datetime) -> PersonChain:
        """The chain of an acceptable certificate; ``at`` is an aware instant.

        It must lead to a root for persons and be for signatures (key usage ``contentCommitment``,
        ETSI EN 319 412-2, 4.3.2), not an authority. Its path must be valid at ``at``, strong and
        unrevoked by current lists. Raises CertificateRefused.
        """
        path = path_of(certificate, self.roots, others)
        if path is None or len(path) == 1:
            raise CertificateRefused("not_ours", certificate.issuer.rfc4514_string())
        if not may_seal(certificate):
            raise CertificateRefused("not_for_signing", _subject(certificate))
        try:
            check_path(path, others, at)
        except NotPlain as wrong:
            if str(wrong) not in _FOR_THE_WHOLE:
                raise CertificateRefused(str(wrong), _subject(certificate)) from wrong
            run(_check_wholly(path, others, at))
        issuers = {each.subject for each in path[1:]}
        return PersonChain(
            tuple(path), tuple(each for each in others.lists if each.issuer in issuers)
        )


async def validation_path(chain: PersonChain, at: datetime) -> ValidationPath:
    """The chain in the PDF library's form. The verifier judges later revocation."""
    *below, root = map(asn1_certificate, chain.path)
    context = ValidationContext(
        trust_roots=[root],
        other_certs=below[1:],
        allow_fetching=False,
        revocation_mode="soft-fail",
        moment=at,
    )
    validator = CertificateValidator(below[0], validation_context=context)
    path: ValidationPath = await validator.async_validate_usage(set())  # type: ignore[no-untyped-call]
    return path


async def _check_wholly(path: Sequence[x509.Certificate], others: Material, at: datetime) -> None:
    """Validate fully (RFC 5280, 6.1 and 6.3) what ``plain`` does not decide: partial revocation
    lists, name constraints and policies. Raises CertificateRefused."""
    *below, root = map(asn1_certificate, path)
    context = ValidationContext(
        trust_roots=[root],
        other_certs=below[1:],
        crls=[
            asn1_crl.CertificateList.load(each.public_bytes(Encoding.DER)) for each in others.lists
        ],
        allow_fetching=False,
        revocation_mode="require",
        moment=at,
    )
    validator = CertificateValidator(below[0], validation_context=context)
    try:
        await validator.async_validate_usage({"non_repudiation"})  # type: ignore[no-untyped-call]
    except RevokedError as wrong:
        raise CertificateRefused("revoked", _subject(path[0])) from wrong
    except InsufficientRevinfoError as wrong:
        raise CertificateRefused("list", _subject(path[0])) from wrong
    except (PathError, ValidationError) as wrong:
        raise CertificateRefused("extension", str(wrong)[:300]) from wrong


def _subject(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()
