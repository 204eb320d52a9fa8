"""The third-party time stamp authorities' chains and revocation data for a closed file, for
AdES-LTA validation in ten years (ETSI EN 319 142-1, 5.4.2).

Lists are fetched from the addresses in the certificates (RFC 5280, 4.2.1.13), OCSP answers (RFC
6960) only where there is none, and kept until their next update. Without either a file cannot be
closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from threading import Lock

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.path import ValidationPath

from signatures.chains.asn1_certificates import asn1_certificate
from signatures.chains.certificates import HTTP, list_addresses, load_list
from signatures.chains.fetching import NotFetched, get, post, succeeded
from signatures.cms.containers import Container
from signatures.stamps.answers import StampRefused, Trust

FETCH_SECONDS = 20.0
LARGEST_LIST = 20_000_000  # bytes
LARGEST_ANSWER = 200_000
# For an answer without a next update: newer information is always available.
OCSP_LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class StampEvidence:
    """The chains of some time stamps, and the proof that nothing on them is revoked."""

    paths: tuple[ValidationPath, ...] = ()
    roots: tuple[x509.Certificate, ...] = ()
    stamps: tuple[x509.Certificate, ...] = ()
    issuers: tuple[x509.Certificate, ...] = ()
    lists: tuple[asn1_crl.CertificateList, ...] = ()
    answers: tuple[asn1_ocsp.OCSPResponse, ...] = ()


@dataclass(frozen=True)
class _Fetched:
    until: datetime
    crl: asn1_crl.CertificateList | None = None
    answer: asn1_ocsp.OCSPResponse | None = None


class StampChains:
    """Chains to the configured roots; thread-safe."""

    def __init__(self, trust: Trust) -> None:
        self.trust = trust
        self._kept: dict[tuple[str, x509.Certificate | None], _Fetched] = {}
        self._lock = Lock()

    async def evidence(self, tokens: Sequence[Container], now: datetime) -> StampEvidence:
        """The validated chains and revocation data for these tokens' certificates at ``now``.

        Raises StampRefused.
        """
        found: dict[x509.Certificate, list[x509.Certificate]] = {}
        fetched: dict[_Fetched, None] = {}
        for token in tokens:
            if token.certificate in found:
                continue
            path = self.trust.path(token)
            if path is None:
                raise StampRefused("chain", token.certificate.issuer.rfc4514_string())
            found[token.certificate] = path
            for certificate, issuer in pairwise(path):
                fetched[self._revocation(certificate, issuer, now)] = None
        lists = tuple(each.crl for each in fetched if each.crl is not None)
        answers = tuple(each.answer for each in fetched if each.answer is not None)
        issuers = dict.fromkeys(each for path in found.values() for each in path[1:-1])
        paths = [
            await validated(each, list(issuers), self.trust.roots, lists, answers, now)
            for each in found
        ]
        return StampEvidence(
            paths=tuple(paths),
            roots=tuple(dict.fromkeys(path[-1] for path in found.values())),
            stamps=tuple(found),
            issuers=tuple(issuers),
            lists=lists,
            answers=answers,
        )

    def _revocation(
        self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
    ) -> _Fetched:
        """One thread at a time asks an authority; the others share its answer."""
        lists, responders = list_addresses(certificate), _responders(certificate)
        if not lists and not responders:
            raise StampRefused("no_revocation", certificate.subject.rfc4514_string())
        key = (lists[0], None) if lists else (responders[0], certificate)
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.until <= now:
                kept = _list(lists, now) if lists else _asked(responders, certificate, issuer, now)
                self._kept[key] = kept
            return kept


async def validated(
    certificate: x509.Certificate,
    issuers: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    lists: Sequence[asn1_crl.CertificateList],
    answers: Sequence[asn1_ocsp.OCSPResponse],
    now: datetime,
) -> ValidationPath:
    """Full path validation (RFC 5280, 6.1), requiring revocation data at every step."""
    context = ValidationContext(
        trust_roots=[asn1_certificate(each) for each in roots],
        other_certs=[asn1_certificate(each) for each in issuers],
        crls=list(lists),
        ocsps=list(answers),
        allow_fetching=False,
        revocation_mode="require",
        moment=now,
    )
    validator = CertificateValidator(asn1_certificate(certificate), validation_context=context)
    try:
        usage = validator.async_validate_usage(set(), {"time_stamping"})  # type: ignore[no-untyped-call]
        path: ValidationPath = await usage
    except (PathError, ValidationError) as wrong:
        raise StampRefused("revocation", str(wrong)[:300]) from wrong
    return path


def _list(addresses: Sequence[str], now: datetime) -> _Fetched:
    """The list from the first address that has one; ``validated`` checks its issuer."""
    failures = []
    for address in addresses:
        try:
            found = load_list(get(address, seconds=FETCH_SECONDS, most_bytes=LARGEST_LIST))
            ends = found.next_update_utc
            if ends is None or ends <= now:
                raise NotFetched("old", f"{address}: ended on {ends}")
            der = found.public_bytes(Encoding.DER)
            return _Fetched(ends, crl=asn1_crl.CertificateList.load(der))
        except (NotFetched, ValueError) as failure:
            failures.append(f"{failure}")
    raise StampRefused("revocation", "; ".join(failures)[:300])


def _asked(
    addresses: Sequence[str],
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    now: datetime,
) -> _Fetched:
    """The answer of the first responder that gives one (RFC 6960, appendix A.1)."""
    # OCSP looks certificates up by SHA-1; security does not depend on it (RFC 5019, 2.1.1).
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303
    question = builder.build().public_bytes(Encoding.DER)
    headers = {"Content-Type": "application/ocsp-request"}
    failures = []
    for address in addresses:
        try:
            answer = post(
                address, question, headers, seconds=FETCH_SECONDS, most_bytes=LARGEST_ANSWER
            )
            found = ocsp.load_der_ocsp_response(succeeded(address, answer))
            if found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                raise NotFetched("status", f"{address}: {found.response_status.name}")
            until = found.next_update_utc or now + OCSP_LASTS
            return _Fetched(until, answer=asn1_ocsp.OCSPResponse.load(answer.body))
        except (NotFetched, ValueError) as failure:
            failures.append(f"{failure}")
    raise StampRefused("revocation", "; ".join(failures)[:300])


def _responders(certificate: x509.Certificate) -> list[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return []
    names = [
        str(each.access_location.value)
        for each in access.value
        if each.access_method == AuthorityInformationAccessOID.OCSP
    ]
    return [name for name in names if name.startswith(HTTP)]
