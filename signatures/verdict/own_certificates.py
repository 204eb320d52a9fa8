"""Describes the certificate of an act that a person signed; only the caller's judge (``Qualified``)
can say that it is qualified."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from signatures.verdict.report import OwnCertificate

LONGEST_NAME = 200  # characters
_LEAST_WORDS = 2
_WORD = re.compile(r"\w+")

Qualified = Callable[[Sequence[x509.Certificate], datetime], bool]
"""Whether a trusted list (ETSI TS 119 612) grants a chain (the person's certificate first) at a
moment for qualified signatures. Without it nothing is ever called qualified."""


@dataclass(frozen=True)
class NameCompared:
    """The name in a certificate and that of the signatory.

    People sign with shorter or other names, so a difference is no refusal; the next signer is shown
    both.
    """

    certificate: str
    signatory: str
    same: bool


def described(
    path: Sequence[x509.Certificate], at: datetime, qualified: Qualified | None = None
) -> OwnCertificate:
    """What is reported about an own certificate; as qualified only what ``qualified`` proves for
    ``at``."""
    certificate = path[0]
    return OwnCertificate(
        name=certificate_name(certificate),
        issuer=_issuer(certificate),
        qualified=qualified is not None and qualified(path, at),
    )


def certificate_name(certificate: x509.Certificate) -> str:
    """Given name and surname (ETSI EN 319 412-2, 4.2.4), else the common name or ''."""
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
    """The two names; ``same`` when every word of the signatory's is in the certificate's.

    Ignores case, accents and order; a single word is no name.

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
