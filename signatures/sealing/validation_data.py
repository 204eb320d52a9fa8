"""The chains and revocation lists that a closed file needs to be verifiable in ten years.

Only for a third-party seal certificate are lists fetched, from the addresses in the certificates
(RFC 5280, 4.2.1.13), and kept until they end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.path import ValidationPath

from signatures.chains.asn1_certificates import asn1_certificate
from signatures.chains.certificates import issued, list_addresses, load_list
from signatures.chains.fetching import NotFetched, get
from signatures.chains.plain import may_stamp
from signatures.errors import AuthorityError
from signatures.keys.authority import Authority
from signatures.pdf.extraction import Part
from signatures.pdf.stamps_in_file import certificates_used
from signatures.providers.base import SealCertificate
from signatures.stamps.chains import StampEvidence

FETCH_SECONDS = 10.0
LARGEST_LIST = 20_000_000  # bytes
NONE = StampEvidence()


@dataclass(frozen=True)
class Chains:
    """The certificates behind the seals of one file, and the revocation lists that cover them.

    ``intermediates`` are the authorities between root and seal; ``lists`` are theirs,
    ``upper_lists`` those of the authorities above.
    """

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    seals: tuple[x509.Certificate, ...]
    stamps: tuple[x509.Certificate, ...]
    lists: tuple[x509.CertificateRevocationList, ...]
    upper_lists: tuple[x509.CertificateRevocationList, ...]


class ValidationData:
    """The chains and lists for files of one authority and one seal; thread-safe."""

    def __init__(self, authority: Authority, seal: SealCertificate) -> None:
        self._authority = authority
        self._foreign = Foreign(seal) if seal.certificate != authority.seal else None
        self._seal = seal.certificate
        *between, root = seal.issuers
        self._roots = [asn1_certificate(each) for each in {*authority.roots, root}]
        self._others = [asn1_certificate(each) for each in {*authority.issuers, *between}]
        self._known = tuple(dict.fromkeys((*seal.issuers, *authority.issuers, *authority.roots)))
        self._paths: dict[x509.Certificate, ValidationPath] = {}

    def context(
        self,
        now: datetime,
        others: StampEvidence = NONE,
        beside: Sequence[x509.CertificateRevocationList] = (),
    ) -> ValidationContext:
        """Everything to embed in a file closed now, with the data of third-party time stamp
        authorities (``others``) and persons' lists (``beside``). Raises AuthorityError."""
        return self._context(now, [*self._lists(now), *beside], others)

    def knows(self, certificate: x509.Certificate) -> bool:
        """Whether a known issuer signed it."""
        return any(issued(certificate, each) for each in self._known)

    def chains(self, seals: Iterable[Part], now: datetime) -> Chains:
        """What to keep with a file with these ``seals``: the chains of the current keys and of
        every key that sealed or stamped in it. Raises AuthorityError."""
        ends = dict.fromkeys((self._seal, self._authority.tsa, *certificates_used(seals)))
        issuers = [issuer for end in ends for issuer in self._issuers_of(end)]
        roots = tuple(dict.fromkeys(each for each in issuers if each.subject == each.issuer))
        between = tuple(dict.fromkeys(each for each in issuers if each not in roots))
        names = {each.issuer for each in ends}
        upper = {each.issuer for each in between} - names
        lists = self._lists(now)
        return Chains(
            roots=roots,
            intermediates=between,
            seals=tuple(each for each in ends if not may_stamp(each)),
            stamps=tuple(each for each in ends if may_stamp(each)),
            lists=tuple(each for each in lists if each.issuer in names),
            upper_lists=tuple(each for each in lists if each.issuer in upper),
        )

    def _lists(self, now: datetime) -> list[x509.CertificateRevocationList]:
        foreign = self._foreign.lists(now) if self._foreign is not None else []
        return [*self._authority.crls(now), *foreign]

    def _issuers_of(self, certificate: x509.Certificate) -> list[x509.Certificate]:
        chain: list[x509.Certificate] = []
        last = certificate
        while last.subject != last.issuer:
            issuer = next((each for each in self._known if issued(last, each)), None)
            if issuer is None:
                return chain
            chain.append(issuer)
            last = issuer
        return chain

    async def path(self, certificate: x509.Certificate, moment: datetime) -> ValidationPath | None:
        """The chain of a certificate as of ``moment``; None when no issuer is known.

        Revocation is left to the verifier, as a certificate revoked later is still good for its
        seals.
        """
        # Compare signatures, as another authority may have the same name.
        if certificate not in self._paths and self._issuers_of(certificate):
            validator = CertificateValidator(
                asn1_certificate(certificate), validation_context=self._context(moment, [])
            )
            found = await validator.async_validate_usage(set())  # type: ignore[no-untyped-call]
            self._paths[certificate] = found
        return self._paths.get(certificate)

    def _context(
        self,
        moment: datetime,
        lists: list[x509.CertificateRevocationList],
        others: StampEvidence = NONE,
    ) -> ValidationContext:
        own = [asn1_crl.CertificateList.load(each.public_bytes(Encoding.DER)) for each in lists]
        return ValidationContext(
            trust_roots=[*self._roots, *map(asn1_certificate, others.roots)],
            other_certs=[*self._others, *map(asn1_certificate, others.issuers)],
            crls=[*own, *others.lists],
            ocsps=list(others.answers),
            allow_fetching=False,
            revocation_mode="soft-fail",
            moment=moment,
        )


class Foreign:
    """The revocation lists of the authorities above a seal certificate not issued here.

    Raises AuthorityError ``no_revocation`` for a certificate that names no list over HTTP.
    """

    def __init__(self, seal: SealCertificate) -> None:
        self._issuers = seal.issuers
        self._addresses = [_address(each) for each in (seal.certificate, *seal.issuers[:-1])]
        self._kept: dict[str, x509.CertificateRevocationList] = {}
        self._lock = Lock()

    def lists(self, now: datetime) -> list[x509.CertificateRevocationList]:
        """One list from each authority. Raises AuthorityError unavailable or unreadable."""
        with self._lock:
            return [
                self._list(address, issuer, now)
                for address, issuer in zip(self._addresses, self._issuers, strict=True)
            ]

    def _list(
        self, address: str, issuer: x509.Certificate, now: datetime
    ) -> x509.CertificateRevocationList:
        kept = self._kept.get(address)
        if kept is None or (kept.next_update_utc or now) <= now:
            kept = self._kept[address] = _fetched(address, issuer, now)
        return kept


def _address(certificate: x509.Certificate) -> str:
    for address in list_addresses(certificate):
        return address
    raise AuthorityError("no_revocation", certificate.subject.rfc4514_string())


def _fetched(
    address: str, issuer: x509.Certificate, now: datetime
) -> x509.CertificateRevocationList:
    try:
        body = get(address, seconds=FETCH_SECONDS, most_bytes=LARGEST_LIST)
    except NotFetched as failure:
        code = "unreadable" if failure.code == "too_large" else "unavailable"
        raise AuthorityError(code, failure.detail) from failure
    try:
        found = load_list(body)
        genuine = found.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (ValueError, TypeError, InvalidSignature) as problem:
        raise AuthorityError("unreadable", f"{address}: {problem}") from problem
    if not genuine:
        raise AuthorityError("unreadable", f"{address}: not from {issuer.subject.rfc4514_string()}")
    if (found.next_update_utc or now) < now:
        raise AuthorityError("expired", f"{address} ended on {found.next_update_utc}")
    return found
