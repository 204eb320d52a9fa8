"""A person's own certificate: may it sign an act, and whose name stands in it?

The roots for persons are the operator's choice and stand apart from those of seals and of time
stamps: who may sign as a person may not seal as the service. Nothing is fetched here; the lists
that say a certificate was not revoked are handed in (RFC 5280, 6.3). Whether a certificate is
qualified is not judged, unless somebody who can is given (``Qualified``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    PathError,
    RevokedError,
    ValidationError,
)

from signatures.chains import Material, NotPlain, check_path, may_seal, path_of
from signatures.errors import CertificateRefused
from signatures.report import OwnCertificate
from signatures.running import run

LONGEST_NAME = 200  # characters
_LEAST_WORDS = 2
_FOR_THE_WHOLE = ("list", "extension")  # of ``chains``: not the ordinary case
_WORD = re.compile(r"\w+")

Qualified = Callable[[Sequence[x509.Certificate], datetime], bool]
"""Whether a trusted list (ETSI TS 119 612) grants a chain, the person's certificate first, at a
moment, as one for qualified signatures. Without one nothing is ever called qualified."""


@dataclass(frozen=True)
class PersonChain:
    """From the person's certificate up to a root for persons, and the lists of every issuer."""

    path: tuple[x509.Certificate, ...]
    lists: tuple[x509.CertificateRevocationList, ...]

    @property
    def certificate(self) -> x509.Certificate:
        """The person's own."""
        return self.path[0]


@dataclass(frozen=True)
class NameCompared:
    """The name in a certificate beside that of the signatory.

    Nothing is refused for it, since people sign under shorter or other names than their papers
    give; but whoever signs next is shown both where they are not the ``same``.
    """

    certificate: str
    signatory: str
    same: bool


class Persons:
    """The policy for own certificates; for any number of threads."""

    def __init__(self, roots: Sequence[x509.Certificate]) -> None:
        self.roots = tuple(roots)

    def chain(self, certificate: x509.Certificate, others: Material, at: datetime) -> PersonChain:
        """The chain of an acceptable certificate; ``at`` is an aware instant.

        Acceptable: it leads to a root for persons, is for signatures (key usage
        ``contentCommitment``, ETSI EN 319 412-2, 4.3.2) and no authority, everything on its path
        runs at ``at``, is of a strong algorithm and key, and is not revoked by a current list of
        its issuer. Raises CertificateRefused.
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


async def _check_wholly(path: Sequence[x509.Certificate], others: Material, at: datetime) -> None:
    """Path validation by RFC 5280, 6.1 and 6.3, for what is not plain: lists for a part of an
    authority's certificates, constraints on names and policies. Raises CertificateRefused."""
    *below, root = map(_asn1, path)
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


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _subject(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()


def described(
    path: Sequence[x509.Certificate], at: datetime, qualified: Qualified | None = None
) -> OwnCertificate:
    """What is said of an own certificate: on whose name, issued by whom, and nothing of its
    quality that ``qualified`` does not prove for the moment ``at``."""
    certificate = path[0]
    return OwnCertificate(
        name=certificate_name(certificate),
        issuer=_issuer(certificate),
        qualified=qualified is not None and qualified(path, at),
    )


def certificate_name(certificate: x509.Certificate) -> str:
    """Given name and surname (ETSI EN 319 412-2, 4.2.4), else the common name; may be empty."""
    given = _of(certificate.subject, NameOID.GIVEN_NAME)
    surname = _of(certificate.subject, NameOID.SURNAME)
    if given and surname:
        return f"{given} {surname}"[:LONGEST_NAME]
    return _of(certificate.subject, NameOID.COMMON_NAME)


def _issuer(certificate: x509.Certificate) -> str:
    common = _of(certificate.issuer, NameOID.COMMON_NAME)
    organisation = _of(certificate.issuer, NameOID.ORGANIZATION_NAME)
    if common and organisation and organisation not in common:
        return f"{common} ({organisation})"[:LONGEST_NAME]
    return common or organisation or certificate.issuer.rfc4514_string()[:LONGEST_NAME]


def _of(name: x509.Name, kind: x509.ObjectIdentifier) -> str:
    found = name.get_attributes_for_oid(kind)
    return " ".join(str(each.value) for each in found).strip()[:LONGEST_NAME]


def compare_names(certificate: x509.Certificate, signatory: str) -> NameCompared:
    """The two names; ``same`` when every word of the signatory's stands in the certificate's.

    Case, accents and order do not count; one word alone is no name.

    >>> _words("Zoë van den Berg") == _words("BERG Zoe VAN DEN")
    True
    """
    name = certificate_name(certificate)
    asked = _words(signatory)
    same = len(asked) >= _LEAST_WORDS and asked <= _words(name)
    return NameCompared(name, signatory, same)


def _words(name: str) -> set[str]:
    plain = "".join(
        each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each)
    )
    return set(_WORD.findall(plain.casefold()))
